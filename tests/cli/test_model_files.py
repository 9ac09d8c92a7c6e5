"""Model files that are intact and still not what a model is: code 4 and one line."""

import itertools
import subprocess
import sys

import numpy as np
import pytest

from grucli.data.text.vocabulary import MOST_TOKENS
from grucli.modelfile.archive import read_archive, write_archive
from tests.cli.helpers import SAMPLES, assert_one_error, environment, grucli, train


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", True),
        ("label", {"x": 1}),
        ("values", None),
        ("quotes", 0),
        ("header", "no"),
        ("encoding", 8),
        ("encoding", "klingon"),
        ("delimiter", ", "),
        ("kind", ["text"]),
        ("missing", 0),
        ("surprise", 1),
    ],
)
def test_what_cannot_have_been_remembered_is_a_fault_of_the_file(tmp_path, text_model, name, value):
    whole, path = read_archive(text_model), tmp_path / "m.npz"
    write_archive(path, with_remembered(whole.meta, name, value), whole.arrays)
    (tmp_path / "a.csv").write_text("text,label\ngood film,positive\n")
    for words in (["predict", "a.csv"], ["inspect-gates"]):
        done = grucli(*words, "-m", "m.npz", cwd=tmp_path)
        assert_one_error(done, 4, "m.npz: inconsistent: ", "train the model again")


def with_remembered(meta, name, value):
    return {**meta, "remembered": {**meta["remembered"], name: value}}


# Half precision


def test_a_model_in_half_precision_resumes_to_the_same_bytes_and_can_be_started_from(tmp_path):
    def trained(name, epochs, *flags):
        settings = ("model.half_precision=true", f"training.epochs={epochs}")
        config = ("-c", SAMPLES.parent / "configs" / "smoke.yaml")
        done = train(tmp_path, SAMPLES / "reviews_train.csv", name, settings, (*config, *flags))
        assert done.code == 0, done.err
        return read_archive(tmp_path / name).arrays

    whole = trained("a.npz", 2)
    trained("b.npz", 1)
    trained("b.npz", 2, "--resume")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    taken = trained("c.npz", 1, "--init-from", "a.npz")
    assert {name: array.dtype for name, array in taken.items()} == {
        name: np.uint8 if name == "vocabulary" else np.float16 for name in whole
    }
    vectors = (arrays["param_embedding_weight"].astype(float).ravel() for arrays in (whole, taken))
    assert np.corrcoef(*vectors)[0, 1] > 0.9
    assert b"model.half_precision" in grucli("inspect-gates", "-m", "a.npz", cwd=tmp_path).out


# Memory

SPARE_BYTES = 64 << 20
MEASURE = """
import resource, sys
from grucli.modelfile import checkpoint
from grucli.prediction.classifier import Classifier
UNIT = 1 if sys.platform == "darwin" else 1024

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT

before = peak()
saved = checkpoint.load(sys.argv[1])
answers = Classifier(saved).predict(["aa бв ббб", "ббб бв aa", "unknown"])
print(peak() - before, *(answer.probability for answer in answers))
"""


def with_tokens(text_model, path, number):
    """Write the model with so many short tokens, each with a vector of one number."""
    alphabet = [*"abcdefghijklmnopqrstuvwxyz", *map(chr, range(0x430, 0x4B0))]
    every = (itertools.product(alphabet, repeat=length) for length in (1, 2, 3))
    tokens = map("".join, itertools.islice(itertools.chain(*every), number))
    whole = read_archive(text_model)
    arrays = dict(whole.arrays)
    arrays["vocabulary"] = np.frombuffer("".join(f"{t}\n" for t in tokens).encode(), np.uint8)
    vectors = np.random.default_rng(0).normal(size=(number + 2, 1))
    arrays["param_embedding_weight"] = vectors.astype(np.float32)
    arrays["param_layer0_weight_ih"] = arrays["param_layer0_weight_ih"][:, :, :1]
    sizes = {"vocabulary_size": number + 2, "input_size": 1, "subwords": "", "buckets": 0}
    architecture = {**whole.meta["architecture"], **sizes}
    encoder = {**whole.meta["encoder"], "mode": "space"}
    write_archive(path, {**whole.meta, "architecture": architecture, "encoder": encoder}, arrays)


def test_many_short_tokens_take_no_more_memory_than_their_file_and_a_bit(tmp_path, text_model):
    path = tmp_path / "m.npz"
    with_tokens(text_model, path, 500_000)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    taken, first, second, third = done.stdout.split()
    assert int(taken) <= path.stat().st_size + SPARE_BYTES
    assert len({first, second, third}) == 3  # the tokens are told apart


def test_more_tokens_than_a_config_allows_are_refused(tmp_path, text_model):
    with_tokens(text_model, tmp_path / "m.npz", 3 * MOST_TOKENS)
    done = grucli("predict", "-m", "m.npz", cwd=tmp_path, stdin=b"a\n")
    assert_one_error(done, 4, "m.npz: ", "3,000,000 tokens, 1,000,000 is the most")


# Resuming


def test_a_run_that_cannot_have_been_is_a_fault_of_the_file(tmp_path):
    settings = ("model.hidden_size=4", "model.wide=false", "training.epochs=1", "data.valid=0.2")
    options = [word for setting in settings for word in ("--set", setting)]
    words = ["train", SAMPLES / "reviews_train.csv", "-o", "m.npz", "-q", *options]
    assert grucli(*words, cwd=tmp_path).code == 0
    last = tmp_path / "m.last.npz"
    whole = read_archive(last)
    for name, value in (("batch", 10**6), ("best_epoch", None), ("crossed", {"epochs": "many"})):
        progress = {**whole.meta["progress"], name: value}
        write_archive(last, {**whole.meta, "progress": progress}, whole.arrays)
        done = grucli(*words, "--resume", cwd=tmp_path)
        assert_one_error(done, 4, "m.last.npz: inconsistent: ", "train again with --force")
