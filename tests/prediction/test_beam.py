"""How widely a model that writes searches: as asked, and at least as wide as it answers."""

from types import SimpleNamespace

import pytest

from grucli.data.text.symbols import Symbols
from grucli.errors import ConfigError
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.beam import with_beam
from grucli.tasks import task_type
from grucli.tasks.columns import AnswerOptions


def saved(task):
    return SavedModel(model=None, encoder=None, task=task, remembered=None, card={})


WRITES = saved(task_type("generate")(symbols=Symbols.fit(["ab"], "char"), longest=3))


@pytest.mark.parametrize(
    ("beam", "top_k", "width"),
    [(None, None, 4), (None, 9, 9), (None, 2, 4), (1, None, 1), (7, 5, 7)],
)
def test_as_wide_as_asked_and_as_many_as_are_answered(beam, top_k, width):
    assert with_beam(WRITES, beam, AnswerOptions(top_k=top_k)).task.beam == width


def test_without_answers_asked_it_is_as_usual():
    assert with_beam(WRITES, None).task.beam == 4


def test_fewer_than_are_answered_are_refused():
    with pytest.raises(ConfigError, match="--top-k: 3 texts, but --beam follows up 2"):
        with_beam(WRITES, 2, AnswerOptions(top_k=3))


def test_no_more_are_answered_than_may_be_followed_up():
    assert with_beam(WRITES, None, AnswerOptions(top_k=256)).task.beam == 256
    with pytest.raises(ConfigError, match="--top-k: must be at most 256 of texts, got 257"):
        with_beam(WRITES, None, AnswerOptions(top_k=257))


def test_a_model_that_does_not_write_has_none():
    other = saved(SimpleNamespace(writes=False))
    assert with_beam(other, None) is other
    with pytest.raises(ConfigError, match="--beam: the model does not write texts"):
        with_beam(other, 2)
