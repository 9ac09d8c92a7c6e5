"""Numbers as answers."""

import numpy as np
import pytest

from grucli import SequenceRegressor

from .helpers import QUICK, waves


def test_numbers_are_in_the_unit_of_y():
    x, y = waves(80)
    numbers = 1000 + 50 * x[:, :, 1].mean(axis=1) + 20.0 * y
    settings = {"training.folds": "off", "data.valid": 0}
    model = SequenceRegressor(hidden_size=8, epochs=40, settings=settings).fit(x, numbers)
    answers = model.predict(x)
    assert answers.shape == (80,)
    assert answers.dtype == np.float64
    assert model.score(x, numbers) > 0.6
    theirs = [answer.value for answer in model.model_.predict(list(x))]
    assert answers.tolist() == theirs


def test_what_cannot_be_learned_is_refused():
    x, _ = waves(10)
    with pytest.raises(ValueError, match="all targets are 3: nothing to learn"):
        SequenceRegressor(**QUICK).fit(x, np.full(10, 3))
    with pytest.raises(ValueError, match="class_weight"):
        SequenceRegressor(**QUICK, settings={"training.class_weight": "balanced"}).fit(
            x, np.arange(10)
        )
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        SequenceRegressor(**QUICK).fit(x, np.arange(9))
