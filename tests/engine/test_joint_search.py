"""What joint n-grams write against an enumeration of all pairs of each step."""

import itertools

import numpy as np
import pytest

from grucli.engine import joint_search
from grucli.engine.backoff import Backoff
from grucli.engine.joint_search import search
from grucli.engine.pair_alignment import Alignment
from tests.engine.helpers import steps_of

STEPS = 3


def learned(seed, number=40, symbols=3):
    """Pairs and n-grams of random targets, of which each step has several."""
    rng = np.random.default_rng(seed)
    sources = [rng.integers(0, STEPS, length).tolist() for length in rng.integers(1, 5, number)]
    written = [[rng.integers(0, symbols, rng.integers(0, 3)).tolist() for _ in s] for s in sources]
    targets = [list(itertools.chain.from_iterable(parts)) for parts in written]
    alignment = Alignment.fit(steps_of(sources), steps_of(targets))
    cut = alignment.cut(steps_of(sources), steps_of(targets))
    return alignment, Backoff.fit(cut, len(alignment.pairs))


def pairs_of(alignment, step):
    return np.flatnonzero(alignment.pairs[:, 0] == step).tolist()


def symbols_of(alignment, path):
    parts = alignment.pairs[[pair for pair in path if pair >= 0], 1:].ravel().tolist()
    return tuple(part - 1 for part in parts if part)


def every_path(alignment, ngrams, source):
    """All ways to write a source, as a cost and symbols, the best first."""
    choices = [pairs_of(alignment, step) or [-1] for step in source]
    paths = list(itertools.product(*choices))
    costs = ngrams.costs(steps_of(paths)).tolist()
    found = [(cost, symbols_of(alignment, path)) for cost, path in zip(costs, paths, strict=True)]
    return sorted(found, key=lambda one: one[0])


def unbounded(monkeypatch):
    monkeypatch.setattr(joint_search, "BEGINNINGS", 3000)
    monkeypatch.setattr(joint_search, "PAIRS", 40)
    monkeypatch.setattr(joint_search, "MOST_NUMBERS", 10**7)


def beam(alignment, ngrams, source):
    """The search of one source, path by path: of equal costs, what has begun better is first."""
    width, number = joint_search.BEGINNINGS, joint_search.PAIRS
    paths = [(0.0, (), ngrams.at_begin())]
    for step in source:
        own = sorted(pairs_of(alignment, step), key=lambda pair: -alignment.log_p[pair])
        longer = []
        for cost, path, places in paths:
            for pair in own[:number] or [-1]:
                more, after = ngrams.advance(places, np.array(pair))
                longer.append((cost + float(more), (*path, pair), after))
        paths = sorted(longer, key=lambda one: one[0])[:width]
    ends = [cost + float(ngrams.advance(at, np.array(ngrams.end))[0]) for cost, _, at in paths]
    ranks = sorted(range(len(paths)), key=lambda k: ends[k])
    return list(dict.fromkeys(symbols_of(alignment, paths[k][1]) for k in ranks))


SOURCES = [[0, 2, 1], [1], [2, 2], [0, 1], [1, 7], [7], [9, 0], [4]]
"""7, 9 and 4 are steps that no pair has; so is a number beyond all of them."""


@pytest.mark.parametrize("seed", range(2))
def test_a_search_without_bounds_finds_the_best_of_all_ways(seed, monkeypatch):
    unbounded(monkeypatch)
    alignment, ngrams = learned(seed)
    for source, found in zip(SOURCES, search(alignment, ngrams, steps_of(SOURCES)), strict=True):
        every = every_path(alignment, ngrams, source)
        best = {}
        for cost, symbols in every:
            best.setdefault(symbols, cost)
        assert set(found) == set(best)
        assert len(found) == len(best)
        assert [best[symbols] for symbols in found] == pytest.approx(sorted(best.values()))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("width", [1, 3, 8])
def test_a_bounded_search_keeps_what_has_begun_best(seed, width, monkeypatch):
    monkeypatch.setattr(joint_search, "BEGINNINGS", width)
    monkeypatch.setattr(joint_search, "PAIRS", 4)
    alignment, ngrams = learned(seed)
    rng = np.random.default_rng(seed)
    sources = [rng.integers(0, STEPS + 1, length).tolist() for length in rng.integers(1, 7, 12)]
    for source, found in zip(sources, search(alignment, ngrams, steps_of(sources)), strict=True):
        assert 1 <= len(found) <= width
        assert found == beam(alignment, ngrams, source)


def test_the_pairs_that_are_tried_are_the_most_probable(monkeypatch):
    alignment, ngrams = learned(0)
    monkeypatch.setattr(joint_search, "PAIRS", 2)
    monkeypatch.setattr(joint_search, "BEGINNINGS", 4)
    for step in range(STEPS):
        own = sorted(pairs_of(alignment, step), key=lambda pair: -alignment.log_p[pair])
        assert len(own) > 2
        (found,) = search(alignment, ngrams, steps_of([[step]]))
        assert set(found) == {symbols_of(alignment, [pair]) for pair in own[:2]}


def test_a_step_that_was_never_seen_is_written_as_nothing(monkeypatch):
    alignment, ngrams = learned(1)
    sources = [[8], [8, 8], [1, 8], [1000], [1], [0, 2]]
    found = search(alignment, ngrams, steps_of(sources))
    assert found[0] == found[1] == found[3] == [()]
    assert set(found[2]) <= {symbols_of(alignment, [pair]) for pair in pairs_of(alignment, 1)}
    assert found[4:] == search(alignment, ngrams, steps_of(sources[4:]))


def test_a_step_between_others_that_was_never_seen_is_nothing_too():
    sources, targets = [[0, 3]] * 5, [[1, 2]] * 5
    alignment = Alignment.fit(steps_of(sources), steps_of(targets))
    cut = alignment.cut(steps_of(sources), steps_of(targets))
    ngrams = Backoff.fit(cut, len(alignment.pairs))
    found = search(alignment, ngrams, steps_of([[0, 1, 3], [0, 3], [2]]))
    assert found[1][0] == (1, 2)
    assert found[0][0] == (1, 2)
    assert found[2] == [()]


def test_an_answer_depends_on_its_own_row_alone(monkeypatch):
    alignment, ngrams = learned(2, number=200)
    rng = np.random.default_rng(0)
    sources = [rng.integers(0, STEPS + 1, length).tolist() for length in rng.integers(1, 9, 40)]
    together = search(alignment, ngrams, steps_of(sources))
    assert search(alignment, ngrams, steps_of(sources[::-1])) == together[::-1]
    alone = [search(alignment, ngrams, steps_of([source]))[0] for source in sources]
    assert alone == together
    monkeypatch.setattr(joint_search, "MOST_NUMBERS", 3 * 8 * 12)
    assert search(alignment, ngrams, steps_of(sources)) == together
    assert search(alignment, ngrams, steps_of([])) == []
