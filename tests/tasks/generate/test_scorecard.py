"""The scorecard of texts as JSON."""

import pytest

from grucli.tasks.generate import text_scores
from grucli.tasks.generate.scorecard import MEASURES, scorecard

SOURCES = ["cat", "cat", "dog", "bird", "at"]
TRUTHS = ["K AE T", "K AA T", "D AO G", "B ER D", "AE T"]
ANSWERS = ["K AA T", "K AA T", "D AO", "B ER D", "K AE T"]
TEXTS = ["the cat sat", "a dog ran home", "nothing"]
needs_extra = pytest.mark.skipif(
    not text_scores.are_installed(), reason="the extra generate is not installed"
)


def test_figures_of_given_symbols():
    found = scorecard(ANSWERS, TRUTHS, SOURCES, "space").to_json()
    assert (found["rows"], found["sources"]) == (5, 4)
    assert found["exact_match"] == 2 / 4
    assert found["edit_rate"] == (0 + 1 + 0 + 1) / (3 + 3 + 3 + 2)
    assert found["baseline"] == 1 / 4  # "AE T" comes first among texts of one input each
    # "AE T" makes "K AE T" by one edit, "D AO G" and "B ER D" by three each
    assert found["baseline_edit_rate"] == (1 + 3 + 3 + 0) / (3 + 3 + 3 + 2)
    assert found["by_length"] == {
        "2": {"exact_match": 0.0, "edit_rate": 1 / 2, "rows": 1},
        "3": {"exact_match": 2 / 3, "edit_rate": 1 / 9, "rows": 3},
    }
    for name in ("exact_match", "edit_rate"):
        low, high = found[f"{name}_interval"]
        assert low <= found[name] <= high
    assert not {"word_error_rate", "chrf"} & found.keys()


def test_figures_of_texts():
    answers = ["the cat sat", "a dog run home today", "nothing"]
    found = scorecard(answers, TEXTS, ["x", "y", "nothing"], "char").to_json()
    assert found["exact_match"] == 2 / 3
    assert found["edit_rate"] == 7 / (11 + 14 + 7)
    assert found["word_error_rate"] == 2 / (3 + 4 + 1)
    assert found["baseline"] == 1 / 3


def test_longer_texts_are_compared_by_their_edits():
    truths = [f"{text} {k}" for k in range(9) for text in TEXTS]
    sources = [f"x{k}" for k in range(27)]
    card = scorecard([f"{text} there" for text in truths], truths, sources, "pairs")
    assert [one.measure.name for one in card.figures[:2]] == ["edit_rate", "exact_match"]
    assert card.figures[0].value == pytest.approx(6 / (38 / 3))
    assert card.baseline.value > 0.6
    assert card.above_baseline
    found = card.to_json()
    assert found["baseline"] == card.baseline.value
    assert "baseline_edit_rate" not in found
    assert not scorecard(["-"] * 27, truths, sources, "pairs").above_baseline
    assert scorecard(["a"], [""], ["x"], "pairs").figures[0].measure.name == "exact_match"


def test_words_of_texts_without_spaces_are_not_counted():
    card = scorecard(["你好"], ["您好"], ["hello"], "char")
    assert card.to_json()["word_error_rate"] is None
    assert "words" in card.reasons["word_error_rate"]


def test_empty_texts_have_no_rate():
    found = scorecard([""], [""], ["x"], "char").to_json()
    assert found["exact_match"] == 1.0
    assert found["edit_rate"] is None
    assert found["baseline_edit_rate"] is None


@needs_extra
def test_other_programs_score_texts():
    found = scorecard(TEXTS, TEXTS, ["the cat sat here", "y", "z"], "pairs").to_json()
    assert found["chrf"] == pytest.approx(100)
    assert found["bleu"] == pytest.approx(100)
    assert found["rouge_1"] == found["rouge_l"] == 1.0
    assert found["baseline_rouge_l"] == pytest.approx(1 / 3)  # "the cat sat" alone
    assert found["rouge_l_interval"] == pytest.approx([0.4385, 1], abs=1e-4)  # of three rows


def test_without_the_extra_it_is_named(monkeypatch):
    monkeypatch.setattr(text_scores, "PACKAGES", ("no_such_package",))
    card = scorecard(TEXTS, TEXTS, TEXTS, "char")
    assert card.to_json()["chrf"] is None
    assert "pip install 'grucli[generate]'" in card.reasons["bleu"]
    assert {one.meaning for one in card.further if one.measure.name == "rouge_l"} == {
        card.reasons["rouge_l"]
    }


def test_every_figure_is_announced_with_the_way_that_is_better():
    own = scorecard(TEXTS, TEXTS, TEXTS, "char")
    assert {one.measure.name for one in (*own.figures, *own.further)} == {
        one.name for one in MEASURES
    }
    assert MEASURES[0].name == "exact_match"
    assert {one.name for one in MEASURES if one.larger_is_better is False} == {
        *("edit_rate", "baseline_edit_rate", "word_error_rate")
    }
