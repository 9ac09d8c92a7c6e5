"""Rules that look at sizes and settings: recipes, first weights, patience, shards, processes."""

import numpy as np
import pytest

from grucli.config.resolve import resolve
from grucli.preparation import data_rules, training_rules
from grucli.preparation.defaults import Choice, Settled
from grucli.preparation.training_rules import Facts


def sized(batch_size, hidden_size, *others):
    sizes = [f"training.batch_size={batch_size}", f"model.hidden_size={hidden_size}"]
    return resolve(assignments=[*sizes, *others]).config


def many(steps):
    return Facts(kind="text", rows=10_000, lengths=np.full(9, steps))


@pytest.mark.parametrize(
    ("batch_size", "hidden_size", "steps", "expected"),
    [
        (32, 64, 31, 1),
        (32, 64, 32, 2),
        (16, 128, 32, 2),
        (16, 127, 1000, 1),
        (128, 64, 8, 2),
        (128, 64, 7, 1),
        (2, 4096, 10, 2),
    ],
)
def test_batches_of_many_numbers_are_shared(batch_size, hidden_size, steps, expected):
    config = sized(batch_size, hidden_size)
    choice = training_rules.shards(many(steps), config)
    assert choice.value == expected
    assert f"{batch_size * hidden_size:,} numbers x {steps} steps: " in choice.reason
    both = sized(batch_size, hidden_size, "model.bidirectional=true")
    assert training_rules.shards(many(steps), both).value == 2  # both directions are one loop


def test_batches_are_not_shared_where_folds_are_side_by_side():
    choice = training_rules.shards(many(500), sized(32, 64, "training.folds=3"))
    assert (choice.value, choice.reason) == (1, "folds go on side by side")
    assert training_rules.shards(many(500), sized(32, 64, "training.folds=off")).value == 2


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
    facts = {"stages": 1, "steps": 0, "shards": shards}
    assert training_rules.workers(**facts, cores=cores, threads=threads).value == expected


@pytest.mark.parametrize(
    ("stages", "steps", "cores", "threads", "expected"),
    [
        (4, 100, 2, "1", (1, "4 trainings, 2 cores")),
        (4, 9000, 3, "1", (2, "4 trainings, 3 cores")),
        (4, 9000, 64, "1", (3, "4 trainings, 64 cores")),
        (4, 9000, 1, "1", (0, "4 trainings, 1 core")),
        (4, 99, 2, "1", (0, "99 steps at least: few")),
        (4, 9000, 2, "2", (0, "2 threads")),
    ],
)
def test_folds_have_workers_before_shards_have(stages, steps, cores, threads, expected):
    facts = {"stages": stages, "steps": steps, "shards": 8}
    choice = training_rules.workers(**facts, cores=cores, threads=threads)
    assert (choice.value, choice.reason) == expected


def test_ranks_do_what_workers_would():
    facts = {"stages": 4, "steps": 9000, "shards": 8, "cores": 64, "threads": "1"}
    choice = training_rules.workers(**facts, ranks=3)
    assert (choice.value, choice.reason) == (0, "3 ranks do it")


LAST = ("model.bidirectional=false", "model.pooling=last")


def followed(longest, *assignments, kind="text", rows=1000):
    """Return what follows from settings, as prepared for sequences of up to `longest` steps."""
    facts = Facts(kind=kind, rows=rows, lengths=np.array([1, 3, longest]))
    config = resolve(assignments=list(assignments)).config
    choices = training_rules.choose(facts, config.training.optimizer)
    return training_rules.follow(facts, Settled(config=config).filled(choices).config)


@pytest.mark.parametrize(
    ("longest", "assignments", "expected"),
    [
        (training_rules.LONG_MEMORY - 1, LAST, "orthogonal"),
        (training_rules.LONG_MEMORY, LAST, "chrono"),
        (1000, (), "orthogonal"),
        (1000, LAST, "chrono"),
        (1000, (*LAST, "model.cell=gru_before"), "chrono"),
        (1000, (*LAST, "model.cell=mingru"), "chrono"),
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
    assert followed(29, *LAST)["training.patience"].value <= 5
    assert followed(1000, *LAST)["training.patience"].value == 20
    assert followed(1000, kind="series")["training.patience"].value == 20


@pytest.mark.parametrize(
    ("rows", "batch_size", "expected"),
    [(40, 8, 5), (240, 16, 5), (576, 32, 4), (767, 32, 4), (768, 32, 3), (65_536, 32, 3)],
)
def test_one_answer_of_a_text_is_waited_for_longer_where_epochs_are_short(
    rows, batch_size, expected
):
    choice = followed(9, f"training.batch_size={batch_size}", rows=rows)["training.patience"]
    assert (choice.value, choice.reason) == (
        expected,
        f"text, {rows // batch_size:,} steps an epoch",
    )


def test_tags_written_texts_and_parts_of_a_pass_are_waited_for_as_long_as_ever():
    assert followed(9, rows=65_537)["training.patience"].value == 5
    tags = {"model.pooling": Choice(value=(), reason="the head reads each step")}
    config = Settled(config=resolve().config).filled(tags).config
    facts = Facts(kind="text", rows=2000, lengths=np.array([9]))
    assert training_rules.patience(facts, config).value == 5


def chosen(kind, rows, length):
    facts = Facts(kind=kind, rows=rows, lengths=np.full(rows, length, np.int64))
    return {path: choice.value for path, choice in training_rules.choose(facts, "adam").items()}


@pytest.mark.parametrize("rows", [1, 2, 20, 270, 1999])
def test_few_series_are_trained_on_to_the_end_of_a_cosine_in_steps_enough(rows):
    settings = chosen("series", rows, 100)
    assert settings["training.schedule"] == "cosine"
    assert settings["training.patience"] == settings["training.averaging"] == "off"
    assert settings["training.augmentation"] == 1
    assert settings["training.label_smoothing"] == 0.1
    steps = settings["training.epochs"] * -(-rows // settings["training.batch_size"])
    assert (
        training_rules.SERIES_STEPS
        <= steps
        < 1.5 * max(training_rules.SERIES_STEPS, 60 * rows / 16 + 60)
    )
    assert data_rules.valid_share("series", rows).value == 0


def test_many_series_and_all_texts_end_by_validation():
    for settings in (chosen("series", 5000, 100), chosen("text", 100, 9)):
        assert settings["training.schedule"] == "constant"
        assert settings["training.augmentation"] == "off"
        assert "training.patience" not in settings  # follows from the others
    assert data_rules.valid_share("series", 5000).value == data_rules.VALID_SHARE
    assert data_rules.valid_share("text", 30).value == data_rules.VALID_SHARE


@pytest.mark.parametrize(("length", "stride"), [(1, 1), (24, 1), (89, 1), (150, 2), (300, 5)])
def test_the_stride_leaves_the_recurrence_about_sixty_steps(length, stride):
    assert chosen("series", 50, length)["model.convolution"] == stride
    assert chosen("series", 5000, length)["model.convolution"] == stride
    assert chosen("text", 50, length)["model.convolution"] is False


@pytest.mark.parametrize(
    ("tokens", "buckets"), [(1, 2048), (512, 2048), (513, 4096), (3886, 16_384), (10**6, 32_768)]
)
def test_the_spelling_of_more_tokens_has_more_vectors(tokens, buckets):
    assert data_rules.subwords("auto", 5.0, tokens).value == buckets
    assert data_rules.subwords("auto", 5.0).value is False


@pytest.mark.parametrize(
    ("rows", "longest", "batch_size"),
    [
        (30, 9, 8),
        (200, 9, 16),
        (60_000, 9, 32),
        (65_536, 9, 32),
        (65_537, 9, 64),
        (131_072, 9, 128),
        (5_000_000, 9, 128),
        (5_000_000, 200, 64),
        (5_000_000, 2000, 32),
    ],
)
def test_batches_grow_with_the_rows_as_far_as_their_memory_stays_small(rows, longest, batch_size):
    settings = chosen("text", rows, longest)
    assert settings["training.batch_size"] == batch_size
    are_many = rows > training_rules.MANY_ROWS
    assert settings.get("training.epoch_rows") == (training_rules.MANY_ROWS if are_many else None)


@pytest.mark.parametrize(
    ("rows", "assignments", "rate"),
    [
        (1000, (), 0.002),
        (1000, ("training.batch_size=128",), 0.002),
        (5_000_000, (), 0.004),
        (5_000_000, ("training.batch_size=32",), 0.002),
        (5_000_000, ("training.batch_size=64",), 0.0028),
        (5_000_000, ("training.optimizer=sgd",), 0.2),
    ],
)
def test_the_learning_rate_grows_with_the_root_of_large_batches(rows, assignments, rate):
    assert followed(9, *assignments, rows=rows)["training.learning_rate"].value == rate


def test_of_many_rows_no_more_are_held_out_than_tell_enough():
    assert data_rules.valid_share("text", 100_000).value == data_rules.VALID_SHARE
    for rows in (100_001, 500_000, 5_000_000):
        choice = data_rules.valid_share("text", rows)
        assert choice.value * rows == pytest.approx(data_rules.MOST_VALID, rel=0.05)
        assert f"{rows:,} rows" in choice.reason
