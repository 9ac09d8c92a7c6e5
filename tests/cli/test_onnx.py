"""`grucli inspect-gates --onnx FILE`: the file answers as `predict` does."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from grucli.errors import show_path
from tests.modelfile.exchange.to_onnx import models

from .helpers import SAMPLES, environment, grucli

REVIEWS = SAMPLES / "reviews_test.csv"
SERIES = SAMPLES / "classic_test.npz"
WITHOUT_ONNX = """
import sys
sys.modules["onnx"] = None
from grucli.cli.app import run
sys.exit(run(sys.argv[1:]))
"""


def exported(model: Path, folder: Path, *options: str) -> onnxruntime.InferenceSession:
    target = folder / "m.onnx"
    ran = grucli("inspect-gates", "-m", model, "--onnx", target, *options)
    assert (ran.code, ran.text) == (0, grucli("inspect-gates", "-m", model).text)
    assert ran.complaints[0].startswith(f"wrote {show_path(target)}: ")
    return onnxruntime.InferenceSession(target, providers=["CPUExecutionProvider"])


def beside(session: onnxruntime.InferenceSession):
    return json.loads(session.get_modelmeta().custom_metadata_map["grucli"])


@pytest.mark.parametrize("fixture", ["text_model", "linear_model", "odd_model"])
def test_texts_are_answered_as_by_predict(fixture, request, tmp_path: Path):
    model = request.getfixturevalue(fixture)
    session = exported(model, tmp_path)
    lines = ["not bad at all", "", "ＷＡＳＴＥ!!!!! of 3.5 hours", "这部电影很好", "zzqx"]
    lines += [line.split(",")[0].strip('"') for line in REVIEWS.read_text().splitlines()[1:20]]
    text = "".join(f"{line}\n" for line in lines)
    ran = grucli("predict", "-m", model, "--json", stdin=text.encode())
    about = beside(session)
    (found,) = session.run(None, models.inputs_of(lines, about))
    for row, line in zip(found, ran.lines, strict=True):
        answer = json.loads(line)
        assert list(answer["probabilities"]) == about["labels"]
        np.testing.assert_allclose(row, list(answer["probabilities"].values()), atol=1e-5)
        assert models.programs()["texts"].answer(row, about)[0] == answer["label"]


def test_series_are_answered_as_by_predict(series_model: Path, tmp_path: Path):
    session = exported(series_model, tmp_path)
    ran = grucli("predict", SERIES, "-m", series_model, "--json", "-q")
    inputs = models.inputs_of(np.load(SERIES)["X"], beside(session))
    (found,) = session.run(None, inputs)
    wanted = [list(json.loads(line)["probabilities"].values()) for line in ran.lines]
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_tags_are_answered_as_by_predict(tmp_path: Path):
    model = tmp_path / "t.npz"
    settings = [f"--set=training.{one}" for one in ("epochs=2", "learning_rate=0.02")]
    data = SAMPLES / "ingredients_train.conll"
    trained = grucli("train", data, "-o", model, "-q", "--valid", "0.1", *settings)
    assert trained.code == 0, trained.err
    target = tmp_path / "m.onnx"
    ran = grucli("inspect-gates", "-m", model, "--onnx", target)
    assert ran.complaints[1].endswith("metadata is for your program to find")
    session = onnxruntime.InferenceSession(target, providers=["CPUExecutionProvider"])
    test = SAMPLES / "ingredients_test.conll"
    asked = grucli("predict", test, "-m", model, "--json", "-q")
    answers = [json.loads(line) for line in asked.lines]
    blocks = test.read_text().strip().split("\n\n")
    rows = [[line.split("\t")[0] for line in block.splitlines()] for block in blocks]
    about = beside(session)
    (found,) = session.run(None, models.inputs_of(rows, about))
    tags_of = models.programs()["tags"].tags_of
    for row, tokens, answer in zip(found, rows, answers, strict=True):
        tags = [about["labels"][tag] for tag in tags_of(row[: len(tokens)], about)]
        assert tags == answer["tags"]


def test_the_file_is_written_whole_and_replaced_only_if_asked(text_model: Path, tmp_path: Path):
    target = tmp_path / "m.onnx"
    command = ("inspect-gates", "-m", text_model, "--onnx", target)
    assert grucli(*command).code == 0
    before = target.read_bytes()
    refused = grucli(*command)
    assert (refused.code, refused.out, len(refused.complaints)) == (5, b"", 1)
    assert "--force" in refused.err
    assert grucli(*command, "--force", "-q").err == ""
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["m.onnx"]


@pytest.mark.parametrize(
    ("target", "says"),
    [("-", "'-' is no file"), ("m.npz", "is the model"), ("p.html", "is the file of --html")],
)
def test_a_file_that_must_stay_is_not_replaced(text_model: Path, tmp_path: Path, target, says):
    model = tmp_path / "m.npz"
    model.write_bytes(text_model.read_bytes())
    words = ("inspect-gates", "-m", "m.npz", "--html", "p.html", "--onnx", target, "--force")
    ran = grucli(*words, cwd=tmp_path)
    assert (ran.code, ran.out, len(ran.complaints)) == (2, b"", 1)
    assert says in ran.err
    assert model.read_bytes() == text_model.read_bytes()


def test_without_the_package_a_line_says_which_and_nothing_is_read(tmp_path: Path):
    words = ("inspect-gates", "-m", "none.npz", "--onnx", "m.onnx")
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_ONNX, *words],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (5, "")
    assert ran.stderr == "grucli: onnx: is not installed; pip install 'grucli[onnx]'\n"
