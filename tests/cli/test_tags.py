"""Tokens with a tag each, from a file to the answers in the same form, through the real program."""

import json
from pathlib import Path

import pytest

from grucli import load
from tests.data.reading import records_of

from .helpers import SAMPLES, assert_one_error, grucli, started

TEST = SAMPLES / "ingredients_test.conll"
TINY = ("hidden_size=8", "embedding_size=8", "subwords=false", "dropout=0")


def train(model: Path, data: Path, *flags: str) -> None:
    settings = [word for each in TINY for word in ("--set", f"model.{each}")]
    brief = ("--set", "training.epochs=4", "--set", "data.valid=0.2")
    ran = grucli("train", data, "-o", model, "-q", *settings, *brief, *flags)
    assert (ran.code, ran.out) == (0, b""), ran.err


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tags") / "m.npz"
    train(path, SAMPLES / "ingredients_train.conll")
    return path


def tags_of(model: Path, tokens: list[str]) -> tuple[str, ...]:
    (answer,) = load(model).predict([tokens])
    return answer.tags


def test_a_file_comes_back_with_a_column_more(model: Path, tmp_path: Path) -> None:
    ran = grucli("predict", TEST, "-m", model)
    assert (ran.code, ran.err) == (0, "")
    before = TEST.read_text().split("\n")
    after = ran.text.split("\n")
    assert [line.rpartition("\t")[0] if line else "" for line in after] == before
    again = tmp_path / "again.conll"
    again.write_bytes(ran.out)
    scored, own = (
        json.loads(grucli("evaluate", path, "-m", model, "--json", *flags).text)
        for path, flags in ((TEST, ()), (again, ("--label", "2")))
    )
    assert scored == own
    answered = json.loads(grucli("evaluate", again, "-m", model, "--json", "--label", "3").text)
    assert (answered["accuracy"], answered["entity_f1"]) == (1.0, 1.0)
    tokens = [record.tokens for record in records_of(TEST.read_bytes(), "a.conll")]
    assert [record.tokens for record in records_of(ran.out, "a.conll")] == tokens


def test_whatever_stands_between_the_tokens_stays(model: Path) -> None:
    data = "-DOCSTART- -X- O O\n\n\n2 CD x\ncups NN x\n\n\n\nsalt NN x\n-DOCSTART-\n\n"
    ran = grucli("predict", "-m", model, "--format", "conll", stdin=data.encode())
    assert (ran.code, ran.err) == (0, "")
    two, cups, salt = *tags_of(model, ["2", "cups"]), *tags_of(model, ["salt"])
    expected = data.replace("2 CD x", f"2 CD x {two}").replace("cups NN x", f"cups NN x {cups}")
    assert ran.text == expected.replace("salt NN x", f"salt NN x {salt}")


def test_line_ends_and_a_mark_change_no_byte(model: Path) -> None:
    data = "2\ncups\n\nsalt\n"
    told = ("predict", "-m", model, "--format", "conll")
    plain = grucli(*told, stdin=data.encode())
    for other in (data[:-1], "\ufeff" + data, data.replace("\n", "\r\n")):
        assert grucli(*told, stdin=other.encode()).out == plain.out
    assert grucli(*told, stdin=b"").out == b""


def test_conllu_keeps_its_comments_and_what_is_no_token(model: Path) -> None:
    lines = [
        "# text = 2 cups",
        "1-2\t2cups\t_\t_\t_\t_\t_\t_\t_\t_",
        "1\t2\t2\tNUM\t_\t_\t2\tnummod\t_\t_",
        "2\tcups\tcup\tNOUN\t_\t_\t0\troot\t_\t_",
        "",
    ]
    data = "\n".join(lines) + "\n# the end\n"
    ran = grucli("predict", "-m", model, "--format", "conll", stdin=data.encode())
    two, cups = tags_of(model, ["2", "cups"])
    lines[2] += f"\t{two}"
    lines[3] += f"\t{cups}"
    assert ran.text == "\n".join(lines) + "\n# the end\n"


def test_a_sequence_that_cannot_be_read_keeps_its_lines(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.conll"
    path.write_bytes(b"2\tx\n\xff\tx\n\nsalt\tx\n")
    ran = grucli("predict", path, "-m", model)
    (salt,) = tags_of(model, ["salt"])
    assert (ran.code, ran.out.decode()) == (
        3,
        f"2\tx\t<error>\n\ufffd\tx\t<error>\n\nsalt\tx\t{salt}\n",
    )
    assert "bad.conll:2: byte 1 of the line (0xff) is not UTF-8" in ran.err


def test_texts_are_divided_at_blanks_and_a_blank_line_is_a_record(model: Path) -> None:
    tags = " ".join(tags_of(model, ["2", "cups", "milk"]))
    for form, expected in (
        ("label", f"{tags}\n\n"),
        ("conll", "".join(f"{line}\n" for line in [*map("\t".join, zip(
            ("2", "cups", "milk"), tags.split(), strict=True)), "", ""])),
    ):  # fmt: skip
        ran = grucli("predict", "-m", model, "--to", form, stdin=b"2 cups  milk\n\n")
        assert (ran.code, ran.text) == (0, expected)
    rows = grucli("predict", "-m", model, stdin=b"2 cups  milk\n\n").lines
    assert [row.split("\t")[0] for row in rows] == [tags, ""]


def test_objects_hold_a_tag_and_its_probability_for_each_token(model: Path) -> None:
    objects = [{"tokens": ["2", "cups"], "id": 7}, {"tokens": []}, {"tokens": "a"}]
    data = "".join(json.dumps(each) + "\n" for each in objects).encode()
    given = ("predict", "-m", model, "--text", "tokens", "--json")
    ran = grucli(*given, "--keep", "id", stdin=data)
    first, empty, broken = map(json.loads, ran.lines)
    assert ran.code == 3
    assert tuple(first["tags"]) == tags_of(model, ["2", "cups"])
    assert len(first["probabilities"]) == 2
    assert first["keep"] == {"id": "7"}
    assert (empty["tags"], empty["probabilities"]) == ([], [])
    assert (broken["tags"], broken["row"]) == ([], 3)
    assert "key 'tokens' holds a string" in broken["error"]


def test_what_is_known_is_flushed_when_the_input_pauses(model: Path) -> None:
    """A pause in the middle of a sequence holds back nothing but that sequence."""
    with started("predict", "-m", model, "--format", "conll") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"salt\n\n2\ncups\n")
        process.stdin.flush()
        assert process.stdout.readline().startswith(b"salt\t")
        process.stdin.close()
        assert [line.split(b"\t")[0] for line in process.stdout] == [b"\n", b"2", b"cups"]


def test_a_model_of_lists_is_that_of_lines(model: Path, tmp_path: Path) -> None:
    records = records_of((SAMPLES / "ingredients_train.conll").read_bytes(), "a.conll")
    objects = [{"tokens": record.tokens, "tags": record.tags} for record in records]
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in objects))
    train(tmp_path / "m.npz", path)
    ours = grucli("predict", TEST, "-m", tmp_path / "m.npz")
    assert ours.out == grucli("predict", TEST, "-m", model).out


def test_objects_in_a_pipe_have_tokens_for_a_model_of_lines(model: Path) -> None:
    objects = b'{"tokens": ["2", "cups"], "tags": ["X", "X"]}\n{"tokens": ["salt"]}\n'
    ran = grucli("predict", "-m", model, "--to", "label", stdin=objects)
    assert ran.code == 0, ran.err
    assert ran.lines == [" ".join(tags_of(model, ["2", "cups"])), *tags_of(model, ["salt"])]


@pytest.mark.parametrize("first", ["# text = 2", "-DOCSTART- -X- O O", "2\tB-QTY"])
def test_lines_that_look_like_tokens_are_read_as_texts_and_this_is_said(
    model: Path, first: str
) -> None:
    ran = grucli("predict", "-m", model, stdin=f"{first}\n\n2\tX\n".encode())
    assert (ran.code, len(ran.lines)) == (0, 3)
    assert "each line is read as a text (pass --format conll for a token a line)" in ran.err


def test_a_model_of_labels_has_no_tags_to_write(text_model: Path) -> None:
    ran = grucli("predict", "-m", text_model, "--to", "conll", stdin=b"good\n")
    assert (ran.code, ran.out) == (2, b"")
    assert ran.complaints == [
        "grucli: --to conll: the model has no answer for each token; pass another --to"
    ]
    ran = grucli("predict", TEST, "-m", text_model, "--to", "label")
    assert (ran.code, len(ran.lines)) == (0, 60)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.conll", "2\tB-QTY\nsalt\tB-NAME\n\nsalt\tB-NAME\n"),
        ("a.jsonl", '{"tokens": ["2", "salt"], "tags": ["B-QTY", "B-NAME"]}\n'),
    ],
)
def test_a_model_of_labels_is_not_scored_on_tags(
    text_model: Path, tmp_path: Path, name: str, data: str
) -> None:
    (tmp_path / name).write_text(data)
    ran = grucli("evaluate", name, "-m", text_model, cwd=tmp_path)
    assert_one_error(ran, 3, f"{name}: holds a tag a step, and the model has learned one label")


@pytest.mark.parametrize("task", ["regress", "multilabel", "classify"])
def test_another_task_does_not_learn_tags(task: str) -> None:
    ran = grucli("train", TEST, "--dry-run", "--set", f"task={task}")
    assert_one_error(ran, 3, f"holds a tag a step, which task {task} does not learn; set task=tag")


@pytest.mark.parametrize(
    ("name", "data", "parts"),
    [
        ("a.csv", "text,label\nsalt,x\nmilk,y\n", ("one label an input", "learned a tag a step")),
        ("a.txt", "__label__x salt\n__label__y __label__x milk\n", ("one label an input",)),
        ("a.jsonl", '{"text": "2 salt", "label": "x"}\n', ("no key holds tokens", "text,label")),
        ("b.jsonl", '{"text": "salt", "labels": ["x"]}\n', ("no key holds tokens", "text,labels")),
    ],
)
def test_a_tagger_is_not_scored_on_other_targets(
    model: Path, tmp_path: Path, name: str, data: str, parts: tuple[str, ...]
) -> None:
    (tmp_path / name).write_text(data)
    assert_one_error(grucli("evaluate", name, "-m", model, cwd=tmp_path), 3, name, *parts)
    valid = ("train", TEST, "-o", tmp_path / "m.npz", "-q", "--valid", tmp_path / name)
    assert_one_error(grucli(*valid), 3, name, *parts[:1])


def test_a_dry_run_says_that_nothing_is_pooled():
    ran = grucli("train", TEST, "--dry-run")
    assert (ran.code, "model.pooling: none (data: the head reads each step)" in ran.text) == (
        0,
        True,
    )
