import itertools

import numpy as np
import pytest

from grucli.data.batches import pack
from grucli.data.records import Record
from grucli.inspection.memory import AGREEMENT, cut, grid, horizon
from grucli.model.logits import recurrence_logits
from grucli.model.runner import Runner
from grucli.tasks.classify.task import Classify
from grucli.tasks.tag.task import Tag
from tests.examples import joined
from tests.inspection.helpers import (
    CUE_0,
    CUE_1,
    FILLER,
    alone,
    random_model,
    random_tokens,
    recall_model,
    softmax,
)


def measured(model, sequences, side):
    examples, runner = joined(sequences), Runner(model)
    task = Classify(labels=tuple(map(str, range(max(2, model.architecture.num_outputs)))))
    return horizon(runner, task, examples, recurrence_logits(runner, examples), side)


def cue_then_fillers(delay, rows=40):
    return [np.array([CUE_0 + row % 2] + [FILLER] * delay, np.int32) for row in range(rows)]


@pytest.mark.parametrize("delay", [0, 1, 5, 20, 60, 61])
def test_the_first_token_decides(delay):
    model, sequences = recall_model(), cue_then_fillers(delay)
    end, start = (measured(model, sequences, side) for side in ("end", "start"))
    assert end.h99 == delay + 1
    assert start.h99 == 1
    assert end.steps[-1] == delay + 1
    assert end.agreement[-1] == 1
    assert end.distance[-1] == 0
    assert all(share == 0.5 for share in end.agreement[:-1])


@pytest.mark.parametrize("delay", [0, 5, 60])
def test_the_last_token_decides(delay):
    sequences = [ids[::-1].copy() for ids in cue_then_fillers(delay)]
    assert measured(recall_model(), sequences, "end").h99 == 1
    assert measured(recall_model(), sequences, "start").h99 == delay + 1


def test_a_cue_in_the_middle_is_found_from_both_sides():
    sequences = [
        np.array([FILLER] * 11 + [cue] + [FILLER] * 29, np.int32) for cue in (CUE_0, CUE_1) * 10
    ]
    assert measured(recall_model(), sequences, "end").h99 == 30
    assert measured(recall_model(), sequences, "start").h99 == 12


@pytest.mark.parametrize("side", ["end", "start"])
@pytest.mark.parametrize(
    "changes", [{}, {"cell": "rnn"}, {"cell": "mingru"}, {"num_outputs": 1, "num_layers": 2}]
)
def test_it_is_what_running_each_cut_sequence_alone_says(side, changes):
    model = random_model(scale=1.5, **changes)
    sequences = random_tokens([*range(1, 22)] * 2)
    found = measured(model, sequences, side)
    whole = [alone(model, ids) for ids in sequences]

    def literal(k):
        short = [alone(model, ids[-k:] if side == "end" else ids[:k]) for ids in sequences]
        pairs = list(zip(short, whole, strict=True))
        same = np.mean([a.argmax() == b.argmax() for a, b in pairs])
        moved = np.mean([np.abs(softmax(a) - softmax(b)).sum() / 2 for a, b in pairs])
        return same, moved

    for k, agreement, distance in zip(found.steps, found.agreement, found.distance, strict=True):
        assert (agreement, distance) == pytest.approx(literal(k), abs=1e-12)
    assert literal(found.h99)[0] >= AGREEMENT
    assert literal(found.h99 - 1)[0] < AGREEMENT
    assert all(
        share >= AGREEMENT
        for k, share in zip(found.steps, found.agreement, strict=True)
        if k >= found.h99
    )


def test_the_grid_rises_to_the_longest():
    assert [grid(n) for n in (1, 2, 3, 4, 9)] == [
        (1,),
        (1, 2),
        (1, 2, 3),
        (1, 2, 3, 4),
        (1, 2, 3, 5, 8, 9),
    ]
    for longest in range(1, 300):
        assert all(a < b for a, b in itertools.pairwise(grid(longest)))
        assert grid(longest)[-1] == longest


def test_cutting():
    sequences, lengths = random_tokens((4, 1, 7)), np.array([4, 1, 7])
    for k in range(1, 9):
        ends, starts = (
            cut(joined(sequences), k, side, focus)[0]
            for side, focus in (("end", lengths - 1), ("start", 0 * lengths))
        )
        assert ends.steps.tolist() == [i for ids in sequences for i in ids[-k:]]
        assert starts.steps.tolist() == [i for ids in sequences for i in ids[:k]]
        assert ends.lengths.tolist() == [min(k, len(ids)) for ids in sequences]


@pytest.mark.parametrize("side", ["end", "start"])
def test_of_steps_it_is_the_answer_to_the_middle_one(side):
    model = random_model(scale=1.5, reads_steps=True, pooling=(), chain=True, bidirectional=True)
    sequences = random_tokens([9, 4, 1, 12, 7, 30])
    examples, runner = joined(sequences), Runner(model)
    task = Tag.fit("t", [Record(number=1, text="", tokens=("x",) * 3, tags=("a", "b", "c"))])
    found = horizon(runner, task, examples, recurrence_logits(runner, examples), side)
    assert found.steps[-1] == 16  # on both sides, for they stand in one table

    def answer(ids, place):
        return alone_steps(runner, ids)[place].argmax()

    for k, share in zip(found.steps, found.agreement, strict=True):
        same = []
        for ids in sequences:
            middle = len(ids) // 2
            begin = max(0, middle - k + 1) if side == "end" else 0
            kept = ids[begin:] if side == "end" else ids[: middle + k]
            same.append(answer(kept, middle - begin) == answer(ids, middle))
        assert share == np.mean(same)
    assert any(share < 1 for share in found.agreement)


def alone_steps(runner, ids):
    return runner.forward(pack(joined([ids]), np.array([0]))).values
