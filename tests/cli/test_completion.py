"""What shells are offered, asked as bash, zsh and fish ask, in processes of their own.

Covers: cli/header.
"""

import gzip
from pathlib import Path

import pytest

from .helpers import SAMPLES, grucli

COLUMNS = ["Review text", "标签", "score"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, text_model: Path) -> Path:
    path = tmp_path_factory.mktemp("completed")
    rows = "".join(f"good {k},满意,1\nbad {k},a=b:c,2\n" for k in range(20))
    table = f"{','.join(COLUMNS)}\n{rows}"
    (path / "t.csv").write_text(table, encoding="utf-8")
    (path / "t.tsv.gz").write_bytes(gzip.compress(table.replace(",", "\t").encode("gb18030")))
    (path / "t.jsonl").write_text('{"text": "a", "stars": 1}\n')
    (path / "good.npz").write_bytes(text_model.read_bytes())
    for name in ("good.last.npz", "gone.npz", "notes.txt"):
        (path / name).write_bytes(b"")
    (path / "评论 数据.csv").write_text(f"it's,a=b,$x\n{rows}", encoding="utf-8")
    (path / "models").mkdir()
    return path


def bash(folder: Path, *words: str) -> list[str]:
    """Return what bash is offered for the last word."""
    asked = {"COMP_WORDS": "\n".join(("grucli", *words)), "COMP_CWORD": str(len(words))}
    ran = grucli(cwd=folder, _GRUCLI_COMPLETE="complete_bash", **asked)
    assert ran.err == ""
    return [line for line in ran.lines if line]


def fish(folder: Path, line: str, action: str = "get-args") -> tuple[int, list[str]]:
    asked = {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": action}
    ran = grucli(cwd=folder, _GRUCLI_COMPLETE="complete_fish", **asked)
    assert ran.err == ""
    return ran.code, [line for line in ran.text.splitlines() if line]


FORM = ("train", "t.csv", "--text", "score", "--label", "标签")
BASH = {
    "a command": (["insp"], ["inspect-gates"]),
    "keys of a config": (
        ["train", "--set", "data.t"],
        ["data.train=", "data.test=", "data.text=", "data.time=", "data.tokens="],
    ),
    "a key of any number": (["train", "--set", "see"], ["seed="]),
    "the values of a key": (
        ["train", "--set", "model.cell=gru"],
        ["model.cell=gru", "model.cell=gru_before"],
    ),
    "broken at =": (["train", "--set", "training.optimizer", "=", "a"], ["adam"]),
    "broken after =": (["train", "--set", "training.optimizer", "="], ["adam", "sgd"]),
    "columns": (["train", "t.csv", "--text", ""], [r"Review\ text", "标签", "score"]),
    "another column": (["train", "t.csv", "--values", "score,标"], ["score,标签"]),
    "columns of a gz in GB 18030": (["train", "t.tsv.gz", "--label", "标"], ["标签"]),
    "keys of JSON": (["predict", "t.jsonl", "-m", "good.npz", "--keep", ""], ["text", "stars"]),
    "numbers of columns": (["train", "t.csv", "--no-header", "--label", ""], ["1", "2", "3"]),
    "no columns": (["train", "good.npz", "--label", ""], []),
    "no file": (["train", "none.csv", "--label", ""], []),
    "models": (["predict", "-m", "g"], ["good.npz", "gone.npz"]),
    "a folder, which bash knows": (["predict", "-m", "m"], []),
    "formats": (["predict", "--to", "c"], ["csv", "conll"]),
    "metrics of any task": (["evaluate", "--max", "log_l"], ["log_loss=", "log_loss=0.9"]),
    "columns of a file in quotes": (["train", "'评论 数据.csv'", "--text", "a"], ["a=b"]),
    "columns of a file with \\": (["train", "评论\\ 数据.csv", "--text", "i"], [r"it\'s"]),
    'in an open "': (["train", "t.csv", "--text", '"Rev'], ["Review text"]),
    "in an open '": (["train", "评论\\ 数据.csv", "--text", "'i"], [r"it'\''s"]),
    'what has a meaning in "': (["train", "评论\\ 数据.csv", "--text", '"$'], [r"\$x"]),
    "behind a blank in quotes": (["train", "t.csv", "--text", "'Review "], ["Review text"]),
    "behind an escaped blank": (["train", "t.csv", "--text", "Review\\ "], [r"Review\ text"]),
    "behind a quote that has ended": (
        ["train", "t.csv", "--values", "'Review text','sc"],
        ["score"],
    ),
    "a label in quotes": ([*FORM, "--recall", "'a=b:"], ["a=b:c=", "a=b:c=0.9"]),
    "labels": ([*FORM, "--recall", "满"], ["满意=", "满意=0.9"]),
    "labels with weights": (
        [*FORM, "--class-weight", "满意=2,a"],
        ["满意=2,a=b:c=", "满意=2,a=b:c=0.9"],
    ),
}


@pytest.mark.parametrize("name", BASH)
def test_bash_is_offered(folder: Path, name: str) -> None:
    words, offered = BASH[name]
    assert sorted(bash(folder, *words)) == sorted(offered)


def test_a_key_goes_on_with_its_values_so_that_no_blank_ends_it(folder: Path) -> None:
    assert bash(folder, "train", "--set", "training.o") == [
        "training.optimizer=adam",
        "training.optimizer=sgd",
        "training.optimizer=",
    ]


def test_metrics_are_those_of_the_model_on_the_data(folder: Path) -> None:
    words = ("evaluate", str(SAMPLES / "reviews_test.csv"), "-m", "good.npz", "--min")
    found = bash(folder, *words, "per_class.pos")
    names = ("precision", "recall", "f1", "rows")
    assert found == [f"per_class.positive.{name}=" for name in names]
    assert "accuracy=" in bash(folder, *words, "acc")


def test_fish_has_a_word_on_what_a_setting_may_be(folder: Path) -> None:
    _, found = fish(folder, "grucli train --set model.ce")
    assert found[-1].startswith("model.cell=\tgru, ")
    assert fish(folder, "grucli train t.csv --label sc") == (0, ["score"])
    assert fish(folder, "grucli train t.csv --label sc", "is-args") == (0, [])
    assert fish(folder, "grucli train t.csv --log ", "is-args") == (1, [])


@pytest.mark.parametrize("typed", ["Rev", '"Rev', "'Review ", "Review\\ "])
def test_fish_is_offered_what_goes_on_in_quotes(folder: Path, typed: str) -> None:
    assert fish(folder, f"grucli train t.csv --text {typed}") == (0, ["Review text"])


def test_zsh_takes_files_where_nothing_is_offered(folder: Path) -> None:
    def zsh(line: str) -> str:
        asked = {"_GRUCLI_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": line}
        ran = grucli(cwd=folder, **asked)
        assert ran.err == ""
        return ran.text.strip()

    assert zsh("grucli train t.csv --text Rev") == """_arguments '*: :(("Review text"))'"""
    assert zsh("grucli train t") == "_files"
    assert zsh("grucli train 'unbalanced --text ") == "_files"


def test_a_line_that_is_no_command_is_no_error(folder: Path) -> None:
    assert bash(folder, "nosuch", "--x", "t") == ["train"]
    assert bash(folder, "train", "--nosuch", "--label", "") == []
