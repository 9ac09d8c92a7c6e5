"""Joint n-grams beside a decoder: what they propose, what they say of answers, how much it counts.

Covers: model/writing.
"""

import dataclasses

import numpy as np
import pytest

from grucli.data.text.symbols import UNKNOWN
from grucli.engine.backoff import UNSEEN
from grucli.engine.beam import Found
from grucli.engine.joint_search import BEGINNINGS
from grucli.engine.steps import Steps
from grucli.model import joint_path, logits, writing
from grucli.model.joint_path import LEAST, RIDGE, JointPath, fit_factors, log_p
from grucli.model.runner import Runner
from grucli.model.writing import (
    PROPOSED,
    drafts,
    proposed,
    scored,
    searched,
    sources_of,
)
from tests.engine.helpers import steps_of
from tests.model.test_decoder import ARCHITECTURES, encoded_of, name_of, pairs, writing_architecture
from tests.model.test_network import random_model

CODE = {0: (2,), 1: (3, 4), 2: (), 3: (4,), 4: (2, 2), 5: (3,), 6: (4, 3)}
"""What each token of `pairs` is written as."""


def written(source):
    return [symbol for token in source for symbol in CODE[token]]


def coded(seed=0, number=150):
    """Sources and their targets, some of which differ from what the code says."""
    rng = np.random.default_rng(seed)
    sources = [rng.integers(0, len(CODE), n).tolist() for n in rng.integers(1, 7, number)]
    targets = [written(source) for source in sources]
    for target in targets[::7]:
        target[:1] = [4]
    return sources, targets


def learned(seed=0, factors=(0.7, 0.4)):
    sources, targets = coded(seed)
    return JointPath.learn(steps_of(sources), steps_of(targets)).weighed(factors)


def found(symbols, score, is_ended=True):
    return Found(symbols=symbols, places=(0,) * len(symbols), score=score, is_ended=is_ended)


def scores_by_symbols(rows):
    return [{one.symbols: one.score for one in own} for own in rows]


def model_of(changes, joint=None):
    arch = writing_architecture(**changes)
    model, examples = random_model(arch), pairs(arch)
    model.joint = joint
    return model, examples


def test_of_no_inputs_nothing_is_said():
    nothing = Steps(values=np.zeros(0, np.int64), lengths=np.zeros(0, np.int64))
    path = JointPath.learn(*(Steps(values=np.arange(3), lengths=np.array([3])),) * 2)
    assert path.costs(nothing, []) == []
    assert path.reweighed(nothing, []) == []
    assert path.answers(nothing) == []


def test_what_is_written_for_a_source_is_learned():
    path, (sources, _) = learned(), coded(1)
    answers = path.answers(steps_of(sources))
    right = [own[0] == tuple(written(source)) for source, own in zip(sources, answers, strict=True)]
    assert np.mean(right) > 0.9
    assert str(path) == f"{path.ngrams.size:,} of 1 to 6 of {len(path.alignment.pairs)} pairs"


def test_rows_that_cannot_be_cut_are_left_out():
    sources, targets = coded()
    known = JointPath.learn(steps_of(sources), steps_of(targets))
    longer = [[0], [1, 2]], [[3, 3, 3], [2] * 5]
    more = JointPath.learn(steps_of([*sources, *longer[0]]), steps_of([*targets, *longer[1]]))
    assert more.ngrams.size == known.ngrams.size
    np.testing.assert_array_equal(more.alignment.log_p, known.alignment.log_p)
    assert JointPath.learn(*map(steps_of, longer)) is None


def test_with_more_pairs_than_a_file_tells_apart_there_are_none(monkeypatch):
    sources, targets = map(steps_of, coded())
    number = len(learned().alignment.pairs)
    monkeypatch.setattr(joint_path, "MOST_PAIRS", number)
    assert JointPath.learn(sources, targets) is not None
    monkeypatch.setattr(joint_path, "MOST_PAIRS", number - 1)
    assert JointPath.learn(sources, targets) is None


def test_of_many_rows_some_are_counted(monkeypatch):
    sources, targets = coded()
    places = sum(len(s) * (len(t) + 1) for s, t in zip(sources, targets, strict=True))
    fewer = JointPath.learn(steps_of(sources[::3]), steps_of(targets[::3]))
    monkeypatch.setattr(joint_path, "MOST_PLACES", -(-places // 3))
    some = JointPath.learn(steps_of(sources), steps_of(targets))
    assert str(some) == str(fewer)
    np.testing.assert_array_equal(some.alignment.pairs, fewer.alignment.pairs)


def test_costs_are_those_of_the_pairs_of_each_answer():
    path, (sources, targets) = learned(), coded(2, 20)
    rows = [[found(tuple(target), -1.0), found((), -1.0)] for target in targets]
    rows[3] = [found((2,) * 30, -1.0)]  # more than its steps can be written as
    for source, own, costs in zip(sources, rows, path.costs(steps_of(sources), rows), strict=True):
        assert len(costs) == len(own)
        for one, cost in zip(own, costs, strict=True):
            cut = path.alignment.cut(steps_of([source]), steps_of([one.symbols]))
            assert cost == path.ngrams.costs(cut)[0]
    (cost,) = path.costs(steps_of(sources), rows)[3]
    assert cost >= len(sources[3]) * UNSEEN


def test_the_probability_of_all_answers_is_dealt_anew():
    path, (sources, targets) = learned(), coded(3, 12)
    rng = np.random.default_rng(0)
    rows = []
    for target in targets:
        drawn = [tuple(rng.integers(2, 5, length).tolist()) for length in range(1, 5)]
        symbols = dict.fromkeys([*drawn, tuple(target), ()])
        rows.append([found(own, -rng.uniform(1, 2), bool(own != drawn[2])) for own in symbols])
    every = path.costs(steps_of(sources), rows)
    for own, costs, new in zip(rows, every, path.reweighed(steps_of(sources), rows), strict=True):
        total = np.exp(log_p(own)).sum()
        assert np.exp(log_p(new)).sum() == pytest.approx(total, rel=1e-9)
        both = np.exp(0.7 * log_p(own) - 0.4 * costs)
        size = [len(one.symbols) + one.is_ended for one in own]
        scores = np.minimum(np.log(both / both.sum() * total) / size, 0)
        changed = map(lambda one, score: dataclasses.replace(one, score=score), own, scores)
        wanted = sorted(changed, key=lambda one: -one.score)
        assert [dataclasses.replace(one, score=0) for one in new] == [
            dataclasses.replace(one, score=0) for one in wanted
        ]
        assert [one.score for one in new] == pytest.approx([one.score for one in wanted])


def test_one_answer_stays_as_it_is():
    own = [[found((2, 3), -0.7)], [found((), -0.3)], [found((), 0.0, is_ended=False)]]
    new = learned().reweighed(steps_of([[1], [0], [2]]), own)
    assert scores_by_symbols(new) == [
        pytest.approx({one.symbols: one.score}, abs=1e-15) for (one,) in own
    ]


@pytest.mark.parametrize("arch", ARCHITECTURES, ids=name_of)
def test_given_answers_have_the_scores_with_which_the_decoder_finds_them(arch, monkeypatch):
    model, examples = random_model(arch), pairs(arch)
    rows = searched(Runner(model), examples, width=40, longest=4)
    rows = [[one for one in own if one.is_ended and UNKNOWN not in one.symbols] for own in rows]
    rows[1] = rows[1][:3]
    assert all(own for own in rows)
    given = [[one.symbols for one in own] for own in rows]
    for most in (logits.MOST_NUMBERS, 1):
        monkeypatch.setattr(writing, "MOST_NUMBERS", most)
        again = scored(Runner(model), examples, given)
        for own, wanted in zip(scores_by_symbols(again), scores_by_symbols(rows), strict=True):
            assert own == pytest.approx(wanted, abs=1e-12)
        assert [[one.symbols for one in own] for own in again] == given


def test_no_answer_has_no_score():
    model, examples = model_of({})
    assert scored(Runner(model), examples, [[]] * len(examples)) == [[]] * len(examples)
    some = scored(Runner(model), examples, [[], [()], [], [(2, 3), (4,)], []])
    assert [len(own) for own in some] == [0, 1, 0, 2, 0]


@pytest.mark.parametrize("changes", [{}, {"copying": True}], ids=str)
def test_both_propose_answers_as_long_as_they_may_be(changes):
    path = learned()
    model, examples = model_of(changes, path)
    limits = np.array([2, 3, 9, 4, 30])
    runner = Runner(model)
    alone = searched(runner, examples, width=3, longest=limits)
    both = proposed(runner, examples, path, width=3, longest=limits)
    added = 0
    for row, (own, all_) in enumerate(zip(alone, both, strict=True)):
        assert all_[: len(own)] == own
        symbols = [one.symbols for one in all_]
        assert len(set(symbols)) == len(symbols) <= 3 + PROPOSED
        (answers,) = path.answers(sources_of(examples.select(np.array([row]))))
        best = [answer for answer in answers if len(answer) < limits[row]][:PROPOSED]
        new = [answer for answer in best if answer not in symbols[: len(own)]]
        assert symbols[len(own) :] == new
        added += len(new)
    assert added >= 5, added
    assert proposed(runner, examples, path, width=1, longest=limits) == searched(
        runner, examples, width=1, longest=limits
    )


def test_an_answer_needs_room_for_its_end():
    path = learned()
    model, examples = model_of({}, path)
    sources = sources_of(examples)
    best = [own[0] for own in path.answers(sources)]
    for room, is_there in ((0, False), (1, True)):
        limits = np.array([max(1, len(answer) + room) for answer in best])
        rows = proposed(Runner(model), examples, path, width=2, longest=limits)
        for answer, own in zip(best, rows, strict=True):
            if answer:
                ended = [one.symbols for one in own if one.is_ended]
                assert (answer in ended) == is_there


def test_what_no_symbol_says_is_not_proposed():
    sources, targets = coded()
    path = JointPath.learn(steps_of(sources), steps_of([[UNKNOWN] * len(t) for t in targets]))
    model, examples = model_of({}, path)
    assert any(UNKNOWN in one for own in path.answers(sources_of(examples)) for one in own)
    both = proposed(Runner(model), examples, path, width=BEGINNINGS, longest=20)
    assert not any(UNKNOWN in one.symbols for own in both for one in own)


@pytest.mark.parametrize("width", [1, 4])
def test_what_is_drafted_is_the_best_by_both(width):
    path = learned()
    model, examples = model_of({}, path)
    runner, sources = Runner(model), sources_of(examples)
    wanted = path.reweighed(sources, proposed(runner, examples, path, width=width, longest=9))
    rows = drafts(runner, encoded_of(examples), width=width, longest=9).rows
    for own, best in zip(rows, wanted, strict=True):
        assert [(one.symbols, one.score) for one in own] == [
            (one.symbols, one.score) for one in best[:width]
        ]
        assert len(own) <= width
    model.joint = None
    plain = drafts(runner, encoded_of(examples), width=width, longest=9).rows
    ours, theirs = ([one.score for own in found for one in own] for found in (rows, plain))
    assert (ours == pytest.approx(theirs)) == (width == 1)  # the probability of one stays


@pytest.mark.parametrize("alike", [False, True])
def test_an_answer_depends_on_its_own_row_alone(alike):
    model, examples = model_of({}, learned())
    together = drafts(Runner(model, alike=alike), encoded_of(examples), width=3, longest=8)
    for row, own in enumerate(together.rows):
        one = encoded_of(examples.select(np.array([row])))
        (alone,) = drafts(Runner(model, alike=alike), one, width=3, longest=8).rows
        assert [draft.symbols for draft in alone] == [draft.symbols for draft in own]
        if alike:
            assert alone == own  # scores to the last bit
        assert [d.score for d in alone] == pytest.approx([d.score for d in own])


def random_values(seed, scale, certainty, rows=150, answers=5):
    """Scores of answers by both, and which one is right: as a conditional logit has it."""
    rng = np.random.default_rng(seed)
    values = scale * rng.normal(size=(rows, answers, 2))
    values[rng.uniform(size=values.shape[:2]) < 0.2] = -np.inf
    values[:, 0] = scale * rng.normal(size=(rows, 2))
    known = np.where(np.isfinite(values), values, -1e9)
    chances = certainty * (known @ [0.6, 0.4]) / scale
    return values, (chances + rng.gumbel(size=chances.shape)).argmax(axis=1)


def likelihood(values, right, factors):
    """Return the log-likelihood of the right answers, row by row."""
    total = -RIDGE * len(values) / 2 * np.sum(np.square(factors))
    for own, k in zip(values, right.tolist(), strict=True):
        scores = own[np.isfinite(own[:, 0])] @ factors
        total += own[k] @ factors - scores.max() - np.log(np.exp(scores - scores.max()).sum())
    return total


@pytest.mark.parametrize("scale", [1, 5, 20, 100])
@pytest.mark.parametrize(("seed", "certainty"), [(0, 1.5), (1, 10), (2, 1)])
def test_factors_are_the_most_likely_ones(scale, seed, certainty):
    values, right = random_values(seed, scale, certainty)
    found, expected = fit_factors(values, right), np.array([0.6, 0.4]) * certainty / scale
    if expected[1] < LEAST:
        assert found is None
        return
    best = likelihood(values, right, np.array(found))
    for step in (1e-3, 1e-2, 0.1):
        for angle in np.arange(0, 2 * np.pi, np.pi / 8):
            other = np.array(found) * (1 + step * np.array([np.cos(angle), np.sin(angle)]))
            assert likelihood(values, right, other) < best
    assert found == pytest.approx(expected, rel=0.5)


def test_factors_stay_finite_where_every_row_is_right():
    values = np.array([[[-1.0, -1.0], [-9.0, -9.0], [-np.inf, -np.inf]]] * 40)
    recurrence, joint = fit_factors(values, np.zeros(40, int))
    assert 0.1 < joint == recurrence < 10


def test_what_says_nothing_or_misleads_does_not_count():
    values, right = random_values(0, 1, 3)
    there = np.isfinite(values[:, :, 0])
    for misled in (
        np.where(there, 0.0, -np.inf),
        np.where(there, -7.0, -np.inf),
        np.where(there, -3 * (np.arange(5) == right[:, None]), -np.inf),
    ):
        values[:, :, 1] = misled
        assert fit_factors(values, right) is None


def test_where_the_decoder_misleads_it_counts_for_a_little():
    values, right = random_values(0, 1, 3)
    there = np.isfinite(values[:, :, 0])
    values[:, :, 0] = np.where(there, -3 * (np.arange(5) == right[:, None]), -np.inf)
    recurrence, joint = fit_factors(values, right)
    assert recurrence == LEAST < joint
