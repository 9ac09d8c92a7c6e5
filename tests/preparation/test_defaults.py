"""Rules that look at sizes and settings: recipes, first weights, patience, shards, processes."""

import numpy as np
import pytest

from grucli.config.resolve import resolve
from grucli.data.text.ngrams import Pattern
from grucli.preparation import defaults
from grucli.preparation.defaults import Facts


def sized(batch_size, hidden_size, *others):
    sizes = [f"training.batch_size={batch_size}", f"model.hidden_size={hidden_size}"]
    return resolve(assignments=[*sizes, *others]).config


@pytest.mark.parametrize(
    ("batch_size", "hidden_size", "expected"),
    [
        (32, 64, 1),
        (32, 128, 1),
        (63, 128, 1),
        (64, 128, 2),
        (32, 256, 2),
        (2, 4096, 2),
        (128, 256, 2),
    ],
)
def test_large_batches_of_large_networks_are_shared(batch_size, hidden_size, expected):
    choice = defaults.shards(sized(batch_size, hidden_size))
    assert choice.value == expected
    assert f"{batch_size * hidden_size:,} numbers" in choice.reason
    both = defaults.shards(sized(batch_size, hidden_size, "model.bidirectional=true"))
    assert both == choice  # each direction alone is as quick


@pytest.mark.parametrize(
    ("shards", "cores", "threads", "expected"),
    [
        (1, 8, "1", 0),
        (2, 1, "1", 0),
        (2, 2, "1", 1),
        (2, 64, "1", 1),
        (8, 4, "1", 3),
        (2, 2, "2", 0),
        (2, 2, "", 0),
    ],
)
def test_workers_are_as_many_as_have_a_core_and_a_shard(shards, cores, threads, expected):
    assert defaults.workers(shards, cores, threads).value == expected


LAST = ("model.bidirectional=false", "model.pooling=last")


def followed(longest, *assignments, kind="text"):
    """Return what follows from settings, as prepared for sequences of up to `longest` steps."""
    facts = Facts(kind=kind, rows=1000, num_classes=2, lengths=np.array([1, 3, longest]))
    config = resolve(assignments=list(assignments)).config
    choices = defaults.choose(facts, config.training.optimizer)
    return defaults.follow(facts, defaults.complete(config, choices)[0])


@pytest.mark.parametrize(
    ("longest", "assignments", "expected"),
    [
        (defaults.LONG_MEMORY - 1, LAST, "orthogonal"),
        (defaults.LONG_MEMORY, LAST, "chrono"),
        (1000, (), "orthogonal"),
        (1000, LAST, "chrono"),
        (1000, (*LAST, "model.cell=gru_before"), "chrono"),
        (1000, (*LAST, "model.cell=rnn"), "orthogonal"),
        (1000, LAST[:1], "orthogonal"),
        (1000, LAST[1:], "orthogonal"),
        (1000, ("model.bidirectional=false", "model.pooling=[last, attention]"), "orthogonal"),
        (1000, (*LAST, "data.max_length=10"), "orthogonal"),
    ],
)
def test_gates_start_open_where_only_a_long_memory_can_help(longest, assignments, expected):
    for kind in ("text", "series"):
        assert followed(longest, *assignments, kind=kind)["model.initialisation"].value == expected


def test_the_steps_to_remember_are_the_reason():
    choice = followed(1234, *LAST, "data.max_length=1200")["model.initialisation"]
    assert "1,200 steps" in choice.reason


def test_a_long_memory_is_waited_for():
    assert followed(1000)["training.patience"].value == 5
    assert followed(10, *LAST)["training.patience"].value == 5
    assert followed(1000, *LAST)["training.patience"].value == 20
    assert followed(1000, kind="series")["training.patience"].value == 20


@pytest.mark.parametrize(
    ("characters", "lengths", "expected"),
    [
        (4.5, [3, 9, 5], Pattern(longest=2, subwords=True, placed=False)),
        (1.0, [3, 9, 5], Pattern(longest=4, subwords=False, placed=False)),
        (1.0, [60] * 99 + [61], Pattern(longest=4, subwords=False, placed=True)),
        (1.0, [60] * 98 + [61] * 2, Pattern(longest=4, subwords=False, placed=False)),
        (5.0, [1, 1, 1], Pattern(longest=2, subwords=True, placed=False)),
    ],
)
def test_n_grams_are_those_of_words_or_of_characters_and_of_places_where_lengths_are_one(
    characters, lengths, expected
):
    assert defaults.pattern(characters, np.array(lengths)) == expected


@pytest.mark.parametrize(
    ("arguments", "value", "reason"),
    [
        (("auto", "text", None, 50), "auto", "lowers the validation loss"),
        (("auto", "text", None, 0), False, "no validation"),
        (("auto", "text", "too many n-grams", 50), False, "too many n-grams"),
        (("auto", "series", None, 50), True, "factor with the lowest validation loss"),
        (("auto", "series", None, 0), False, "no validation"),
        (("auto", "series", "too many series", 50), False, "too many series"),
        ((True, "text", "too many n-grams", 0), True, "given"),
        ((False, "text", None, 50), False, "given"),
    ],
)
def test_when_there_is_a_wide_path(arguments, value, reason):
    choice = defaults.wide(*arguments)
    assert choice.value is value or choice.value == value == "auto"
    assert reason in choice.reason


def chosen(kind, rows, length):
    facts = defaults.Facts(
        kind=kind, rows=rows, num_classes=3, lengths=np.full(rows, length, np.int64)
    )
    return {path: choice.value for path, choice in defaults.choose(facts, "adam").items()}


@pytest.mark.parametrize("rows", [1, 2, 20, 270, 1999])
def test_few_series_are_trained_on_to_the_end_of_a_cosine_in_steps_enough(rows):
    settings = chosen("series", rows, 100)
    assert settings["training.schedule"] == "cosine"
    assert settings["training.patience"] == settings["training.averaging"] == "off"
    assert settings["training.augmentation"] == 1
    assert settings["training.label_smoothing"] == 0.1
    steps = settings["training.epochs"] * -(-rows // settings["training.batch_size"])
    assert defaults.SERIES_STEPS <= steps < 1.5 * max(defaults.SERIES_STEPS, 60 * rows / 16 + 60)
    assert defaults.valid_share("series", rows).value == 0


def test_many_series_and_all_texts_end_by_validation():
    for settings in (chosen("series", 5000, 100), chosen("text", 100, 9)):
        assert settings["training.schedule"] == "constant"
        assert settings["training.augmentation"] == "off"
        assert "training.patience" not in settings  # follows from the others
    assert defaults.valid_share("series", 5000).value == defaults.VALID_SHARE
    assert defaults.valid_share("text", 30).value == defaults.VALID_SHARE


@pytest.mark.parametrize(("length", "stride"), [(1, 1), (24, 1), (89, 1), (150, 2), (300, 5)])
def test_the_stride_leaves_the_recurrence_about_sixty_steps(length, stride):
    assert chosen("series", 50, length)["model.convolution"] == stride
    assert chosen("series", 5000, length)["model.convolution"] == stride
    assert chosen("text", 50, length)["model.convolution"] is False


def test_logarithms_are_for_series_that_differ_in_size_by_orders():
    usual, wide = defaults.channels(0.5), defaults.channels(5)
    assert set(wide.value) - set(usual.value) == {"log"}
    assert "5 orders of magnitude" in wide.reason


def test_plain_is_the_network_alone_and_what_was_set_stands():
    given = ["preset=plain", "model.dropout=0.4", "model.wide=true"]
    config, reasons = defaults.plain(resolve(assignments=given).config)
    assert config.model.dropout == 0.4
    assert config.model.wide is True
    assert not {"model.dropout", "model.wide"} & reasons.keys()
    config, reasons = defaults.plain(resolve(assignments=given[:1]).config)
    assert (config.model.wide, config.model.subwords, config.model.convolution) == (False,) * 3
    assert config.model.dropout == config.model.token_dropout == 0
    assert config.training.folds == config.training.averaging == "off"
    assert set(reasons) == set(defaults.PLAIN)
    assert config.model.hidden_size is None, "sizes are left to the data"
