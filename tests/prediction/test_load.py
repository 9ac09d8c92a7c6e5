"""One model under the load of a server: eight threads, with right and wrong inputs at once."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from grucli.errors import DataError
from grucli.prediction.classifier import Classifier
from tests.attacks import models

THREADS = 8
TEXTS = ["good film", "bad bad day", "", "new 中 words", "film " * 30, "day\x00 good"]
WRONG = {"classify": [3, None, b"good"], "series": ["a text", [1.0, float("inf")], [[1.0]], []]}
RIGHT = {"classify": TEXTS, "series": [[[k, 1.0]] * (k + 1) for k in range(6)]}


@pytest.mark.rigs
@pytest.mark.parametrize("kind", RIGHT)
def test_every_answer_is_right_whatever_other_threads_ask(kind, cases, tmp_path):
    model = Classifier.load(str(models.file(kind, tmp_path)))
    inputs = RIGHT[kind]
    wanted = [model.predict([one])[0] for one in inputs]

    def ask(seed):
        rng = random.Random(seed)
        for _ in range(cases(20)):
            order = rng.choices(range(len(inputs)), k=rng.choice((1, 3, 40)))
            asked = [inputs[k] for k in order]
            if rng.random() < 0.3:
                with pytest.raises((TypeError, DataError)):
                    model.predict([*asked, rng.choice(WRONG[kind])])
            if model.predict(asked) != [wanted[k] for k in order]:
                return seed
        return None

    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(ask, range(THREADS))) == {None}
