"""`grucli train --vectors` as a process: what it says, keeps, refuses and resumes."""

import gzip
import json

import numpy as np
import pytest

from grucli.data.text.vectors import SCALE
from grucli.data.text.vocabulary import Vocabulary
from grucli.modelfile.archive import read_archive
from tests.cli.helpers import SAMPLES, assert_one_error, grucli, sha256

REVIEWS = SAMPLES / "reviews_train.csv"
WORDS = ("the", "was", "Good", "bad", "staff", "room", "film", "nobody-says-this")
EPOCHS = ("--set", "model.hidden_size=8", "--set", "training.epochs=3", "--valid", "0.3")


def write_vectors(path, words=WORDS, size=12, seed=0):
    rows = np.random.default_rng(seed).normal(size=(len(words), size))
    lines = [f"{w} {' '.join(map(str, row))}\n" for w, row in zip(words, rows, strict=True)]
    content = f"{len(words)} {size}\n{''.join(lines)}".encode()
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return dict(zip(words, rows, strict=True))


def train(folder, *options, out="m.npz", data=REVIEWS):
    return grucli("train", data, "-o", out, *EPOCHS, *options, cwd=folder)


def vocabulary(archive):
    return Vocabulary.from_bytes(archive.arrays["vocabulary"].tobytes())


def test_training_starts_from_the_vectors_and_says_how_many_it_found(tmp_path):
    rows = write_vectors(tmp_path / "w.vec")
    still = ("--set", "training.learning_rate=1e-12", "--json")
    done = train(tmp_path, "--vectors", "w.vec", *still)
    assert done.code == 0, done.err
    archive = read_archive(tmp_path / "m.npz")
    known, table = vocabulary(archive), archive.arrays["param_embedding_weight"]
    assert f"vectors: w.vec, 12 numbers, 7 of {len(known.tokens):,} tokens (" in done.err
    assert json.loads(done.text)["valid"]["rows"] == 72
    found = {word.lower(): rows[word] for word in WORDS[:-1]}
    spread = np.std([*found.values()])
    for word, row in found.items():
        index = known.encode([word])[0]
        np.testing.assert_allclose(table[index], row * SCALE / spread, atol=1e-5)
    others = np.delete(table, known.encode([*found]), axis=0)
    assert others.std() < 0.05
    card = archive.meta["card"]
    assert card["data"]["vectors"].keys() == {"sha256", "size", "tokens", "text_share"}
    assert card["config"]["model"]["embedding_size"] == 12
    shown = grucli("inspect-gates", "-m", "m.npz", cwd=tmp_path).text
    share = card["data"]["vectors"]["text_share"]
    assert f"from w.vec: 7 tokens, {share:.1%} of the text".replace("%", " %") in shown
    trained = train(tmp_path, "--vectors", "w.vec", "-q", out="n.npz")
    assert trained.code == 0
    moved = read_archive(tmp_path / "n.npz").arrays["param_embedding_weight"]
    assert not np.allclose(moved[known.encode(["the"])], table[known.encode(["the"])], atol=1e-3)


def test_the_bytes_do_not_depend_on_where_the_vectors_lie(tmp_path):
    hashes = set()
    (tmp_path / "c.yaml").write_text("model: {vectors: deep/w.vec}\n")
    for folder, options in (
        (tmp_path / "deep", ("--vectors", "w.vec")),
        (tmp_path / "other", ("-c", tmp_path / "c.yaml")),
    ):
        write_vectors(folder / "w.vec")
        done = train(folder, "-q", *options)
        assert done.code == 0, done.err
        hashes.add((sha256(folder / "m.npz"), sha256(folder / "m.last.npz")))
    assert len(hashes) == 1
    for part in (tmp_path / "deep" / "m.npz", tmp_path / "other" / "m.last.npz"):
        assert str(tmp_path).encode() not in part.read_bytes()


def test_a_resumed_run_has_the_same_bytes_and_wants_the_same_vectors(tmp_path):
    write_vectors(tmp_path / "w.vec.gz")
    options = ("--vectors", "w.vec.gz", "-q")
    assert train(tmp_path, *options, out="whole.npz").code == 0
    assert train(tmp_path, *options, "--set", "training.epochs=1").code == 0
    write_vectors(tmp_path / "w.vec.gz", seed=1)
    assert_one_error(
        train(tmp_path, *options, "--resume"), 2, "the vectors are not those of m.last"
    )
    without = train(tmp_path, "-q", "--resume", "--set", "model.embedding_size=12")
    assert without.code == 2
    write_vectors(tmp_path / "w.vec.gz")
    assert train(tmp_path, *options, "--resume").code == 0
    assert sha256(tmp_path / "m.npz") == sha256(tmp_path / "whole.npz")
    assert sha256(tmp_path / "m.last.npz") == sha256(tmp_path / "whole.last.npz")


@pytest.mark.parametrize("mode", ["word", "char", "space", "byte"])
def test_all_kinds_of_tokens_can_have_vectors(tmp_path, mode):
    words = {"char": ("e", "t", " "), "byte": ("65", "74", "20")}.get(mode, ("the", "was", "The"))
    write_vectors(tmp_path / "w.vec", words)
    options = ("--vectors", "w.vec", "--set", f"data.tokens={mode}", "--dry-run", "--json")
    done = grucli("train", REVIEWS, *options, cwd=tmp_path)
    assert done.code == 0, done.err
    result = json.loads(done.text)
    assert result["data"]["vectors"]["tokens"] == (2 if mode == "word" else 3)
    assert result["config"]["model.embedding_size"]["value"] == 12
    assert result["config"]["model.vectors"]["origin"] == "--vectors"
    assert not (tmp_path / "m.npz").exists()


def test_what_cannot_be_is_refused_in_one_line(tmp_path):
    write_vectors(tmp_path / "w.vec")
    (tmp_path / "bad.vec").write_text("the 1 2\nwas 1\nroom 1 2\n")
    assert_one_error(
        train(tmp_path, "--vectors", "w.vec", "--set", "model.embedding_size=64"),
        2,
        "model.embedding_size: is 64, but w.vec has vectors of 12 numbers",
    )
    series = train(tmp_path, "--vectors", "w.vec", data=SAMPLES / "classic_train.npz")
    assert_one_error(series, 2, "model.vectors: is for tokens, the data are numbers")
    start = train(tmp_path, "--vectors", "w.vec", "--init-from", "none.npz")
    assert_one_error(start, 2, "model.vectors: --init-from brings token vectors already")
    missing = train(tmp_path, "--vectors", "w.txt")
    assert_one_error(missing, 5, "w.txt: no such file; did you mean 'w.vec'?")
    assert_one_error(
        train(tmp_path, "--vectors", "bad.vec"), 3, "bad.vec:2: 'was' has 1 number, 2 are due"
    )
    assert not (tmp_path / "m.npz").exists()
    skipped = train(tmp_path, "--vectors", "bad.vec", "--on-bad-row", "skip")
    assert skipped.code == 0
    assert "warning: bad.vec: skipped 1 row that cannot be read" in skipped.err
