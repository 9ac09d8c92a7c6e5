"""Long sequences in windows: which steps each has, and what becomes of folds."""

import itertools

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.data.stored import Records
from grucli.engine.steps import Steps
from grucli.preparation.train_valid_split import Parts
from grucli.preparation.windows import MOST_STEPS, cut, joined


def record(number, length):
    tokens = tuple(f"w{k}" for k in range(length))
    tags = tuple(f"t{k}" for k in range(length))
    return Record(number=number, text=" ".join(tokens), tokens=tokens, tags=tags)


def parts_of(*lengths, folds=None):
    records = Records.of(record(number, length) for number, length in enumerate(lengths, 1))
    judged = Records.of([record(9, 50)])
    folds = None if folds is None else np.array(folds)
    return Parts(train=records, valid=judged, line="valid", choices={}, folds=folds)


def test_windows_cover_all_steps_and_overlap():
    parts, longest = cut(parts_of(5, 95, 20, folds=[0, 1, 2]), 20)
    assert longest.value == 20
    assert [len(one.tokens) for one in parts.train] == [5, *[20] * 6, 20]
    assert parts.folds.tolist() == [0, *[1] * 6, 2]
    windows = parts.train[1:7]
    assert all(one.number == 2 and one.text == " ".join(one.tokens) for one in windows)
    assert all(a[1:] == b[1:] for w in windows for a, b in zip(w.tokens, w.tags, strict=True))
    starts = [int(one.tokens[0][1:]) for one in windows]
    assert (starts[0], starts[-1]) == (0, 75)
    assert all(20 - (b - a) >= 2 for a, b in itertools.pairwise(starts))
    assert parts.line == "valid; 1 sequence learned in windows of 20 steps"
    assert len(parts.valid[0].tokens) == 50  # answers read all


def test_sequences_of_usual_length_stay_whole():
    parts = parts_of(5, 2 * MOST_STEPS)
    same, longest = cut(parts, None)
    assert same is parts
    assert longest.value == 2 * MOST_STEPS
    cut_up, longest = cut(parts_of(0, 2 * MOST_STEPS + 1), None)
    assert longest.value == MOST_STEPS
    assert len(cut_up.train) == 4


@pytest.mark.parametrize("chained", [False, True])
def test_windows_are_joined_again(chained):
    parts, _ = cut(parts_of(5, 95, 20, 41, folds=[0, 1, 2, 0]), 20)
    lengths = np.array([len(one.tokens) for one in parts.train])
    # the score of each step says where it stands, and in which window
    values = np.concatenate(
        [
            np.stack(
                (
                    np.arange(n) + one.start,
                    np.full(n, k),
                    np.minimum(np.arange(n), n - 1 - np.arange(n)),
                ),
                axis=1,
            )
            for k, (one, n) in enumerate(zip(parts.train, lengths, strict=True))
        ]
    )
    chains = parts.folds[:, None, None] * np.ones((5, 3)) if chained else None
    scores = Steps(values=values, lengths=lengths, chains=chains)
    records, whole, folds = joined(parts.train, scores, parts.folds)
    assert records == [record(number, length) for number, length in enumerate((5, 95, 20, 41), 1)]
    assert whole.lengths.tolist() == [5, 95, 20, 41]
    assert whole.values[:, 0].tolist() == [*range(5), *range(95), *range(20), *range(41)]
    assert folds.tolist() == [0, 1, 2, 0]
    if chained:
        assert whole.chains[:, 0, 0].tolist() == [0, 1, 2, 0]
    best = {}
    for (place, _, depth), row in zip(
        values.tolist(), np.repeat(parts.folds, lengths), strict=True
    ):
        if row == 1:
            best[place] = max(best.get(place, 0), depth)
    assert whole.values[5:100, 2].tolist() == [best[place] for place in range(95)]
