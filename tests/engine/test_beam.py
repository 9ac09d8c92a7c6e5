"""Beam search against an enumeration of all sequences, and what does not depend on mates."""

import itertools

import numpy as np
import pytest

from grucli.engine.beam import END, Found, best, search

V, LIMIT = 4, 4


class Chains:
    """A decoder of R rows whose next symbol depends on the last one alone, by (R, V, V) chances.

    The place of each symbol is its number plus ten.
    """

    def __init__(self, chances, width):
        with np.errstate(divide="ignore"):
            self.log_p = np.log(chances)
        self.width = width

    def advance(self, symbols):
        found = np.stack([own[last] for own, last in zip(self.log_p, symbols, strict=True)])
        return found, symbols + 10

    def keep(self, rows, beams):
        assert beams.shape == (len(rows), self.width)
        self.log_p = self.log_p[rows]


def chances(number, seed=0):
    return np.random.default_rng(seed).dirichlet(np.ones(V), (number, V))


def run(given, width, limits=None):
    limits = np.full(len(given), LIMIT) if limits is None else np.array(limits)
    return search(Chains(given, width), limits, width)


def every_sequence(own, limit=LIMIT):
    """All sequences that end within `limit` symbols, with their mean log-probability."""
    found = {}
    for length in range(limit):
        for symbols in itertools.product(range(1, V), repeat=length):
            path = (END, *symbols, END)
            log_p = sum(np.log(own[a, b]) for a, b in itertools.pairwise(path))
            found[symbols] = log_p / (length + 1)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_wide_beam_finds_the_best_of_all_sequences(seed):
    given = chances(3, seed)
    for own, found in zip(given, run(given, V**LIMIT), strict=True):
        wanted = every_sequence(own)
        assert {one.symbols: one.score for one in found} == pytest.approx(wanted)
        assert [one.score for one in found] == sorted(wanted.values(), reverse=True)
        assert all(one.is_ended for one in found)


def test_a_beam_of_one_takes_the_most_probable_symbol():
    given = chances(20, 7)
    for own, (found,) in zip(given, run(given, 1, [50] * 20), strict=True):
        last, symbols, total = END, [], 0.0
        while len(symbols) < 49 or own[last].argmax() == END:
            after = int(own[last].argmax())
            total += np.log(own[last, after])
            last = after
            if last == END:
                break
            symbols.append(last)
        assert found.is_ended == (last == END)
        assert list(found.symbols) == symbols
        assert found.score == pytest.approx(total / (len(symbols) + found.is_ended))


@pytest.mark.parametrize("width", [1, 2, 5])
def test_an_answer_depends_on_its_own_row_alone(width):
    given, limits = chances(9, 3), [1, 2, 3, 4, 5, 6, 7, 8, 9]
    together = run(given, width, limits)
    for k, found in enumerate(together):
        assert found == run(given[k : k + 1], width, limits[k : k + 1])[0]
        assert 1 <= len(found) <= width


def test_places_are_those_of_the_beginning_that_each_symbol_follows():
    for found in run(chances(6, 1), 3, [6] * 6):
        for one in found:
            assert one.places == tuple(10 + s for s in (END, *one.symbols)[: len(one.symbols)])


def test_what_does_not_end_is_cut_and_says_so():
    given = np.zeros((1, V, V))
    given[0, :, 1] = 1  # one symbol for ever
    assert run(given, 2, [3])[0] == [
        Found(symbols=(1, 1), places=(10, 11), score=0.0, is_ended=False)
    ]
    nothing = Found(symbols=(), places=(), score=0.0, is_ended=False)
    assert run(given, 2, [1])[0] == [nothing]


@pytest.mark.parametrize("width", [1, 2, 5])
def test_no_sequence_has_more_symbols_than_its_limit_its_end_included(width):
    limits = [1, 2, 3, 4, 5] * 8
    for limit, found in zip(limits, run(chances(40, 9), width, limits), strict=True):
        assert max(len(one.symbols) for one in found) < limit


def test_a_row_of_which_one_sequence_is_possible():
    given = np.zeros((2, V, V))
    given[:, END, 2] = given[:, 2, END] = 1
    for found in run(given, 3, [9, 9]):
        assert [one.symbols for one in found] == [(2,)]
        assert found[0].is_ended


def test_of_equals_that_which_comes_first():
    values = np.array([[1.0, 3.0, 3.0, 2.0], [0.0, 0.0, 0.0, 0.0]])
    found, index = best(values, 3)
    assert found.tolist() == [[3, 3, 2], [0, 0, 0]]
    assert index.tolist() == [[1, 2, 3], [0, 1, 2]]
    assert values[0].tolist() == [1, 3, 3, 2]
    alike = np.full((1, V, V), 1 / V)
    assert [one.symbols for one in run(alike, 2)[0]] == [(), (1,)]
