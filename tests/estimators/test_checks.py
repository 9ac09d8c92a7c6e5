"""scikit-learn's own checks of estimators: all but a few, which the guide names with the reason."""

from pathlib import Path

import pytest
from sklearn.utils.estimator_checks import check_estimator

from grucli import SequenceClassifier, SequenceRegressor

from .helpers import SAMPLES

LEARNED = {
    "hidden_size": 8,
    "epochs": 20,
    "learning_rate": 0.03,
    "wide": False,
    "settings": {"training.folds": "off", "data.valid": 0, "model.convolution": False},
}
WEIGHTS = "check_sample_weight_equivalence_on_dense_data"
NOT_PASSED = {
    SequenceClassifier: {WEIGHTS, "check_classifiers_train"},
    SequenceRegressor: {WEIGHTS},
}
NOT_THERE = {  # a method that there is none of, another library, an experiment of scikit-learn's
    "check_classifiers_multilabel_output_format_decision_function",
    "check_array_api_input",
    "check_classifier_data_not_an_array",
    "check_regressor_data_not_an_array",
    "check_sample_weights_pandas_series",
    "check_dataframe_column_names_consistency",
}
GUIDES = [SAMPLES.parent / "docs" / folder / "scikit-learn.md" for folder in ("guide", "zh/guide")]


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.parametrize("kind", [SequenceClassifier, SequenceRegressor])
def test_the_checks_of_scikit_learn(kind):
    expected = dict.fromkeys(NOT_PASSED[kind], "see the guide")
    found = check_estimator(
        kind(**LEARNED), expected_failed_checks=expected, on_skip=None, on_fail=None
    )
    by_status = {
        status: {each["check_name"] for each in found if each["status"] == status}
        for status in ("passed", "failed", "xfail", "skipped")
    }
    errors = [str(each["exception"]) for each in found if each["status"] == "failed"]
    assert by_status["failed"] == set(), errors
    assert by_status["xfail"] == NOT_PASSED[kind]
    assert by_status["skipped"] <= NOT_THERE
    assert len(by_status["passed"]) > 40


@pytest.mark.parametrize("guide", GUIDES, ids=["English", "Chinese"])
def test_the_guide_names_what_is_not_passed(guide: Path):
    text = guide.read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for names in NOT_PASSED.values() for name in names)
