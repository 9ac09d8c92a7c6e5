"""Pairs of a step and its symbols against an enumeration of all ways to cut a target."""

import itertools

import numpy as np
import pytest

from grucli.engine import pair_alignment
from grucli.engine.pair_alignment import MOST, UNSEEN, Alignment
from tests.engine.helpers import steps_of

CODE = {0: (), 1: (0,), 2: (3, 1), 3: (2,), 4: (4, 4), 5: (1,)}
"""What each step is written as, wherever it stands."""


def every_cut(source, target):
    """Yield each way to write a target: a pair of each step, as `Alignment.pairs` has it."""
    for numbers in itertools.product(range(MOST + 1), repeat=len(source)):
        if sum(numbers) != len(target):
            continue
        at, cut = 0, []
        for step, number in zip(source, numbers, strict=True):
            symbols = [symbol + 1 for symbol in target[at : at + number]]
            cut.append((step, *symbols, *[0] * (MOST - number)))
            at += number
        yield tuple(cut)


def shares_of(alignment):
    pairs = map(tuple, alignment.pairs.tolist())
    return dict(zip(pairs, np.exp(alignment.log_p.astype(np.float64)).tolist(), strict=True))


def likelihoods(shares, rows):
    """P of each target, by all its cuts."""
    return [
        sum(np.prod([shares.get(pair, 0) for pair in cut]) for cut in every_cut(*row))
        for row in rows
    ]


def rounds(rows, number):
    """Expectation-maximisation by the letter: the shares of pairs after each round."""
    cuts = [list(every_cut(*row)) for row in rows]
    names = {pair for own in cuts for cut in own for pair in cut}
    shares = dict.fromkeys(names, 1 / len(names))
    for _ in range(number):
        counts = dict.fromkeys(names, 0.0)
        for own in filter(None, cuts):
            chances = [np.prod([shares[pair] for pair in cut]) for cut in own]
            for cut, chance in zip(own, chances, strict=True):
                for pair in cut:
                    counts[pair] += chance / sum(chances)
        counts = {pair: count if count >= 0.01 else 0 for pair, count in counts.items()}
        total = sum(counts.values())
        shares = {pair: count / total for pair, count in counts.items()}
        yield {pair: share for pair, share in shares.items() if share}


def random_rows(seed, number=12, longest=4, steps=3, symbols=3):
    rng = np.random.default_rng(seed)
    rows = []
    for length in rng.integers(1, longest + 1, number):
        most = int(rng.integers(0, MOST * length + 1))
        rows.append((rng.integers(0, steps, length).tolist(), rng.integers(0, symbols, most)))
    return [(source, target.tolist()) for source, target in rows]


def coded_rows(seed, number=200, longest=8):
    rng = np.random.default_rng(seed)
    sources = [rng.integers(0, len(CODE), n).tolist() for n in rng.integers(1, longest, number)]
    return [(source, [symbol for step in source for symbol in CODE[step]]) for source in sources]


def split(rows):
    return steps_of([source for source, _ in rows]), steps_of([target for _, target in rows])


def fit(rows):
    return Alignment.fit(*split(rows))


def cut(alignment, rows):
    """Return the pairs of each row; None for one that was never seen."""
    places = alignment.cut(*split(rows)).per_sequence()
    pairs = list(map(tuple, alignment.pairs.tolist()))
    return [tuple(pairs[k] if k >= 0 else None for k in own.tolist()) for own in places]


@pytest.mark.parametrize("seed", range(6))
def test_what_is_learned_is_what_all_cuts_say(seed, monkeypatch):
    rows = random_rows(seed)
    for number, expected in enumerate(rounds(rows, 8), 1):
        monkeypatch.setattr(pair_alignment, "ROUNDS", number)
        found = fit(rows)
        assert shares_of(found) == pytest.approx(expected, rel=1e-6)
        assert (found.pairs.dtype, found.log_p.dtype) == (np.uint32, np.float32)
        assert found.pairs.tolist() == sorted(found.pairs.tolist())


@pytest.mark.parametrize("seed", range(4))
def test_expected_pairs_of_any_shares_are_those_of_all_cuts(seed):
    rows = random_rows(seed, number=6)
    rng = np.random.default_rng(seed)
    blocks = list(pair_alignment._blocks(*split(rows)))
    assert sorted(row for block in blocks for row in block.rows.tolist()) == list(range(len(rows)))
    for block in blocks:
        shares = np.where(block.codes >= 0, rng.uniform(0, 1, block.codes.shape), 0)
        found = block.expected(shares)
        for place, row in enumerate(block.rows.tolist()):
            source, target = rows[row]
            expected = np.zeros(shares.shape[1:])
            for numbers in itertools.product(range(MOST + 1), repeat=len(source)):
                if sum(numbers) == len(target):
                    behind = np.cumsum((0, *numbers[:-1]))
                    at = np.arange(len(source)), behind, np.array(numbers)
                    expected[at] += np.prod(shares[place][at])
            total = expected[0].sum()
            np.testing.assert_allclose(found[place], expected / total, atol=1e-12)


def test_the_likelihood_never_falls(monkeypatch):
    rows, before = random_rows(9, number=30), -np.inf
    for number in range(1, 9):
        monkeypatch.setattr(pair_alignment, "ROUNDS", number)
        monkeypatch.setattr(pair_alignment, "LEAST_COUNT", 0)
        after = np.log(likelihoods(shares_of(fit(rows)), rows)).sum()
        assert after > before
        before = after


@pytest.mark.parametrize("seed", range(6))
def test_the_most_probable_cut_is_that_of_all(seed):
    known, rows = fit(random_rows(seed)), random_rows(seed + 100, 40)
    log_p = dict(zip(map(tuple, known.pairs.tolist()), known.log_p.tolist(), strict=True))

    def score(cut):
        return sum(log_p.get(pair, UNSEEN) for pair in cut)

    for row, found in zip(rows, known.cut(*split(rows)).per_sequence(), strict=True):
        best = max(every_cut(*row), key=score)
        own = [tuple(known.pairs[k].tolist()) if k >= 0 else None for k in found]
        total = sum(UNSEEN if pair is None else log_p[pair] for pair in own)
        assert total == pytest.approx(score(best), rel=1e-6)
        assert any(
            own == [pair if pair in log_p else None for pair in one] for one in every_cut(*row)
        )


def test_a_cut_depends_on_its_own_row_alone(monkeypatch):
    known = fit(random_rows(3, 60))
    rows = [*random_rows(4, 40, longest=5), ([0, 1], [0] * 9), ([2], [])]
    together = cut(known, rows)
    assert cut(known, rows[::-1]) == together[::-1]
    assert [cut(known, [row])[0] for row in rows] == together
    monkeypatch.setattr(pair_alignment, "BLOCK", 100)
    assert cut(known, rows) == together


def test_what_is_learned_does_not_depend_on_blocks(monkeypatch):
    rows = random_rows(5, 40)
    whole = fit(rows)
    monkeypatch.setattr(pair_alignment, "BLOCK", 50)
    assert shares_of(fit(rows)) == pytest.approx(shares_of(whole), rel=1e-6)
    assert whole.pairs.tobytes() == fit(rows[::-1]).pairs.tobytes()


def test_of_many_rows_some_are_learned_from(monkeypatch):
    rows = coded_rows(0, 100)
    places = 3 * sum(len(source) * (len(target) + 1) for source, target in rows)
    monkeypatch.setattr(pair_alignment, "SAMPLE", -(-places // 4))
    assert shares_of(fit(rows)) == shares_of(fit(rows[::4]))


def test_a_code_that_each_step_is_written_by_is_found():
    rows, new = coded_rows(0), coded_rows(1)
    known = fit(rows)
    for row, own in zip(new, cut(known, new), strict=True):
        written = [CODE[step] for step in row[0]]
        assert [pair[0] for pair in own] == row[0]
        assert [tuple(k - 1 for k in pair[1:] if k) for pair in own] == written
    shares = shares_of(known)
    assert sum(shares.values()) == pytest.approx(1, abs=1e-5)


def test_targets_that_are_too_long_teach_nothing_and_have_no_pairs():
    rows = coded_rows(0)
    known, longer = fit(rows), [([0, 1], [0] * 5), ([3], [1, 2, 3]), ([1], [0, 0])]
    assert cut(known, longer)[:2] == [(None, None), (None,)]
    assert shares_of(fit([*rows, *longer[:2]])) == shares_of(known)
    nothing = fit(longer[:2])
    assert nothing.pairs.shape == (0, 3)
    assert cut(nothing, rows[:3]) == [(None,) * len(source) for source, _ in rows[:3]]


def test_empty_targets_are_steps_that_write_nothing():
    known = fit([([0, 1, 0], []), ([1], [])])
    assert shares_of(known) == pytest.approx({(0, 0, 0): 0.5, (1, 0, 0): 0.5})
    assert cut(known, [([1, 0], []), ([2], [])]) == [((1, 0, 0), (0, 0, 0)), (None,)]


def test_no_row_at_all_has_no_cut():
    known = fit(coded_rows(0))
    assert cut(known, []) == []


def test_long_sequences_keep_their_digits():
    rng = np.random.default_rng(2)
    source = rng.integers(0, len(CODE), 500).tolist()
    rows = [*coded_rows(0, 60), (source, [symbol for step in source for symbol in CODE[step]])]
    with np.errstate(all="raise", under="ignore"):
        known = fit(rows)
        (own,) = cut(known, rows[-1:])
    assert [pair[0] for pair in own] == source
    assert [k - 1 for pair in own for k in pair[1:] if k] == rows[-1][1]
    written = [tuple(k - 1 for k in pair[1:] if k) for pair in own]
    assert written == [CODE[step] for step in source]


def test_pairs_are_sorted_and_unlike_even_of_the_largest_ids():
    largest = (1 << pair_alignment.BITS) - 2
    known = fit([([largest, 0], [largest, largest, 0])])
    assert set(known.pairs.ravel().tolist()) >= {largest, largest + 1, 0, 1}
    codes = pair_alignment.codes_of(known.pairs)
    assert (np.diff(codes) > 0).all()
    assert cut(known, [([largest, 0], [largest, largest, 0])])[0][0][0] == largest


@pytest.mark.parametrize(
    ("steps", "symbols"), [(700, 1400), (700, 1399), (900, 20), (900, 0), (400, 400), (600, 200)]
)
def test_each_step_is_one_pair_however_long_the_sequences(steps, symbols):
    rng = np.random.default_rng(3)
    row = rng.integers(0, 60, steps).tolist(), rng.integers(0, 60, symbols).tolist()
    (block,) = pair_alignment._blocks(*split([row]))
    shares = np.where(block.codes >= 0, rng.uniform(0.5, 1, block.codes.shape), 0)
    with np.errstate(all="raise", under="ignore"):
        found = block.expected(shares)
    np.testing.assert_allclose(found.sum(axis=(2, 3)), 1, rtol=1e-9)
    assert np.sum(found * np.arange(MOST + 1)) == pytest.approx(symbols)


@pytest.mark.parametrize("share", [0, 1e-310, 1e-200, 1e-90])
def test_what_is_nearly_impossible_teaches_nothing(share):
    """A number that floats hardly hold is none, so that no other one is infinite."""
    (block,) = pair_alignment._blocks(*split([([0, 1], [0])]))
    shares = np.zeros(block.codes.shape)
    shares[0, 0, 0, :2] = 1, share  # written by the second step, or by the first one
    shares[0, 1, 1, 0] = 1  # but the second one writes nothing
    with np.errstate(all="raise", under="ignore"):
        found = block.expected(shares)
    assert found[0, 0, 0].tolist() == pytest.approx([0, float(share > 1e-100), 0])
    assert found[0].sum() == pytest.approx(2 * (share > 1e-100))


def test_where_no_pair_comes_often_enough_there_are_none(monkeypatch):
    monkeypatch.setattr(pair_alignment, "LEAST_COUNT", 10)
    with np.errstate(all="raise", under="ignore"):
        known = fit([([0, 1], [0, 1, 2]), ([2], [3])])
    assert known.pairs.shape == (0, 3)
    assert cut(known, [([0], [1])]) == [(None,)]


def test_what_would_take_much_memory_is_not_cut(monkeypatch):
    monkeypatch.setattr(pair_alignment, "LARGEST", 6)
    known = fit([([0, 1], [0, 1]), ([0, 1, 0], [0, 1, 0])])
    (kept, refused) = cut(known, [([0, 1, 0], [0, 1]), ([0, 1, 0], [0, 1, 0])])
    assert None not in kept
    assert refused == (None,) * 3
