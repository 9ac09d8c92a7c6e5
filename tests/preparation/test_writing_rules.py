"""What a network that writes its answers is made of, as the data have it."""

from types import SimpleNamespace

import numpy as np
import pytest

from grucli.errors import ConfigError
from grucli.preparation.writing_rules import LEAST_COUNTED, joint_ngrams
from tests.preparation.helpers import prepared, write_csv

GENERATE = "task=generate"


def pairs(number, answer):
    return [f"{k:03d}ab,{answer(f'{k:03d}ab')}" for k in range(number)]


def test_the_decoder_looks_at_each_step(tmp_path):
    path = write_csv(tmp_path / "t.csv", pairs(60, lambda text: text.upper()))
    found = prepared(path, GENERATE)
    model, training = found.config.model, found.config.training
    assert (model.pooling, model.convolution, model.chain) == ((), False, False)
    assert (model.hidden_size, model.token_dropout) == (128, 0.0)
    assert (training.folds, training.schedule) == ("off", "plateau")
    assert found.reasons["model.pooling"] == "the decoder looks at each step"
    assert found.valid is not None
    assert found.linear is None


@pytest.mark.parametrize(
    ("answer", "copies", "share"),
    [
        (lambda text: text[::-1], True, "100%"),
        (lambda text: "xyz" + "zyx"[int(text[2]) % 3 :], False, "0%"),
    ],
)
def test_copies_pay_where_targets_have_the_symbols_of_their_input(tmp_path, answer, copies, share):
    path = write_csv(tmp_path / "t.csv", pairs(60, answer))
    found = prepared(path, GENERATE)
    assert found.config.model.copying is copies
    assert found.config.model.attention is True
    assert found.reasons["model.copying"] == f"{share} of target symbols stand in their input"
    table = found.encoder.copies
    assert (table is not None) is copies
    for part in (found.train, found.valid):
        assert part.copies is table
    if copies:
        assert len(table) == len(found.encoder.vocabulary)
        symbol = found.task.symbols.pieces([int(table[found.train.steps[0]])])
        assert symbol == ["0"]


def test_numbers_are_not_copied(tmp_path):
    rows = [f"{k};{k + 1};{k + 2},{'low' if k < 30 else 'high'}" for k in range(60)]
    path = write_csv(tmp_path / "t.csv", rows, header="values,label")
    found = prepared(path, GENERATE, "data.values=values")
    assert found.config.model.copying is False
    assert found.reasons["model.copying"] == "numbers have no symbols"
    with pytest.raises(ConfigError, match=r"model\.copying: numeric sequences have no symbols"):
        prepared(path, GENERATE, "data.values=values", "model.copying=true")


def test_there_are_no_folds(tmp_path):
    path = write_csv(tmp_path / "t.csv", pairs(60, lambda text: text.upper()))
    with pytest.raises(ConfigError, match=r"training\.folds: the task generate has none"):
        prepared(path, GENERATE, "training.folds=3")


def test_without_attention_nothing_is_copied(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text("text,label\n" + "".join(f"{w},{w}s\n" for w in ("ab", "bc", "cd", "de")))
    found = prepared(path, GENERATE, "model.attention=false")
    assert found.config.model.copying is False
    assert found.reasons["model.copying"] == "nothing looks at the input"
    with pytest.raises(ConfigError, match=r"model\.copying: what is copied is looked at"):
        prepared(path, GENERATE, "model.attention=false", "model.copying=true")


def counted(setting, rows=LEAST_COUNTED, *, judged=100, texts=True, pairs=False):
    """What is chosen of joint n-grams for so many rows."""
    inputs = SimpleNamespace(lengths=np.ones(rows, int), texts="texts" if texts else None)
    task = SimpleNamespace(pairs="pairs" if pairs else None)
    choice = joint_ngrams(setting, task, inputs, judged)
    return choice.value, choice.reason


@pytest.mark.parametrize(
    ("case", "value", "reason"),
    [
        ({}, "auto", "if more held-out answers are right"),
        ({"rows": LEAST_COUNTED - 1}, False, "999 rows: too few to count n-grams"),
        ({"judged": 0}, False, "no validation can tell whether it pays"),
        ({"texts": False}, False, "numeric sequences have no tokens to pair"),
        ({"pairs": True}, False, "byte pairs are not written token by token"),
        ({"pairs": True, "rows": 9}, False, "byte pairs are not written token by token"),
    ],
)
def test_joint_n_grams_are_tried_where_they_may_pay(case, value, reason):
    assert counted("auto", **case) == (value, reason)
    assert counted(False, **case) == (False, "given")


def test_joint_n_grams_that_are_asked_for_are_counted_or_refused():
    for case in ({}, {"rows": 3}, {"judged": 0}):
        assert counted(True, **case) == (True, "given")
    for case, why in (
        ({"texts": False}, "numeric sequences have no tokens to pair"),
        ({"pairs": True}, "byte pairs are not written token by token"),
    ):
        with pytest.raises(ConfigError, match=f"model.wide: {why}; delete it"):
            counted(True, **case)


def test_joint_n_grams_are_said_with_the_data(tmp_path):
    rows = pairs(LEAST_COUNTED + 200, lambda text: text.upper())
    path = write_csv(tmp_path / "t.csv", rows)
    for setting, when in (("auto", "; they count if that pays"), ("true", "")):
        found = prepared(path, GENERATE, f"model.wide={setting}")
        assert found.counts_jointly
        assert f"joint n-grams: counted once the network is trained{when}" in found.findings
    assert found.linear is None
    for settings in (("model.wide=false",), ("data.valid=0",), ("training.epochs=0",)):
        found = prepared(path, GENERATE, *settings)
        assert not found.counts_jointly
        assert not [line for line in found.findings if line.startswith("joint n-grams")]
