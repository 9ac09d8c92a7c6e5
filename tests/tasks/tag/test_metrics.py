"""Figures of tags against values worked out by hand, and intervals against drawing again."""

import numpy as np
import pytest

from grucli.tasks.class_scores import ClassScore, of_each
from grucli.tasks.intervals import wilson_interval
from grucli.tasks.tag.chunks import Tagged
from grucli.tasks.tag.metrics import ChunkCounts, Share


def counts_of(true, answered):
    read = [Tagged.of([tags.split() for tags in one], ("LOC", "PER")) for one in (true, answered)]
    return ChunkCounts.of(read[0].spans, read[1].spans, read[0].starts)


def test_a_chunk_is_right_in_type_first_and_last_step():
    true = ["B-PER I-PER O B-LOC", "B-LOC I-LOC O", "B-PER"]
    answered = ["B-PER I-PER O B-PER", "B-LOC O O", "B-PER"]
    found = counts_of(true, answered)
    assert found.all == ClassScore(precision=0.5, recall=0.5, f1=0.5, rows=4, predicted=4)
    assert found.row_hits.tolist() == [2, 0, 2]
    assert found.row_parts.tolist() == [4, 2, 2]
    assert found.f1.value == 0.5
    per_type = of_each(found.hits, found.true, found.predicted, 2)
    assert per_type[0] == ClassScore(precision=0.0, recall=0.0, f1=0.0, rows=2, predicted=1)
    assert per_type[1].f1 == pytest.approx(2 * 2 / (2 + 3))


@pytest.mark.parametrize("scheme", ["I-PER I-PER O I-LOC B-LOC", "B-PER E-PER O S-LOC S-LOC"])
def test_answers_in_one_scheme_are_right_for_data_in_another(scheme):
    assert counts_of([scheme], ["B-PER I-PER O B-LOC B-LOC"]).f1.value == 1


def test_the_example_of_the_documentation_of_seqeval():
    """https://github.com/chakki-works/seqeval, README: f1_score 0.50, PER 1.00, MISC 0.00."""
    true = ["O O O B-MISC I-MISC I-MISC O", "B-PER I-PER O"]
    answered = ["O O B-MISC I-MISC I-MISC I-MISC O", "B-PER I-PER O"]
    assert counts_of(true, answered).f1.value == 0.5


def test_nothing_to_find_and_nothing_found_is_undefined():
    share = counts_of(["O O"], ["O O"]).f1
    assert share == Share(value=None, trials=1)
    assert share.interval is None


def test_independent_steps_count_once_each():
    rng = np.random.default_rng(0)
    lengths = rng.integers(5, 15, 4000)
    hits = rng.binomial(lengths, 0.8)
    share = Share.of(hits, lengths)
    assert share.value == hits.sum() / lengths.sum()
    assert share.trials == pytest.approx(lengths.sum(), rel=0.1)


def test_sequences_that_are_right_or_wrong_as_a_whole_count_once_each():
    rng = np.random.default_rng(1)
    lengths = np.full(3000, 10)
    hits = 10 * rng.integers(0, 2, 3000)
    share = Share.of(hits, lengths)
    assert share.trials == pytest.approx(3000, rel=0.05)
    assert share.interval == wilson_interval(round(share.value * share.trials), share.trials)


def test_the_interval_holds_what_drawing_sequences_again_gives():
    rng = np.random.default_rng(2)
    lengths = rng.integers(1, 40, 400)
    hits = rng.binomial(lengths, rng.beta(8, 2, 400))
    low, high = Share.of(hits, lengths).interval
    rows = rng.integers(0, 400, (4000, 400))
    drawn = hits[rows].sum(axis=1) / lengths[rows].sum(axis=1)
    np.testing.assert_allclose((low, high), np.quantile(drawn, (0.025, 0.975)), atol=0.004)


def test_all_right_is_worth_as_many_parts_as_there_are_sequences():
    assert Share.of(np.array([5, 5]), np.array([5, 5])) == Share(value=1.0, trials=2)
    assert Share.of(np.array([3]), np.array([5])) == Share(value=0.6, trials=1)
