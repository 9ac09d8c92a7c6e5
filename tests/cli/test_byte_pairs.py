"""Texts that are read as byte pairs, or character by character as they stand, in real commands."""

import json

import pytest

from grucli.modelfile.checkpoint import load
from tests.cli.helpers import BRIEF, grucli, sha256

WORDS = ("reading", "reader", "teaching", "teacher", "running", "runner")
ROWS = [
    (f"{WORDS[k % 6]} number{k % 7} GRU", "er" if "er" in WORDS[k % 6] else "ing")
    for k in range(90)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    lines = [f"{text},{label}\n" for text, label in ROWS]
    (folder / "t.csv").write_text("".join(["text,label\n", *lines]))
    return folder


@pytest.mark.parametrize("mode", ["pairs", "exact"])
def test_a_model_reads_as_it_was_trained(folder, mode):
    options = (*BRIEF, "--set", f"data.tokens={mode}", "--valid", "0.2")
    for name in ("a", "b"):
        ran = grucli("train", "t.csv", "-o", f"{mode}-{name}.npz", *options, cwd=folder)
        assert ran.code == 0, ran.err
        assert f"tokens: {mode}" in ran.err
    assert sha256(folder / f"{mode}-a.npz") == sha256(folder / f"{mode}-b.npz")
    encoder = load(folder / f"{mode}-a.npz").encoder
    wanted = {"pairs": [" GRU", "s"], "exact": ["G", "R", "U", "s"]}[mode]
    record = encoder.record(1, "GRUs")
    assert encoder.tokens(record) == wanted
    ran = grucli(
        "predict", "-m", f"{mode}-a.npz", "--json", cwd=folder, stdin="读者 GRU\n".encode()
    )
    assert ran.code == 0
    assert 0 < json.loads(ran.lines[0])["known"] < 1
    ran = grucli("inspect-gates", "t.csv", "-m", f"{mode}-a.npz", cwd=folder)
    assert ran.code == 0, ran.err


def test_who_starts_from_a_model_joins_as_it_does(folder):
    (folder / "more.csv").write_text("text,label\n" + "walking walker,er\nwalks walk,ing\n" * 40)
    grown = ("--init-from", "base.npz", "-o", "grown.npz", "--valid", "0.2")
    base = ("-o", "base.npz", "--set", "data.tokens=pairs", "--valid", "0.2")
    for data, options in (("t.csv", base), ("more.csv", grown)):
        ran = grucli("train", data, *BRIEF, *options, cwd=folder)
        assert ran.code == 0, ran.err
    first, then = (load(folder / name).encoder for name in ("base.npz", "grown.npz"))
    assert then.pairs == first.pairs
    assert then.vocabulary.tokens[: len(first.vocabulary.tokens)] == first.vocabulary.tokens


@pytest.mark.parametrize(
    ("rows", "options", "mode"),
    [
        (
            [
                (f"the reader number{k} reads", f"the reading of number{k} reads on and on")
                for k in range(80)
            ],
            "",
            "pairs",
        ),
        ([(f"a{k}b", f"B{k}") for k in range(80)], "", "exact"),
        ([(f"a{k}b", f"b{k}") for k in range(80)], "", "char"),
        ([(f"a{k}b", f"b{k}") for k in range(80)], "data.tokens=byte", "byte"),
    ],
)
def test_what_is_written_as_it_is_spelled_is_read_so(tmp_path, rows, options, mode):
    lines = [f"{source},{target}\n" for source, target in rows]
    (tmp_path / "t.csv").write_text("".join(["source,target\n", *lines]))
    given = ("--set", options) if options else ()
    ran = grucli(
        "train", "t.csv", "-o", "m.npz", *BRIEF, "--set", "task=generate", *given, cwd=tmp_path
    )
    assert ran.code == 0, ran.err
    saved = load(tmp_path / "m.npz")
    assert saved.encoder.mode == mode
    assert saved.encoder.pairs == saved.task.pairs
    assert (saved.task.pairs is None) == (mode != "pairs")
    (tmp_path / "more.csv").write_text("source,target\nthe new reader,the news\nno,new\n" * 20)
    more = ("train", "more.csv", "--init-from", "m.npz", "-o", "n.npz", *BRIEF)
    ran = grucli(*more, "--set", "task=generate", *given, cwd=tmp_path)
    assert ran.code == 0, ran.err
    grown = load(tmp_path / "n.npz")
    assert (grown.encoder.mode, grown.encoder.pairs) == (mode, saved.encoder.pairs)
    assert grown.task.symbols.texts[: len(saved.task.symbols.texts)] == saved.task.symbols.texts
