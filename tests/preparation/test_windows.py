"""Long sequences in windows: which steps each has, and what becomes of folds."""

import itertools

import numpy as np

from grucli.data.records import Record
from grucli.preparation.train_valid_split import Parts
from grucli.preparation.windows import MOST_STEPS, cut


def record(number, length):
    tokens = tuple(f"w{k}" for k in range(length))
    tags = tuple(f"t{k}" for k in range(length))
    return Record(number=number, text=" ".join(tokens), tokens=tokens, tags=tags)


def parts_of(*lengths, folds=None):
    records = [record(number, length) for number, length in enumerate(lengths, 1)]
    folds = None if folds is None else np.array(folds)
    return Parts(train=records, valid=[record(9, 50)], line="valid", choices={}, folds=folds)


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
