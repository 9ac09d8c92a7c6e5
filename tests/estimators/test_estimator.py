"""Estimators among others of scikit-learn: cloned, pickled, searched, in pipelines; their extra."""

import pickle
import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import grucli
from grucli import SequenceClassifier, SequenceRegressor

from .helpers import QUICK, reviews, waves

KINDS = [SequenceClassifier, SequenceRegressor]
OFF = {"training.folds": "off", "data.valid": 0}


@pytest.mark.parametrize("kind", KINDS)
def test_clones_have_the_same_parameters_and_no_model(kind):
    given = {**QUICK, "settings": {"training.patience": 3}, "channels_first": True}
    model = kind(**given)
    model.set_params(cell="rnn")
    again = clone(model)
    assert again.get_params() == model.get_params()
    assert again.get_params()["cell"] == "rnn"
    assert not hasattr(again, "model_")
    with pytest.raises(NotFittedError):
        again.predict([[1.0]])
    with pytest.raises(NotFittedError):
        again.save("m.npz")


@pytest.mark.parametrize("kind", KINDS)
def test_pickles_answer_alike_and_save_the_same_bytes(kind, tmp_path):
    x, y = waves()
    model = kind(**QUICK).fit(x, y)
    joblib.dump(model, tmp_path / "m.joblib")
    model.save(tmp_path / "m.npz")
    mapped = joblib.load(tmp_path / "m.joblib", mmap_mode="r")
    for again in (pickle.loads(pickle.dumps(model)), joblib.load(tmp_path / "m.joblib"), mapped):
        assert np.array_equal(again.predict(x), model.predict(x))
        again.save(tmp_path / "again.npz")
        assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "m.npz").read_bytes()


@pytest.mark.parametrize("form", ["texts", "series"])
def test_answering_changes_nothing_that_is_kept(form):
    x, y = reviews(120)[:2] if form == "texts" else waves()
    model = SequenceClassifier(**QUICK, wide=True).fit(x, y)
    before = joblib.hash(model)
    model.predict(x)
    model.predict_proba(x)
    assert joblib.hash(model) == before


@pytest.mark.parametrize("form", ["texts", "series"])
def test_a_saved_model_answers_alike(form, tmp_path):
    x, y = waves()
    if form == "texts":
        x, y, _ = reviews(120)
    model = SequenceClassifier(**QUICK, wide=True).fit(x, y)
    model.save(tmp_path / "m.npz")
    answers = grucli.load(str(tmp_path / "m.npz")).predict(list(x))
    names = [str(name) for name in model.classes_]
    theirs = np.array([[answer.probabilities[name] for name in names] for answer in answers])
    assert np.array_equal(model.predict_proba(x), theirs)
    assert [str(label) for label in model.predict(x)] == [answer.label for answer in answers]


def test_what_is_fitted_again_forgets_what_was():
    x, y = waves()
    model = SequenceClassifier(**QUICK).fit(x, y)
    before = model.model_
    assert model.fit(*reviews()[:2]) is model
    assert model.model_ is not before
    assert model.predict(["good"]).dtype.kind == "U"


@pytest.mark.parametrize("jobs", [None, 2])
def test_scores_of_folds_on_texts(jobs):
    texts, labels, _ = reviews(150)
    model = SequenceClassifier(hidden_size=8, epochs=12, settings=OFF, learning_rate=0.02)
    scores = cross_val_score(model, texts, labels, cv=3, n_jobs=jobs)
    assert scores.mean() > 0.7


def test_a_search_over_settings_and_in_a_pipeline():
    texts, labels, _ = reviews(90)
    shout = FunctionTransformer(lambda texts: [text.upper() for text in texts])
    model = make_pipeline(shout, SequenceClassifier(**QUICK, settings=OFF))
    grid = {
        "sequenceclassifier__cell": ["gru", "rnn"],
        "sequenceclassifier__settings": [OFF, {**OFF, "model.pooling": "max"}],
        "sequenceclassifier__hidden_size": np.array([4, 8]),
    }
    search = GridSearchCV(model, grid, cv=2, error_score="raise").fit(texts, labels)
    assert len(search.cv_results_["params"]) == 8
    assert set(search.predict(texts)) <= {"positive", "negative"}
    chosen = search.best_estimator_[-1]
    assert chosen.hidden_size == search.best_params_["sequenceclassifier__hidden_size"]


def test_arrays_of_aeon_are_divided_by_rows():
    x, y = waves(60)
    model = SequenceClassifier(epochs=15, hidden_size=8, channels_first=True, settings=OFF)
    found = cross_val_predict(model, x.swapaxes(1, 2), y, cv=3, method="predict_proba")
    assert (found.argmax(axis=1) == y).mean() > 0.9


def test_kinds_are_told_apart():
    assert is_classifier(SequenceClassifier())
    assert is_regressor(SequenceRegressor())


WITHOUT = "import sys; sys.modules['sklearn'] = None; "


def run(program):
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)


@pytest.mark.parametrize("kind", KINDS)
def test_without_scikit_learn_the_extra_is_named(kind):
    ran = run(f"{WITHOUT}import grucli; grucli.{kind.__name__}")
    last = ran.stderr.splitlines()[-1]
    assert ran.returncode == 1
    assert last.startswith(f"ImportError: grucli.{kind.__name__}: needs scikit-learn 1.6 or later")
    assert last.endswith("pip install 'grucli[sklearn]'")


def test_without_scikit_learn_all_else_is_there():
    program = "from grucli import *; load; Answer"
    assert run(WITHOUT + program).returncode == 0
    assert run("import grucli, sys; sys.exit('sklearn' in sys.modules)").returncode == 0
