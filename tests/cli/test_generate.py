"""Texts that are written, from a table to answers and scores, through the real program."""

import json
from pathlib import Path

import numpy as np
import pytest

from grucli import load

from .helpers import Ran, assert_one_error, grucli, sha256, train

GENERATE = ("task=generate", "data.text=source", "data.label=target", "training.batch_size=8")
SMALL = (*GENERATE, "model.hidden_size=16", "model.embedding_size=8", "training.learning_rate=0.02")
LETTERS = "abcdef"


def pair(number: int) -> tuple[str, str]:
    """A word of two to four letters, and its letters spelled out from behind."""
    word = ""
    for _ in range(2 + number % 3):
        number, letter = divmod(number * 7 + 3, len(LETTERS))
        word += LETTERS[letter]
    return word, " ".join(letter.upper() * 2 for letter in reversed(word))


def write(path: Path, numbers: range) -> Path:
    rows = [",".join(pair(number)) for number in numbers]
    path.write_text("\n".join(["source,target", *rows]) + "\n")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("generate")
    write(path / "train.csv", range(300))
    write(path / "test.csv", range(1000, 1060))
    return path


@pytest.fixture(scope="module")
def model(folder: Path) -> Path:
    ran = train(folder, "train.csv", "m.npz", [*SMALL, "training.epochs=12"])
    assert (ran.code, ran.out) == (0, b""), ran.err
    assert "a decoder that writes" in ran.err
    return folder / "m.npz"


def predicted(model: Path, lines: list[str], *flags: object) -> list[list[str]]:
    ran = grucli("predict", "-m", model, *flags, stdin="".join(f"{x}\n" for x in lines).encode())
    assert ran.code == 0, ran.err
    return [line.split("\t") for line in ran.lines]


def test_it_learns_and_is_scored_by_texts(model: Path, folder: Path) -> None:
    ran = grucli("evaluate", folder / "test.csv", "-m", model, "--json", "--min", "exact_match=0.5")
    assert ran.code == 0, ran.err
    found = json.loads(ran.text)
    assert found["rows"] == 60
    assert 0.5 < found["exact_match"] <= 1
    assert found["edit_rate"] < 0.3
    assert found["baselines"]["figure"] == "exact_match"
    assert found["baselines"]["blind"] < 0.3


def test_a_line_out_for_each_line_in(model: Path) -> None:
    words = ["abc", "", "fe", "z", "a" * 300, '\\n,"quoted"', "字", "e\u0301\u200b"]
    found = predicted(model, words)
    assert len(found) == len(words)
    assert found[1] == ["", "0.000000", "end"]
    longest = 4  # symbols of the longest text of training
    for text, score, finish in found:
        assert len(text.split()) <= longest
        assert float(score) <= 0
        assert finish in ("end", "length")
    again = predicted(model, words[::-1], "--workers", "1")
    assert again == found[::-1]


def test_several_texts_the_best_first(model: Path) -> None:
    (one,) = predicted(model, ["abc"], "--top-k", "3", "--beam", "5")
    texts, scores = one[::3], [float(score) for score in one[1::3]]
    assert len(set(texts)) == 3
    assert scores == sorted(scores, reverse=True)
    (line,) = grucli("predict", "-m", model, "--json", "--top-k", "2", stdin=b"abc\n").lines
    found = json.loads(line)
    assert found["text"] == found["texts"][0]
    assert found["score"] == found["scores"][0]
    assert (found["finish"], len(found["texts"])) == ("end", 2)
    (answer,) = load(str(model)).predict(["abc"])
    assert (answer.text, round(answer.score, 6)) == (found["text"], found["score"])


def test_what_is_asked_must_fit(model: Path, folder: Path) -> None:
    data = folder / "test.csv"
    for words, part in (
        (("--beam", 2, "--top-k", 3), "--top-k: 3 texts, but --beam follows up 2"),
        (("--min-prob", 0.5), "--min-prob: a text has a score"),
        (("--to", "conll"), "--to conll"),
    ):
        assert_one_error(grucli("predict", data, "-m", model, *words), 2, part)
    graph = grucli("inspect-gates", "-m", model, "--onnx", folder / "m.onnx")
    assert (graph.code, graph.out) == (2, b"")  # refused before the report
    assert graph.err.count("grucli: --onnx: texts are searched for") == 1
    card = grucli("inspect-gates", "-m", model)
    assert card.code == 0
    assert "a decoder that writes" in " ".join(card.text.split())


def test_what_each_symbol_looks_at(model: Path, folder: Path) -> None:
    page, flags = folder / "looks.html", ("--text", "abc", "--text", "")
    ran = grucli("inspect-gates", "-m", model, *flags, "--html", page)
    assert ran.code == 0, ran.err
    assert "SYMBOL" in ran.text
    assert "What each symbol rests on" in page.read_text()
    ran = grucli("inspect-gates", "-m", model, *flags, "--json")
    first, second = json.loads(ran.text)["data"]["alignments"]
    assert first["answer"] == predicted(model, ["abc"])[0][0]
    assert [round(sum(row), 3) for row in first["weights"]] == [1.0] * len(first["symbols"])
    assert (first["source"], second["symbols"]) == (["a", "b", "c"], [])
    assert len(first["instead"]) == 3


def test_gates_and_memory_of_both_recurrences_are_measured(model: Path, folder: Path) -> None:
    asked = "inspect-gates", folder / "test.csv", "-m", model, "--example", "1,wrong"
    files = "--npz", folder / "a.npz", "--html", folder / "a.html"
    ran = grucli(*asked, *files, "--fail-if", "memory.h99>0")
    assert ran.code == 1, ran.err
    assert "decoder           keep" in ran.text
    assert "LEFT OUT" in ran.text
    with np.load(folder / "a.npz") as arrays:
        assert len(arrays["decoder_state"]) == arrays["answer_offsets"][-1]
    ran = grucli(*asked, "--json", "--sample", 4)
    found = json.loads(ran.text)
    assert found["meta"]["input"]["sequences"] == 4
    assert [part["direction"] for part in found["data"]["gates"]] == [
        "forward",
        "backward",
        "decoder",
    ]


def test_a_model_of_labels_has_no_beam(text_model: Path) -> None:
    ran = grucli("predict", "-m", text_model, "--beam", 2, stdin=b"good\n")
    assert_one_error(ran, 2, "--beam: the model does not write texts; omit it")


def trained(folder: Path, name: str, *settings: str, flags: tuple[str, ...] = ()) -> Ran:
    ran = train(folder, "train.csv", name, [*SMALL, *settings], flags)
    assert ran.code == 0, ran.err
    return ran


def test_the_same_seed_gives_the_same_bytes_resumed_or_by_workers(folder: Path) -> None:
    trained(folder, "whole.npz", "training.epochs=3", "training.shards=2", "training.workers=0")
    trained(folder, "part.npz", "training.epochs=1", "training.shards=2", "training.workers=1")
    trained(folder, "part.npz", "training.epochs=3", "training.shards=2", flags=("--resume",))
    assert sha256(folder / "whole.npz") == sha256(folder / "part.npz")


def test_another_file_goes_on_from_the_weights(model: Path, folder: Path) -> None:
    more = folder / "more.csv"
    more.write_text("source,target\n" + "abc,ZZ YY\ncab,ZZ\nbca,QQ AA\n" * 20)
    ran = train(
        folder,
        more.name,
        "more.npz",
        ["task=generate", "data.text=source", "data.label=target", "training.epochs=1"],
        ("--init-from", str(model)),
    )
    assert ran.code == 0, ran.err
    assert "starting from" in ran.err
    assert len(load(str(folder / "more.npz")).predict(["abc"])) == 1


def test_copies_write_what_the_vocabulary_of_answers_lacks(folder: Path) -> None:
    rows = [f"{pair(k)[0]}{k % 10},<{pair(k)[0]}{k % 10}>" for k in range(300)]
    (folder / "copies.csv").write_text("source,target\n" + "\n".join(rows) + "\n")
    ran = train(folder, "copies.csv", "copies.npz", [*SMALL, "training.epochs=6"])
    assert ran.code == 0, ran.err
    assert "a decoder that copies and writes" in ran.err
    ran = grucli("evaluate", folder / "copies.csv", "-m", folder / "copies.npz", "--json")
    assert json.loads(ran.text)["exact_match"] > 0.5


@pytest.mark.slow
def test_letters_that_training_has_never_seen_are_copied(folder: Path) -> None:
    rng = np.random.default_rng(1)

    def named(letters: str, number: int) -> str:
        rows = ["source,target"]
        for _ in range(number):
            name = "".join(rng.choice(list(letters), rng.integers(3, 8))).capitalize()
            rows.append(f"order for {name} today,{name}: order")
        return "\n".join(rows) + "\n"

    (folder / "latin.csv").write_text(named("abcdefghijklmnopqrstuvwxyz", 1500))
    (folder / "cyrillic.csv").write_text(named("бвгджзлмнпрст", 200))
    found = []
    for rate in ("0.0", "0.05"):
        settings = (*GENERATE, "model.hidden_size=64", "training.epochs=12")
        ran = train(
            folder, "latin.csv", "n.npz", [*settings, f"model.token_dropout={rate}"], ("--force",)
        )
        assert ran.code == 0, ran.err
        ran = grucli("evaluate", folder / "cyrillic.csv", "-m", folder / "n.npz", "--json")
        found.append(json.loads(ran.text)["exact_match"])
    assert found[0] < 0.1
    assert found[1] > 0.3


def test_pages_and_reports_have_what_texts_have(model: Path, folder: Path) -> None:
    page, wrong = folder / "page.html", folder / "wrong.csv"
    ran = grucli(
        "evaluate", folder / "test.csv", "-m", model, "--html", page, "--errors", wrong, "--force"
    )
    assert ran.code == 0, ran.err
    assert "Exact match" in page.read_text()
    assert wrong.read_text().startswith("row,line,")
    dry = grucli("train", folder / "train.csv", "--dry-run", *words(SMALL))
    assert dry.code == 0, dry.err
    assert "target longest" in dry.text
    curve = train(folder, "train.csv", "c.npz", [*SMALL, "training.epochs=1"], ("--html", "c.html"))
    assert curve.code == 0, curve.err


def words(settings: tuple[str, ...]) -> list[str]:
    return [word for setting in settings for word in ("--set", setting)]


def test_folds_and_poolings_are_refused(folder: Path) -> None:
    for setting, part in (
        ("training.folds=3", "training.folds: the task generate has none"),
        ("model.pooling=mean", "model.pooling: the task generate reads each step"),
        ("training.class_weight=balanced", "training.class_weight"),
    ):
        ran = train(folder, "train.csv", "no.npz", [*SMALL, setting])
        assert_one_error(ran, 2, part)
