"""How alike models are inside, against literal formulas and models made alike by hand."""

import numpy as np
import pytest

from grucli.data.text.encoder import TextEncoder
from grucli.data.text.vocabulary import Vocabulary
from grucli.inspection.similarity import CrossMoments, match, weight_changes
from tests.inspection.helpers import random_model
from tests.inspection.reports import text_model


def moments(x, y, pieces=3):
    found = CrossMoments(x.shape[1], y.shape[1])
    for some in np.array_split(np.arange(len(x)), pieces):
        found.add(x[some], y[some])
    return found


def test_alignment_and_correlations_are_those_of_the_whole():
    rng = np.random.default_rng(0)
    x = rng.normal(1e3, 1, (50, 4))
    y = np.hstack((x[:, :2] @ rng.normal(size=(2, 2)), rng.normal(size=(50, 3))))
    found = moments(x, y)
    a, b = x - x.mean(axis=0), y - y.mean(axis=0)
    gram_a, gram_b = a @ a.T, b @ b.T  # the definition by kernels
    sizes = np.sqrt((gram_a * gram_a).sum() * (gram_b * gram_b).sum())
    assert found.cka() == pytest.approx((gram_a * gram_b).sum() / sizes)
    assert found.correlation() == pytest.approx(np.corrcoef(x.T, y.T)[:4, 4:])


def test_alignment_does_not_see_rotation_and_scale():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(40, 5))
    turn, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    assert moments(x, 3 * x @ turn + 2).cka() == pytest.approx(1)
    assert moments(x, np.ones((40, 2))).cka() is None
    assert moments(x, np.ones((40, 2))).correlation().tolist() == np.zeros((5, 2)).tolist()


def test_units_find_their_match_in_any_order_and_sign():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(90, 6))
    order, signs = rng.permutation(6), rng.choice([-1, 1], 6)
    correlation = moments(x, (x * signs)[:, order] + rng.normal(0, 0.1, (90, 6))).correlation()
    found = match(correlation, same_start=False)
    assert [one.second for one in found] == np.argsort(order).tolist()
    assert [np.sign(one.correlation) for one in found] == signs.tolist()
    assert min(abs(one.correlation) for one in found) > 0.98
    apart = match(correlation, same_start=True)
    assert [(one.first, one.second) for one in apart] == [(k, k) for k in range(6)]
    assert len(match(correlation[:, :4], same_start=False)) == 4


def test_weights_are_compared_where_shapes_match_and_vectors_token_by_token():
    first = text_model(random_model(seed=1))
    second = text_model(random_model(seed=1))
    second.model.params.flat[:] *= 2
    changes = {one.name: one for one in weight_changes(first, second)}
    assert changes["embedding_weight"].cosine == pytest.approx(1)
    assert changes["embedding_weight"].relative == 0
    assert changes["layer0_weight_hh"].cosine == pytest.approx(1)
    assert changes["layer0_weight_hh"].relative == pytest.approx(1)
    words = ("very", "new", "good", "filler", "more")
    other = text_model(random_model(seed=2, hidden_size=5))
    other = type(other)(**{**vars(other), "encoder": TextEncoder(Vocabulary(words), "space", 9)})
    ours, theirs = first.model.table[[5, 4, 2]], other.model.table[[2, 4, 5]]
    table, *others = weight_changes(first, other)
    assert (table.name, table.rows) == ("embedding_weight", 3)
    assert table.relative == pytest.approx(np.linalg.norm(theirs - ours) / np.linalg.norm(ours))
    assert "layer0_weight_hh" not in [one.name for one in others]
