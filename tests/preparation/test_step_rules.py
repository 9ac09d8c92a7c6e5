"""What a head that reads each step decides of the network."""

from types import SimpleNamespace

import numpy as np
import pytest

from grucli.config.resolve import resolve
from grucli.errors import ConfigError
from grucli.preparation.step_rules import MANY_STEPS, SHORT_PATIENCE, check, choose
from grucli.preparation.training_rules import Facts, label_smoothing
from grucli.tasks.classify.learning import CrossEntropy
from grucli.tasks.generate.learning import SymbolLoss
from grucli.tasks.regress.learning import NumberLoss
from grucli.tasks.tag.learning import TagLoss

LABELS = SimpleNamespace(
    name="classify", noun="label", reads_steps=False, writes=False, objective_type=CrossEntropy
)
TAGS = SimpleNamespace(
    name="tag",
    noun="tag",
    reads_steps=True,
    writes=False,
    chain=(True, "chunks"),
    objective_type=TagLoss,
)
TEXTS = SimpleNamespace(
    name="generate", noun="target", reads_steps=False, writes=True, objective_type=SymbolLoss
)
NUMBERS = SimpleNamespace(
    name="regress", noun="target", reads_steps=False, writes=False, objective_type=NumberLoss
)


def test_each_step_is_read_and_the_task_says_whether_in_a_chain():
    found = choose(Facts(kind="text", rows=100, lengths=np.array([3])), TAGS)
    assert found["model.pooling"].value == ()
    assert (found["model.chain"].value, found["model.chain"].reason) == (True, "chunks")
    assert found["model.convolution"].value is False
    assert "training.patience" not in found
    many = choose(Facts(kind="text", rows=9, lengths=np.full(9, MANY_STEPS // 9 + 1)), TAGS)
    assert many["training.patience"].value == SHORT_PATIENCE


@pytest.mark.parametrize(
    ("task", "setting", "where"),
    [
        (LABELS, "model.chain=true", "model.chain: the task classify does not answer each step"),
        (LABELS, "model.copying=true", "model.copying: the task classify does not write texts"),
        (TAGS, "model.attention=true", "model.attention: the task tag does not write texts"),
        (TAGS, "model.decoder_layers=2", "model.decoder_layers: the task tag does not write"),
        (TAGS, "model.convolution=2", "convolution"),
        (TEXTS, "model.convolution=2", "model.convolution: the task generate reads each step"),
        (TEXTS, "model.pooling=mean", "model.pooling: the task generate reads each step"),
        (TAGS, "model.pooling=mean", "model.pooling: the task tag reads each step; delete it"),
    ],
)
def test_what_does_not_fit_is_refused(task, setting, where):
    config = resolve(assignments=[setting]).config
    with pytest.raises(ConfigError, match=where):
        check(config, task)
    of_texts = any(key in setting for key in ("copying", "attention", "decoder"))
    other = TEXTS if of_texts else TAGS if task is LABELS else LABELS
    check(config, other)


def test_a_chain_has_no_label_smoothing():
    smoothed = ["training.label_smoothing=0.1"]
    with pytest.raises(ConfigError, match=r"training\.label_smoothing: a chain"):
        check(resolve(assignments=smoothed).config, TAGS)
    check(resolve(assignments=[*smoothed, "model.chain=false"]).config, TAGS)
    check(resolve(assignments=smoothed).config, LABELS)


def test_a_loss_without_labels_has_nothing_to_smooth():
    given = resolve(assignments=["training.label_smoothing=0.1"]).config
    with pytest.raises(ConfigError, match=r"label_smoothing: the task regress has no labels"):
        check(given, NUMBERS)
    check(resolve(assignments=["training.label_smoothing=0"]).config, NUMBERS)
    assert label_smoothing(NUMBERS)["training.label_smoothing"].value == 0
    assert label_smoothing(LABELS) == label_smoothing(TAGS) == {}
