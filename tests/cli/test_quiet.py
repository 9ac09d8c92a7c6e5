"""--quiet in every command: results where they belong, and on stderr what goes wrong alone."""

from pathlib import Path

import pytest

from .helpers import BRIEF, SAMPLES, grucli

REVIEWS = SAMPLES / "reviews_test.csv"
ON_STDOUT = {"evaluate", "predict", "inspect-gates", "--dry-run"}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a table of which each command has something to say."""
    path = tmp_path_factory.mktemp("data") / "odd.csv"
    rows = "".join(f"film {k} 电影 qzx,{('positive', 'negative')[k % 2]}\n" for k in range(30))
    path.write_text(f"text,label\n{rows}same,positive\nsame,negative\nfilm,odd\n", encoding="utf-8")
    return path


CASES = {
    "train": ("train", "{odd}", "-o", "m.npz", *BRIEF),
    "train with folds": ("train", "{odd}", "-o", "m.npz", "--folds", "2", *BRIEF),
    "train with a test": ("train", "{odd}", "-o", "m.npz", "--test", "0.3", *BRIEF),
    "a search": ("train", "{odd}", "-o", "m.npz", "--tune", "2", "--valid", "0.3", *BRIEF),
    "a dry run": ("train", "{odd}", "--dry-run", *BRIEF),
    "a limit of time": ("train", "{odd}", "-o", "m.npz", "--max-time", "0.01s", *BRIEF),
    "evaluate": ("evaluate", "{odd}", "-m", "{model}"),
    "evaluate into a file": ("evaluate", "{odd}", "-m", "{model}", "--errors", "wrong.csv"),
    "predict": ("predict", "{odd}", "-m", "{model}", "--to", "csv", "--keep", "label"),
    "predict into a file": ("predict", "{odd}", "-m", "{model}", "-o", "answers.tsv"),
    "inspect": ("inspect-gates", "{odd}", "-m", "{model}"),
    "inspect into a page": ("inspect-gates", "{odd}", "-m", "{model}", "--html", "page.html"),
}


@pytest.mark.parametrize("name", CASES)
def test_quiet_says_only_what_goes_wrong(name: str, odd: Path, text_model: Path, tmp_path: Path):
    words = [word.format(odd=odd, model=text_model) for word in CASES[name]]
    ran = grucli(*words, "-q", "-v", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert bool(ran.out) == bool(ON_STDOUT & {*words} and "-o" not in words)


def test_quiet_is_no_silence_about_errors(odd: Path, text_model: Path, tmp_path: Path) -> None:
    for words, code in (
        (("train", "none.csv", "-o", "m.npz"), 5),
        (("evaluate", odd, "-m", text_model, "--min", "accuracy=1"), 1),
        (("predict", odd, "-m", text_model, "--keep", "no", "--to", "csv"), 3),
        (("inspect-gates", odd, "-m", text_model, "--fail-if", "accuracy<1"), 2),
    ):
        ran = grucli(*words, "-q", cwd=tmp_path)
        assert ran.code == code
        assert all(line.startswith("grucli: ") for line in ran.complaints)
        assert ran.complaints
