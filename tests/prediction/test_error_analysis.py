"""What wrong answers share: planted causes are found, and chance is not taken for one."""

import numpy as np
import pytest

from grucli.data.encoded import Encoded
from grucli.data.records import Record
from grucli.data.text.tokenized import Tokenized
from grucli.prediction.error_analysis import analyse, by_length, telling_tokens, trend
from grucli.tasks.pictures import Pictures, RowErrors
from grucli.tasks.scorecard import Measure

WRONG = Measure(name="wrong", title="wrong answers", larger_is_better=False)


def errors(wrong):
    sizes = np.asarray(wrong, float)
    return RowErrors(measure=WRONG, sizes=sizes, parts=np.ones(len(sizes), int))


def tokenized(texts):
    return Tokenized.of(texts, str.split)


def test_groups_by_length_hold_every_row_once_and_their_own_share():
    lengths = np.repeat(np.arange(1, 61), 2)
    wrong = lengths > 40
    groups = by_length(errors(wrong), lengths)
    assert len(groups) == 6
    assert sum(group.rows for group in groups) == 120
    for group in groups:
        low, high = (int(end) for end in group.name.split(" to "))
        own = wrong[(lengths >= low) & (lengths <= high)]
        assert (group.rows, group.value) == (len(own), own.mean())
        assert group.interval[0] <= group.value <= group.interval[1]
    assert by_length(errors(wrong), np.full(120, 7)) == ()
    assert by_length(errors([1, 0, 1]), np.arange(3)) == ()


@pytest.mark.parametrize(("sign", "is_chance"), [(1, False), (-1, False), (0, True)])
def test_a_trend_has_its_sign_or_is_chance(sign, is_chance):
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 50, 400)
    wrong = rng.random(400) < 0.3 + sign * 0.25 * (lengths - 25) / 25
    found = trend(errors(wrong), lengths)
    assert found.is_chance == is_chance
    assert is_chance or np.sign(found.correlation) == sign
    assert trend(errors(np.zeros(400)), lengths) is None


def test_a_planted_token_is_found_with_its_counts():
    rng = np.random.default_rng(1)
    wrong = np.arange(600) % 4 == 0
    texts = [
        " ".join(["not"] * (rng.random() < (0.6 if is_wrong else 0.1)) + [f"w{rng.integers(20)}"])
        for is_wrong in wrong.tolist()
    ]
    (found,) = telling_tokens(tokenized(texts), wrong)
    has = np.array(["not" in text.split() for text in texts])
    assert (found.text, found.wrong, found.right) == (
        "not",
        int((has & wrong).sum()),
        int((has & ~wrong).sum()),
    )
    a, b, c, d = (n + 0.5 for n in (found.wrong, found.right, 150 - found.wrong, 450 - found.right))
    assert found.odds == pytest.approx(a * d / (b * c))


def test_of_many_tokens_none_is_named_by_chance():
    named = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        texts = [" ".join(f"w{k}" for k in rng.integers(0, 100, 8)) for _ in range(300)]
        named += len(telling_tokens(tokenized(texts), rng.random(300) < 0.3))
    assert named <= 3  # one in twenty of such data


def test_a_text_counts_once_however_often_it_has_a_token_and_in_whatever_chunk_it_is():
    texts = ["bad bad bad"] * 300 + ["good"] * 700
    (found,) = telling_tokens(tokenized(texts), np.arange(1000) < 300)
    assert (found.text, found.wrong, found.right) == ("bad", 300, 0)


def test_all_of_it_together():
    texts = ["good text here"] * 60 + ["плохо совсем тут не то"] * 30 + ["?!"] * 10
    wrong = np.array([False] * 60 + [True] * 30 + [False] * 10)
    records = [Record(number=k, text=text) for k, text in enumerate(texts, 1)]
    own = tokenized(texts)
    cut = np.arange(100) % 2 == 0
    encoded = Encoded(
        steps=np.zeros(own.lengths.sum(), np.int32),
        lengths=own.lengths,
        known=np.where(wrong, 0.5, 1.0) - 0.6 * (np.arange(100) == 0),
        truncated=cut,
        texts=own,
    )
    found = analyse(Pictures(errors=errors(wrong)), records, encoded)
    assert (found.rows, found.wrong) == (100, 30)
    assert [(one.name, one.rows, one.value) for one in found.scripts] == [
        ("Latin", 60, 0.0),
        ("Cyrillic", 30, 1.0),
    ]
    assert found.unknown_trend.correlation > 0.9
    assert found.length_trend.correlation > 0.7
    assert [(one.name, one.rows) for one in found.cut] == [("cut", 50), ("read to the end", 50)]
    assert {one.text for one in found.tokens} == {"плохо", "совсем", "тут", "не", "то"}
