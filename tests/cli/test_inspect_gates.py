"""`grucli inspect-gates` through real processes."""

import csv
import json
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len

import grucli as api

from .conftest import ODD_LABELS
from .helpers import SAMPLES, bash, grucli

REVIEWS = SAMPLES / "reviews_test.csv"
CLASSIC = SAMPLES / "classic_test.npz"
ROWS = list(csv.DictReader(REVIEWS.read_text(encoding="utf-8").splitlines()))
TEXTS = [row["text"] for row in ROWS]
CONVENTION = "h = write*candidate + keep*h, write = 1 - keep; keep = z, reset = r"


def inspected(*arguments: object, **options: bytes) -> dict:
    ran = grucli("inspect-gates", *arguments, "--json", **options)
    assert (ran.code, ran.err) == (0, "")
    found = json.loads(ran.out, parse_constant=pytest.fail)
    assert list(found) == ["schema", "meta", "data", "verdicts"]
    return found


def test_a_printed_hash_is_that_of_the_file(text_model: Path, tmp_path: Path):
    """What sha256sum gives: of the model and the data, and of nothing else."""
    model, data = (sha256(path.read_bytes()).hexdigest() for path in (text_model, REVIEWS))
    found = inspected(REVIEWS, "-m", text_model)
    assert (found["meta"]["sha256"], found["meta"]["input"]["sha256"]) == (model, data)
    html, npz = tmp_path / "page.html", tmp_path / "gates.npz"
    ran = grucli("inspect-gates", REVIEWS, "-m", text_model, "--html", html, "--npz", npz)
    in_one_line = " ".join(ran.text.split())
    assert f"(sha256 {model[:12]})" in in_one_line
    assert f"reviews_test.csv (sha256 {data[:12]})" in in_one_line
    with np.load(npz) as arrays:
        meta = json.loads(arrays["meta"].tobytes())
    assert (meta["sha256"], meta["input"]["sha256"]) == (model, data)
    card = inspected("-m", text_model)["data"]["model"]["card"]
    shown = [ran.text, html.read_text("utf-8"), json.dumps(meta), json.dumps(found["data"])]
    for text in [*shown, json.dumps(card)]:
        digits = re.findall(r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{12,64}\b", text)
        assert all(model.startswith(word) or data.startswith(word) for word in digits)
    piped = inspected("-", "-m", text_model, "--format", "csv", stdin=REVIEWS.read_bytes())
    assert piped["meta"]["input"]["sha256"] is None


def test_labels_that_the_model_does_not_know_are_warned_of(text_model: Path):
    """They are no error: what is looked at needs no labels."""
    table = b"text,label\ngood film,Positive\nbad film,negative\nbad,Positive\n"
    ran = grucli("inspect-gates", "-", "-m", text_model, "--format", "csv", stdin=table)
    assert (ran.code, len(ran.complaints)) == (0, 1)
    assert ran.err.startswith("warning: ")
    assert ran.err.endswith(
        ": 2 rows with a label that training lacks, always counted as wrong: "
        "'Positive' (did you mean 'positive'?) [data.unseen_label]\n"
    )


def test_without_data_it_says_what_is_in_the_model(text_model: Path):
    ran = grucli("inspect-gates", "-m", text_model)
    assert (ran.code, ran.err) == (0, "")
    shown = " ".join(ran.text.split())
    for piece in (
        "2 labels: negative, positive",
        "columns 'text', 'label'",
        "8 units, both directions",
        "216 rows, 24 to validate",
        "epoch",
        "validation accuracy",
        CONVENTION,
        "PARAMETERS",
        "model.hidden_size 8 given",
        "training.epochs 6 given",
        "the longest training sequence",
    ):
        assert piece in shown
    assert max(map(cell_len, ran.lines)) <= 80
    found = inspected("-m", text_model)
    assert found["schema"] == "grucli.gates/1"
    assert found["meta"]["convention"] == CONVENTION
    assert found["meta"]["input"] is None
    model = found["data"]["model"]
    assert model["labels"] == ["negative", "positive"]
    parts = {**model["parameters"]}
    assert parts.pop("total") == sum(parts.values())
    assert set(parts) == {"embedding", "layer 1", "head"}
    assert (found["data"]["gates"], found["data"]["memory"]) == ([], [])


def test_the_report_on_data(text_model: Path):
    ran = grucli("inspect-gates", REVIEWS, "-m", text_model)
    assert (ran.code, ran.err) == (0, "")
    for piece in (
        CONVENTION,
        "accuracy",
        "GATES",
        "layer 1 backward",
        "MEMORY",
        "H99",
        "leak time",
    ):
        assert piece in ran.text
    assert max(map(cell_len, ran.lines)) <= 80
    assert ran.out == grucli("inspect-gates", REVIEWS, "-m", text_model).out
    found = inspected(REVIEWS, "-m", text_model)
    answers = [answer.label for answer in api.load(str(text_model)).predict(TEXTS)]
    right = sum(a == row["label"] for a, row in zip(answers, ROWS, strict=True))
    assert found["meta"]["input"]["right"] == right
    assert found["meta"]["input"]["accuracy"] == right / len(TEXTS)
    assert [one["side"] for one in found["data"]["memory"]] == ["end", "start"]
    assert len(found["data"]["gates"][0]["gates"][0]["mean"]) == 8


def test_a_text_is_explained_as_predict_answers_it(text_model: Path):
    texts = ["not bad at all", "这部电影很好 qwxz", ""]
    flags = [word for text in texts for word in ("--text", text)]
    answers = api.load(str(text_model)).predict(texts)
    examples = inspected("-m", text_model, *flags)["data"]["examples"]
    for example, answer in zip(examples, answers, strict=True):
        assert example["predicted"] == answer.label
        assert example["probabilities"] == pytest.approx(answer.probabilities, abs=1e-12)
        last = example["parts"][-1]["running"]
        assert last == pytest.approx(answer.probability, abs=1e-12)
    english, chinese, _ = examples
    assert [part["text"] for part in english["parts"]] == ["not", "bad", "at", "all"]
    assert [part["text"] for part in chinese["parts"]][-1] == "qwxz"
    ran = grucli("inspect-gates", "-m", text_model, *flags)
    assert (ran.code, ran.err) == (0, "")
    assert "‹qwxz›" in ran.text
    assert "<empty>" in ran.text
    assert max(map(cell_len, ran.lines)) <= 80


def test_examples_of_the_data(text_model: Path):
    found = inspected(REVIEWS, "-m", text_model, "--example", "7,wrong,uncertain,7")
    examples = found["data"]["examples"]
    names = [example["name"] for example in examples]
    assert names[0] == "#7"
    assert len(names) == len(set(names)) <= 7
    assert any(example["label"] != example["predicted"] for example in examples)
    alone = inspected("-m", text_model, "--text", TEXTS[6])["data"]["examples"][0]
    assert examples[0]["parts"] == alone["parts"]


def test_a_target_is_explained_instead_of_the_answer(text_model: Path):
    one, other = (
        inspected("-m", text_model, "--text", "not good", "--target", label)["data"]["examples"][0]
        for label in ("negative", "positive")
    )
    assert (one["target"], other["target"]) == ("negative", "positive")
    assert one["margin"] == pytest.approx(-other["margin"])


def test_numbers(series_model: Path):
    found = inspected(CLASSIC, "-m", series_model, "--example", "2", "--sample", "50")
    assert found["meta"]["input"]["sequences"] == 50
    assert found["meta"]["input"]["stratified"] is True
    (example,) = found["data"]["examples"]
    assert len(example["parts"]) == 10
    ran = grucli("inspect-gates", CLASSIC, "-m", series_model, "--example", "2")
    assert ran.code == 0
    assert max(map(cell_len, ran.lines)) <= 80


def test_convolutions_with_a_stride_leave_steps_and_channels_as_they_were_given(tmp_path: Path):
    rng = np.random.default_rng(0)
    x, y = rng.normal(0, 0.3, (60, 40, 2)), np.arange(60) % 2
    x[:, 20:24, 1] += np.where(y, 3, -3)[:, None]  # what decides
    x[::3, 5, 0] = np.nan
    np.savez(tmp_path / "d.npz", X=x.astype(np.float32), y=y)
    model = tmp_path / "m.npz"
    settings = ["model.convolution=4", "model.hidden_size=8", "training.epochs=15"]
    words = [word for setting in settings for word in ("--set", setting)]
    ran = grucli("train", tmp_path / "d.npz", "-o", model, "--missing", "mask", *words)
    assert ran.code == 0, ran.err
    assert "2 convolutions, stride 4" in ran.err
    found = inspected(tmp_path / "d.npz", "-m", model, "--example", "2", "--example", "4")
    for example in found["data"]["examples"]:
        parts = example["parts"]
        assert [(part["start"], part["stop"]) for part in parts] == [
            (start, start + 4) for start in range(0, 40, 4)
        ]
        assert np.argmax([part["effect"] for part in parts]) == 5  # steps 21 to 24
    assert "convolutions" in grucli("inspect-gates", "-m", model).text
    scored = grucli("evaluate", tmp_path / "d.npz", "-m", model, "--json")
    assert json.loads(scored.out)["accuracy"] > 0.95
    shown = grucli("predict", tmp_path / "d.npz", "-m", model)
    alone = grucli("predict", tmp_path / "d.npz", "-m", model)
    assert (shown.code, shown.out) == (0, alone.out)


def test_text_may_name_the_column(text_model: Path, tmp_path: Path):
    data = tmp_path / "other.csv"
    data.write_text("words,a,label\n" + "".join(f"{text!r},x,negative\n" for text in ("good", "b")))
    found = inspected(data, "-m", text_model, "--text", "words", "--text", "not a column", "-q")
    assert found["meta"]["input"]["rows"] == 2
    assert [one["name"] for one in found["data"]["examples"]] == ["text 1"]
    piped = inspected("-", "-m", text_model, "--text", "words", "-q", stdin=data.read_bytes())
    assert piped["meta"]["input"]["steps"] == found["meta"]["input"]["steps"]
    ran = grucli("inspect-gates", data, "-m", text_model, "--text", "words", "--text", "a")
    assert (ran.code, len(ran.complaints)) == (2, 1)


def test_data_without_labels(text_model: Path):
    ran = grucli("inspect-gates", "-", "-m", text_model, stdin="good\nbad 电影\n".encode())
    assert (ran.code, ran.err) == (0, "")
    assert "accuracy  " not in ran.text
    refused = grucli("inspect-gates", "-", "-m", text_model, "--example", "wrong", stdin=b"good\n")
    assert (refused.code, len(refused.complaints)) == (2, 1)


def test_hostile_names_and_tokens_come_out_harmless(odd_model: Path, tmp_path: Path):
    data = tmp_path / "\x1b[31m[red]\u202e.txt"
    text = "\x1b[2J [red]x[/red] \u202egnitsaf\u2066 \x07 \u200b good"
    data.write_text(text + "\n")
    ran = grucli("inspect-gates", data, "-m", odd_model, "--text", text, "--example", "1")
    assert (ran.code, ran.err) == (0, "")
    for harmful in "\x1b\u202e\u2066\x07\u200b\u2028":
        assert harmful not in ran.text
    assert r"\x1b" in ran.text
    assert max(map(cell_len, ran.lines)) <= 80
    found = inspected(data, "-m", odd_model)
    assert found["data"]["model"]["labels"] == list(ODD_LABELS)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--example", "3"], 2, "--example: is about DATA"),
        (["--sat", "0.2,0.8"], 2, "--sat: is about DATA"),
        (["--target", "positive"], 2, "nothing to explain"),
        (["--text", "a", "--target", "positve"], 2, "did you mean 'positive'"),
        ([REVIEWS, "--sat", "0.9,0.1"], 2, "0 < LO < HI < 1"),
        ([REVIEWS, "--example", "0"], 2, "no such record as '0'"),
        ([REVIEWS, "--example", "wrogn"], 2, "did you mean 'wrong'"),
        ([REVIEWS, "--example", "61"], 2, "has 60 records"),
        ([CLASSIC], 4, "holds numeric sequences of 64 channels"),
        (["nosuch.csv", "--text", "a"], 5, "no such file"),
        (["-"], 3, "no rows"),
    ],
)
def test_what_is_refused(text_model: Path, arguments: list, code: int, says: str):
    ran = grucli("inspect-gates", *arguments, "-m", text_model)
    assert (ran.code, ran.out) == (code, b"")
    assert len(ran.complaints) == 1
    assert says in ran.err


def test_a_text_for_numbers_and_bad_files(series_model: Path, tmp_path: Path):
    for arguments, code in (
        (["--text", "a", "-m", series_model], 4),
        ([REVIEWS, "-q", "-m", series_model], 4),
        (["-m", CLASSIC], 4),
        (["-m", tmp_path / "none.npz"], 5),
    ):
        ran = grucli("inspect-gates", *arguments)
        assert (ran.code, ran.out, len(ran.complaints)) == (code, b"", 1)


def test_rows_that_cannot_be_read(text_model: Path, tmp_path: Path):
    data = tmp_path / "bad.csv"
    data.write_text("text,label\ngood,positive\na,b,c\nbad,negative\n")
    ran = grucli("inspect-gates", data, "-m", text_model)
    assert (ran.code, ran.out) == (3, b"")
    assert ran.complaints[0].startswith(f"grucli: {data}:3: row has 3 fields")
    found = inspected(data, "-m", text_model, "--on-bad-row", "skip")
    assert (found["meta"]["input"]["rows"], found["meta"]["input"]["skipped"]) == (2, 1)


def test_the_json_is_one_strict_object_and_the_locale_is_no_matter(text_model: Path):
    command = f"grucli inspect-gates {REVIEWS} -m {text_model} --text '' --json"
    ran = bash(f"{command} | {sys.executable} -m json.tool", LC_ALL="C")
    assert (ran.code, ran.err) == (0, "")
    plain = grucli("inspect-gates", "-m", text_model, "--text", "很好", LC_ALL="C")
    assert "好" in plain.text


def test_help_needs_no_numpy():
    code = (
        "import sys; from grucli.cli.app import run; run(['inspect-gates', '-h']); "
        "sys.exit('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0
    assert done.stdout.count(b"grucli inspect-gates ") >= 3
    assert b"Exit codes:" in done.stdout
