"""Integrated gradients against autograd of the literal model, and against central differences.

Covers: inspection/path_model, model/token_vectors.
"""

import dataclasses

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from grucli.data.encoded import Encoded
from grucli.engine.recurrent import CELLS
from grucli.inspection.integrated import FIRST_POINTS, MOST_POINTS, integrate
from grucli.inspection.path_model import PathModel
from grucli.model.blend import Mix
from grucli.tasks.classify.task import Classify
from tests import reference
from tests.inspection.helpers import alone, random_model
from tests.model.test_network import reference_vectors

TASK = Classify(labels=("a", "b", "c"))
FORMS = [
    *({"cell": cell} for cell in CELLS),
    {"cell": "gru", "num_layers": 2, "pooling": ("attention",)},
    {"cell": "gru", "subwords": "tokens", "buckets": 11},
    {"cell": "gru", "vocabulary_size": 0, "convolution": 2, "pooling": ("last", "mean")},
]


def scores_of(scores):
    return scores


def encoded(model, length=5, seed=3):
    rng, arch = np.random.default_rng(seed), model.architecture
    steps = rng.normal(size=(length, arch.input_size)).astype(np.float32)
    if arch.vocabulary_size:
        steps = rng.integers(2, arch.vocabulary_size, length).astype(np.int32)
    one = np.ones(1)
    return Encoded(steps=steps, lengths=np.array([length]), known=one, truncated=one < 0)


def literal_scores(model, x):
    """The O scores of one sequence of vectors (T, I), step by step."""
    arch, params, features = model.architecture, dict(model.params.items()), anp.zeros(0)
    if arch.convolution:
        front = {n.removeprefix("front"): v for n, v in params.items() if n.startswith("front")}
        x, features = reference.front(front, x, arch.convolution)
    for layer in range(arch.num_layers):
        prefix = f"layer{layer}_"
        own = {n.removeprefix(prefix): v for n, v in params.items() if n.startswith(prefix)}
        h0 = anp.zeros((arch.num_directions, arch.hidden_size))
        x, final = reference.layer(arch.cell, own, x, h0)
    pooled = reference.pool(arch.pooling, x, final, params.get("pooling_query"))
    return params["head_weight"] @ anp.concatenate((pooled, features)) + params["head_bias"]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_shares_are_those_of_autograd_at_each_point_of_the_way(form):
    model = random_model(scale=0.5, **form)
    model.mix = Mix(recurrence=0.7)
    one = encoded(model)
    path = PathModel(model, one)
    x = one.steps.astype(np.float64)
    if model.architecture.vocabulary_size:
        x = reference_vectors(model.architecture, model.table, one.steps, None)
        tokens = model.table[: model.architecture.vocabulary_size]
        assert path.baseline == pytest.approx(tokens.mean(axis=0))
    else:
        assert not path.baseline.any()
    assert path.steps == pytest.approx(np.array(x), abs=1e-12)
    weights, shares = np.array([1.0, -0.5, 0.25]), np.array([0.1, 0.6, 0.9])

    def weighed(x):
        return 0.7 * anp.dot(weights, literal_scores(model, x))

    ways = [path.baseline + share * (path.steps - path.baseline) for share in shares]
    expected = np.mean([grad(weighed)(way) for way in ways], axis=0)
    pulled = path.gradients(shares, lambda scores: np.tile(weights, (len(scores), 1)))
    assert pulled == pytest.approx(expected, abs=1e-12)
    assert path.along(shares, scores_of) @ weights == pytest.approx(
        [weighed(way) for way in ways], abs=1e-12
    )
    scores = path.replaced(np.array([[True] * len(path), [False] * len(path)]), scores_of)
    nothing = np.tile(path.baseline, (len(path), 1))
    assert scores @ weights == pytest.approx([weighed(path.steps), weighed(nothing)], abs=1e-12)


def test_effects_are_the_way_times_its_mean_gradient_and_their_gap_is_told():
    model = random_model(scale=0.5)
    path = PathModel(model, encoded(model))
    ends = np.array([[True] * len(path), [False] * len(path)])
    whole, nothing = path.replaced(ends, scores_of)
    explained = TASK.explained(whole[None], None)
    found = integrate(path, explained)
    weights = np.zeros(3)
    weights[[explained.target, explained.other]] = 1, -1
    shares = (np.arange(found.points) + 0.5) / found.points
    gradient = path.gradients(shares, lambda scores: np.tile(weights, (len(scores), 1)))
    expected = ((path.steps - path.baseline) * gradient).sum(axis=1)
    assert found.effect == pytest.approx(expected)
    assert found.gap == pytest.approx(weights @ (whole - nothing))
    assert found.error == pytest.approx(abs(expected.sum() - found.gap) / abs(found.gap))


def test_steps_are_replaced_where_they_stand():
    model = random_model()
    one = encoded(model)
    path = PathModel(model, one)
    kept = np.array([[1, 1, 0, 1, 0], [0] * 5, [1] * 5], bool)
    found = path.replaced(kept, scores_of)
    for mask, scores in zip(kept, found, strict=True):
        x = np.where(mask[:, None], path.steps, path.baseline)
        assert scores == pytest.approx(literal_scores(model, x), abs=1e-12)
    assert found[2] == pytest.approx(alone(model, one.steps))


def test_points_are_doubled_until_the_sum_fits_or_it_is_said_that_it_does_not():
    smooth, steep = random_model(scale=0.3), random_model(scale=4.0)
    explained = dataclasses.replace(TASK.explained(np.eye(3)[:1], None), target=0, other=1)
    easy = integrate(PathModel(smooth, encoded(smooth)), explained)
    assert (easy.points, easy.is_reached) == (FIRST_POINTS, True)
    hard = integrate(PathModel(steep, encoded(steep, length=12)), explained)
    assert hard.points > FIRST_POINTS
    assert hard.points == MOST_POINTS or hard.is_reached
