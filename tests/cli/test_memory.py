"""Memory that is not there: exit code 5 and one line, wherever it is found to be missing."""

import errno

import pytest

from grucli.cli import memory
from grucli.errors import AccessError

from .helpers import SAMPLES, bash

REVIEWS = SAMPLES / "reviews_train.csv"


def loader_error() -> ImportError:
    """What NumPy makes of a library that finds no memory."""
    error = ImportError("importing the C-extensions failed")
    error.__cause__ = ImportError("libx.so: failed to map segment from shared object")
    return error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("can't start new thread"),
        ImportError("libx.so: cannot map zero-fill pages"),
        loader_error(),
    ],
)
def test_it_is_known_by_what_libraries_say(error):
    assert memory.is_short(error)


def test_an_extension_that_says_nothing_is_one_where_memory_is_limited(monkeypatch):
    assert not memory.is_short(SystemError())
    monkeypatch.setattr(memory.resource, "getrlimit", lambda kind: (1 << 20, 1 << 20))
    assert memory.is_short(SystemError())


@pytest.mark.parametrize(
    "error", [KeyError("x"), OSError(errno.EIO, "x"), ImportError("No module named 'x'")]
)
def test_other_errors_are_no_sign_of_it(error):
    assert not memory.is_short(error)


def test_other_errors_of_a_training_stay_as_they_are():
    with pytest.raises(KeyError), memory.of_training(object()):
        raise KeyError("x")
    with pytest.raises(MemoryError), memory.of_training(object()):  # which knows no settings yet
        raise MemoryError


def test_without_a_limit_nothing_is_reserved(monkeypatch):
    taken = []
    monkeypatch.setattr(memory.mmap, "mmap", lambda *arguments: taken.append(arguments))
    memory.reserve()
    assert taken == []


def test_a_limit_that_is_too_low_is_told(monkeypatch):
    monkeypatch.setattr(memory.resource, "getrlimit", lambda kind: (1 << 20, 1 << 20))
    monkeypatch.setattr(memory, "LEAST", 1 << 60)
    with pytest.raises(AccessError, match=r"out of memory: .* MiB to begin with; .*ulimit -v"):
        memory.reserve()


@pytest.mark.parametrize("limit_kib", [25_000, 70_000, 150_000, 170_000])
def test_whatever_the_limit_a_command_ends_well_or_with_5(text_model, tmp_path, limit_kib):
    """Python itself takes 15 MB; any library may be missing from there on."""
    answer = f"grucli predict {SAMPLES / 'reviews_test.csv'} -m {text_model} -q > /dev/null"
    training = f"grucli train {REVIEWS} -o m.npz -q --set training.epochs=1 --set data.valid=0"
    for command in (answer, training):
        ran = bash(f"ulimit -v {limit_kib}; {command}", cwd=tmp_path)
        assert ran.code in (0, 5), ran.err
        assert len(ran.complaints) == (ran.code == 5), ran.err
