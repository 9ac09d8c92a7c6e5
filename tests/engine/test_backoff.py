"""N-grams against interpolated modified Kneser-Ney by the letter, in dictionaries."""

import math
from collections import Counter, defaultdict
from itertools import product

import numpy as np
import pytest

from grucli.engine import backoff
from grucli.engine.backoff import LONGEST, MOST_COST, STEP, UNSEEN, Backoff, discounts
from tests.engine.helpers import steps_of

BEGIN, END = "begin", "end"
HALF = STEP / 2 + 1e-9
MOST = MOST_COST * STEP


def cost_of(share):
    return min(-math.log(share), MOST) if share > 0 else MOST


class Reference:
    """Chen & Goodman 1998, TR-10-98, section 3.1: n-grams are tuples, counts are dictionaries."""

    def __init__(self, rows, longest):
        counts = [Counter() for _ in range(longest + 1)]
        before = [defaultdict(set) for _ in range(longest + 1)]
        for row in rows:
            padded = (BEGIN, *row, END)
            for n, at in product(range(1, longest + 1), range(len(padded))):
                gram = padded[at : at + n]
                if len(gram) == n and gram != (BEGIN,):
                    counts[n][gram] += 1
                    if at:
                        before[n][gram].add(padded[at - 1])
        self.longest = max(n for n in range(1, longest + 1) if counts[n])
        self.counts = [
            own
            if n == self.longest
            else {gram: own[gram] if gram[0] == BEGIN else len(before[n][gram]) for gram in own}
            for n, own in enumerate(counts)
        ]
        self.taken = [self._discounts(Counter(own.values())) for own in self.counts]
        self.followers = defaultdict(list)
        for own in self.counts[1:]:
            for gram in own:
                self.followers[gram[:-1]].append(gram)

    @staticmethod
    def _discounts(number):
        """What is taken from a count of 1, of 2, and of 3 or more."""
        if not number[1] or not number[2]:
            return {1: 0.5, 2: 0.5, 3: 0.5}
        common = number[1] / (number[1] + 2 * number[2])
        taken = {}
        for k in (1, 2, 3):
            own = k - (k + 1) * common * number[k + 1] / (number[k] or 1)
            taken[k] = min(max(own, 0), k)
        return taken

    def discount(self, gram):
        count = self.counts[len(gram)][gram]
        return min(self.taken[len(gram)][min(count, 3)], count)

    def gamma(self, history):
        grams = self.followers[history]
        total = sum(self.counts[len(gram)][gram] for gram in grams)
        return sum(map(self.discount, grams)) / total

    def share(self, symbol, history):
        """P(symbol | history), 0 for a symbol that has no n-gram."""
        history = history[max(0, len(history) - self.longest + 1) :]
        while history and history not in self.followers:
            history = history[1:]
        gram, n = (*history, symbol), len(history) + 1
        lower = (
            self.share(symbol, history[1:])
            if history
            else ((symbol,) in self.counts[1]) / len(self.counts[1])
        )
        total = sum(self.counts[n][one] for one in self.followers[history])
        count = self.counts[n].get(gram, 0)
        own = (count - self.discount(gram)) / total if count else 0
        return own + self.gamma(history) * lower

    def lookups(self, symbol, history):
        """The costs that are summed, each to be rounded: [nat]."""
        history = history[max(0, len(history) - self.longest + 1) :]
        found = []
        for first in range(len(history) + 1):
            own = history[first:]
            if (*own, symbol) in self.counts[len(own) + 1]:
                return [*found, cost_of(self.share(symbol, own))]
            if own in self.followers:
                found.append(cost_of(self.gamma(own)))
        return [*found[:-1], UNSEEN]  # nothing is behind single symbols


def random_rows(seed, symbols=5, number=60, longest=9):
    """Ragged sequences in which some symbols follow others more often."""
    rng = np.random.default_rng(seed)
    chances = rng.dirichlet(np.full(symbols, 0.4), symbols)
    rows = []
    for length in rng.integers(0, longest + 1, number):
        row = []
        for _ in range(length):
            row.append(int(rng.choice(symbols, p=chances[row[-1]] if row else None)))
        rows.append(row)
    return rows


def fit(rows, symbols=5):
    return Backoff.fit(steps_of(rows), symbols)


def grams_of(model):
    """Yield each n-gram by what the arrays say, with its cost and that of what follows it."""
    names = {model.begin: BEGIN, model.end: END}
    parents = [()]
    for order in model.orders:
        grams, group = [], 0
        for symbol, is_last in zip(order.symbols.tolist(), order.is_last, strict=True):
            grams.append((*parents[group], names.get(symbol, symbol)))
            group += bool(is_last)
        assert group == len(parents)
        backoffs = order.backoffs.tolist() or [None] * len(grams)
        yield from zip(grams, order.costs.tolist(), backoffs, strict=True)
        parents = [gram for gram in grams if gram[-1] != END]


CASES = [
    (0, {}),
    (1, {"symbols": 2, "number": 25}),
    (2, {"symbols": 30, "number": 40}),
    (3, {"number": 300}),
    (4, {"longest": 2}),
]


@pytest.mark.parametrize(("seed", "shape"), CASES)
def test_each_n_gram_has_the_rounded_costs_of_the_reference(seed, shape):
    rows = random_rows(seed, **shape)
    one, model = Reference(rows, LONGEST), fit(rows, shape.get("symbols", 5))
    assert len(model.orders) == one.longest
    seen = {}
    for gram, cost, behind in grams_of(model):
        seen[gram] = cost
        if gram != (BEGIN,):
            assert abs(cost * STEP - cost_of(one.share(gram[-1], gram[:-1]))) <= HALF
        if gram in one.followers:
            assert abs(behind * STEP - cost_of(one.gamma(gram))) <= HALF
        else:
            assert gram[-1] == END or len(gram) == one.longest
    assert seen.keys() == {(BEGIN,), *(gram for own in one.counts for gram in own)}
    assert model.size == len(seen)


@pytest.mark.parametrize(("seed", "shape"), CASES)
def test_costs_of_sequences_are_those_of_the_reference(seed, shape):
    symbols = shape.get("symbols", 5)
    rows = random_rows(seed, **shape)
    one, model = Reference(rows, LONGEST), fit(rows, symbols)
    others = [*random_rows(seed + 50, symbols + 1, 40), *rows[:20], [symbols - 1] * 9, []]
    others = [[-1 if symbol == symbols else symbol for symbol in row] for row in others]
    assert any(-1 in row for row in others)
    for row, found in zip(others, model.costs(steps_of(others)).tolist(), strict=True):
        padded, terms = (BEGIN, *row, END), []
        for at in range(1, len(padded)):
            terms += one.lookups(padded[at], padded[:at])
        rounded = [term for term in terms if term != UNSEEN]
        assert abs(found - sum(terms)) <= len(rounded) * HALF
        if max(terms) < MOST:
            exact = sum(cost_of(one.share(padded[k], padded[:k])) for k in range(1, len(padded)))
            assert sum(terms) == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_all_that_may_follow_has_a_probability_of_1(seed):
    rows = random_rows(seed)
    one, model = Reference(rows, LONGEST), fit(rows)
    seen = sorted({symbol for row in rows for symbol in row})
    rng = np.random.default_rng(seed)
    histories = [[], *rows[:20], *(rng.integers(0, 5, 7).tolist() for _ in range(20))]
    for history in histories:
        padded = (BEGIN, *history)
        shares = [one.share(symbol, padded) for symbol in (*seen, END)]
        assert sum(shares) == pytest.approx(1)
        places = model.at_begin()
        for symbol in history:
            _, places = model.advance(places, np.array(symbol))
        costs, _ = model.advance(np.tile(places, (len(seen) + 1, 1)), np.array([*seen, model.end]))
        most = LONGEST * HALF
        assert np.exp(-most) <= np.exp(-costs).sum() <= np.exp(most)


def test_a_symbol_that_was_never_seen_costs_much_and_what_is_before_it_is_forgotten():
    rows = random_rows(0)
    model = fit(rows)
    places = model.at_begin()
    _, places = model.advance(places, np.array(rows[0][0]))
    cost, after = model.advance(places, np.array(-1))
    assert cost >= UNSEEN
    assert after.tolist() == [-1] * LONGEST
    cost, _ = model.advance(after, np.array(2))
    assert cost == STEP * model.orders[0].costs[2]
    lone = Backoff.fit(steps_of([[0, 2], [2, 2, 0]]), 3)  # nobody has read 1
    alone, _ = lone.advance(np.full(len(lone.orders), -1), np.array(1))
    assert alone == UNSEEN


def test_a_cost_depends_on_its_own_sequence_alone():
    rows = random_rows(3, number=80)
    model, mates = fit(rows), [*random_rows(9), [], rows[0]]
    together = model.costs(steps_of(mates))
    for row, cost in zip(mates, together, strict=True):
        assert model.costs(steps_of([row])).tolist() == [cost]
    np.testing.assert_array_equal(model.costs(steps_of(mates[::-1])), together[::-1])
    assert model.costs(steps_of([])).shape == (0,)


@pytest.mark.parametrize(
    ("rows", "orders"),
    [
        ([[]], 2),
        ([[], [], []], 2),
        ([[0]], 3),
        ([[0, 1, 2]], 5),
        ([[0, 1, 2, 0, 1, 2, 3]], 6),
        ([[0, 1], [1], []], 4),
        ([[0, 1, 2, 3], [4, 5, 6, 7]], 6),  # each count is 1: too few to tell discounts
        ([[0, 1, 2, 3]] * 3, 6),
        ([[0] * 5] * 2, 6),
    ],
)
def test_few_sequences_and_short_ones_have_as_long_n_grams_as_they_are(rows, orders):
    one, model = Reference(rows, LONGEST), fit(rows, 8)
    assert len(model.orders) == one.longest == orders
    for gram, cost, behind in grams_of(model):
        if gram != (BEGIN,):
            assert abs(cost * STEP - cost_of(one.share(gram[-1], gram[:-1]))) <= HALF
        if gram in one.followers:
            assert abs(behind * STEP - cost_of(one.gamma(gram))) <= HALF
    assert np.isfinite(model.costs(steps_of([*rows, [7, 7], [-1]]))).all()


@pytest.mark.parametrize(
    ("counts", "taken"),
    [
        ([1, 1, 1, 1, 2, 2, 3, 3, 3, 4], [0, 0.5, 0, 3 - 4 * 0.5 / 3]),
        ([1, 1, 1, 2, 2, 2, 2], [0, 1 - 2 * (3 / 11) * 4 / 3, 2, 3]),
        ([1, 2, 2, 2, 3], [0, 1 - 2 / 7 * 3, 2 - 3 / 7 / 3, 3]),
        ([1, 2, 2, 2, 2, 2, 2], [0, 1 - 12 / 13, 2, 3]),
        ([1, 1, 1], [0, 0.5, 0.5, 0.5]),
        ([2, 2, 5], [0, 0.5, 0.5, 0.5]),
        ([0, 0], [0, 0.5, 0.5, 0.5]),
    ],
)
def test_discounts_are_those_of_counts_of_counts(counts, taken):
    np.testing.assert_allclose(discounts(np.array(counts)), taken, atol=1e-12)


@pytest.mark.parametrize("orders", [1, 2, 4])
def test_as_many_n_grams_as_there_may_be_are_shorter(orders, monkeypatch):
    rows = random_rows(3)
    sizes = [len(order.symbols) for order in fit(rows).orders]
    monkeypatch.setattr(backoff, "MOST_NGRAMS", sum(sizes[: orders + 1]) - 1)
    short, one = fit(rows), Reference(rows, orders)
    assert [len(order.symbols) for order in short.orders] == sizes[:orders]
    assert short.size <= backoff.MOST_NGRAMS
    for gram, cost, _ in grams_of(short):
        if gram != (BEGIN,):
            assert abs(cost * STEP - cost_of(one.share(gram[-1], gram[:-1]))) <= HALF


def test_the_same_sequences_in_any_order_give_the_same_bytes():
    rows = random_rows(7)
    for others in (rows, rows[::-1]):
        for one, other in zip(fit(rows).orders, fit(others).orders, strict=True):
            for name in ("symbols", "is_last", "costs", "backoffs"):
                ours, theirs = getattr(one, name), getattr(other, name)
                assert ours.dtype == theirs.dtype
                np.testing.assert_array_equal(ours, theirs)
    order = fit(rows).orders[0]
    assert (order.symbols.dtype, order.costs.dtype) == (np.uint16, np.uint8)
