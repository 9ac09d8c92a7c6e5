"""Choices laid over a config: what was set stands, each other setting is filled once."""

from grucli.config.resolve import resolve
from grucli.preparation.defaults import PLAIN, Choice, Settled


def settled(*given):
    return Settled.of(resolve(assignments=given).config)


def test_only_what_is_auto_is_filled_and_has_a_reason():
    first = settled("model.hidden_size=7")
    assert first.reasons == {}
    choices = {
        "model.hidden_size": Choice(value=64, reason="usual"),
        "training.epochs": Choice(value=9, reason="few rows"),
        "model.wide": Choice(value="auto", reason="training shall tell"),
    }
    filled = first.filled(choices)
    assert (filled.config.model.hidden_size, filled.config.training.epochs) == (7, 9)
    assert filled.reasons == {"training.epochs": "few rows", "model.wide": "training shall tell"}
    again = filled.filled({"training.epochs": Choice(value=1, reason="late")})
    assert again.config == filled.config
    assert first.config.training.epochs is None, "the one before stays as it is"


def test_plain_is_the_network_alone_and_what_was_set_stands():
    given = ["preset=plain", "model.dropout=0.4", "model.wide=true"]
    both = settled(*given)
    assert both.config.model.dropout == 0.4
    assert both.config.model.wide is True
    assert not {"model.dropout", "model.wide"} & both.reasons.keys()
    plain = settled(given[0])
    model, training = plain.config.model, plain.config.training
    assert (model.wide, model.subwords, model.convolution) == (False,) * 3
    assert model.dropout == model.token_dropout == 0
    assert training.folds == training.averaging == "off"
    assert plain.reasons == dict.fromkeys(PLAIN, "plain")
    assert model.hidden_size is None, "sizes are left to the data"


def test_what_nobody_has_set_is_laid_under_with_its_reason():
    first = settled("model.num_layers=1")
    under = {
        "model.cell": Choice(value="rnn", reason="there"),
        "model.num_layers": Choice(value=3, reason="there"),
        "training.dtype": Choice(value="float32", reason="there"),
    }
    laid = first.laid_under(under)
    assert (laid.config.model.cell, laid.config.model.num_layers) == ("rnn", 1)
    assert laid.reasons == {"model.cell": "there"}, "what is the same anyway needs no reason"
