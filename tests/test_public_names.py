"""What `import grucli` offers: names that programs rely on."""

import subprocess
import sys

import pytest

import grucli


def test_the_public_names_are_these():
    answers = ["Answer", "Entity", "LabelSet", "NumberAnswer", "TagAnswer", "TextAnswer"]
    assert sorted(grucli.__all__) == [*answers, "__version__", "load"]
    assert all(hasattr(grucli, name) for name in grucli.__all__)
    assert grucli.Answer(label="a", probability=1.0, probabilities={"a": 1.0}).label == "a"
    assert grucli.LabelSet(labels=(), probability=0.5, probabilities={"a": 0.5}).labels == ()
    assert grucli.NumberAnswer(value=1.5, low=None, high=None).value == 1.5
    assert grucli.TextAnswer(text="a", score=-0.5, finish="end").text == "a"
    entity = grucli.Entity(type="PER", start=0, end=1)
    assert grucli.TagAnswer(tags=("B-PER",), probabilities=(1.0,), entities=(entity,)).tags


def test_estimators_are_public_but_asked_for_by_name():
    assert not {"SequenceClassifier", "SequenceRegressor"} & set(grucli.__all__)
    assert grucli.SequenceClassifier.__name__ == "SequenceClassifier"
    assert grucli.SequenceRegressor.__name__ == "SequenceRegressor"


def test_other_names_are_missing_as_in_any_module():
    with pytest.raises(AttributeError, match="module 'grucli' has no attribute 'nothing'"):
        _ = grucli.nothing


def test_importing_it_does_not_wait_for_numpy():
    program = (
        "import grucli, sys; assert 'numpy' not in sys.modules; "
        "grucli.Answer; print('numpy' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ran.stdout.split() == [b"True"]
