"""What a network that writes its answers is made of, as the data have it."""

import pytest

from grucli.errors import ConfigError
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
