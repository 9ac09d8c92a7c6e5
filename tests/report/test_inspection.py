"""Reports as text: harmless, 80 columns wide, and what they say of scores."""

import pytest
from rich.cells import cell_len

from grucli.engine import losses
from grucli.errors import show
from grucli.inspection.chosen import Shown
from grucli.model.blend import Mix
from grucli.prediction.stream import predict
from grucli.report.inspection import text
from tests.inspection.reports import HOSTILE, REVIEWS, report, reports, sample, text_model, texts


def test_text_is_harmless_and_fits_80_columns():
    for one in reports():
        lines = text(one).split("\n")
        assert all(show(line) == line for line in lines), "a control character came through"
        assert max(map(cell_len, lines)) <= 80
        assert "nan" not in text(one)


@pytest.mark.parametrize("key", ["config", "reasons", "data", "versions", "scores", "epoch"])
@pytest.mark.parametrize("value", [None, 3, [HOSTILE], {HOSTILE: {HOSTILE: [1]}}, "x", {"a": {}}])
def test_a_strange_card_is_shown_all_the_same(key, value):
    shown = text(report(text_model(card={key: value})))
    assert all(show(line) == line for line in shown.split("\n"))


def test_what_a_model_of_one_path_says_of_itself_has_its_factor():
    saved = text_model()
    plain = report(saved, None, sample(REVIEWS)).to_json()
    saved.model.mix = Mix(recurrence=0.25)
    cool = report(saved, Shown(texts=("very good",)), sample(REVIEWS)).to_json()
    assert cool["meta"]["input"] == plain["meta"]["input"]  # a factor turns no decision
    assert "recurrence_share" not in cool["meta"]["input"]
    assert cool["data"]["model"]["wide"] is None
    (record,) = texts(("very good", None))
    (answers,) = predict(saved, [record])
    (example,) = cool["data"]["examples"]
    assert list(example["probabilities"].values()) == pytest.approx(
        losses.probabilities(answers.scores)[0].tolist(), abs=1e-12
    )
    assert example["wide_margin"] is None
    for one, other in zip(cool["data"]["memory"], plain["data"]["memory"], strict=True):
        assert one["agreement"] == other["agreement"]
        assert one["distance"] != other["distance"]


def test_the_scores_of_folds_are_called_so():
    scores = {"valid_loss": 0.5, "kept_accuracy": 0.9, "kept_macro_f1": 0.8, "kept_loss": 0.4}
    card = {"epoch": 3, "scores": scores}
    assert "epoch 3, validation accuracy 0.900" in text(report(text_model(card=card)))
    card["scores"] = {**scores, "epochs": 3.0}
    assert "epoch 3, cross-validated accuracy 0.900" in text(report(text_model(card=card)))
