"""Copies of what is not known are taught: a token is hidden on both sides of a row, or on none."""

import dataclasses

import numpy as np
import pytest

from grucli.data.batches import Examples, pack
from grucli.data.text import symbols
from grucli.data.text.vocabulary import SPECIAL, UNKNOWN
from grucli.engine.steps import Steps
from grucli.model.runner import Runner
from grucli.model.unknown_copies import hidden
from tests.model.test_decoder import random_model, writing_architecture

A, B, C = (len(SPECIAL) + k for k in range(3))  # tokens of sources
COPIES = np.array([symbols.UNKNOWN] * 2 + [symbols.FIRST, symbols.FIRST + 1, symbols.UNKNOWN])
SOURCES = ([A, B, A], [C, UNKNOWN], [B], [A, B])
TARGETS = ([18, 19, 18, 0], [18, 0], [20, 0], [5, 19, 0])


def batch():
    examples = Examples(
        steps=np.concatenate(SOURCES).astype(np.int32),
        lengths=np.array([len(own) for own in SOURCES]),
        targets=Steps(
            values=np.concatenate(TARGETS).astype(np.int32),
            lengths=np.array([len(own) for own in TARGETS]),
        ),
        weights=np.ones(len(SOURCES)),
        copies=COPIES.astype(np.int32),
    )
    return pack(examples, np.arange(len(SOURCES)))


def rows_of(found):
    """(source, target) of each row, in the order of the examples."""
    packing, rows = found.packing, {}
    for k, row in enumerate(found.rows.tolist()):
        at = np.flatnonzero(packing.row == k)
        source = found.x[at[np.argsort(packing.step[at])]].tolist()
        rows[row] = source, found.targets.per_sequence()[k].tolist()
    return [rows[k] for k in sorted(rows)]


def test_a_token_is_hidden_wherever_it_stands_on_both_sides():
    given, seen = batch(), set()
    for seed in range(60):
        found = rows_of(hidden(given, 0.3, np.random.default_rng(seed)))
        seen |= {str(one) for one in found}
    unknown = symbols.UNKNOWN
    first = [([A, B, A], [18, 19, 18, 0])]
    first += [([UNKNOWN, B, UNKNOWN], [unknown, 19, unknown, 0])]
    first += [([A, UNKNOWN, A], [18, unknown, 18, 0])]
    same = [([C, UNKNOWN], [18, 0]), ([B], [20, 0])]  # no token of theirs is in their target
    last = [([A, B], [5, 19, 0]), ([A, UNKNOWN], [5, unknown, 0])]
    assert seen == {str(one) for one in first + same + last}
    assert rows_of(given) == list(zip(map(list, SOURCES), map(list, TARGETS), strict=True))


def test_the_share_is_that_of_tokens_that_may_be_copied():
    given, number = batch(), 4000
    rng = np.random.default_rng(1)
    hits = sum(UNKNOWN in source_of_first(given, rng) for _ in range(number))
    assert hits / number == pytest.approx(
        0.2, abs=0.03
    )  # two tokens of the first row, a tenth each


def source_of_first(given, rng):
    found = hidden(given, 0.1, rng)
    return found.x[found.packing.row == 0].tolist()


def test_a_model_that_copies_drops_no_token_on_one_side_alone():
    arch = writing_architecture(copying=True, vocabulary_size=5, num_outputs=21, token_dropout=0.9)
    model, given = random_model(dataclasses.replace(arch, dropout=0.0)), batch()
    runner = Runner(model)
    found = runner.forward(given, np.random.default_rng(1)).values.copy()
    np.testing.assert_array_equal(found, runner.forward(given).values)
