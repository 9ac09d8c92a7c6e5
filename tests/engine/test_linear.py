"""The affine head against its definition and central differences."""

import numpy as np

from grucli.engine import linear

B, F, C = 4, 3, 2


def test_forward_and_backward():
    rng = np.random.default_rng(0)
    params = {"weight": rng.normal(size=(C, F)), "bias": rng.normal(size=C)}
    x, upstream = rng.normal(size=(B, F)), rng.normal(size=(B, C))
    logits = linear.forward(params, x)
    for row in range(B):
        for c in range(C):
            expected = sum(x[row, f] * params["weight"][c, f] for f in range(F))
            np.testing.assert_allclose(logits[row, c], expected + params["bias"][c], rtol=1e-12)
    grads = {name: np.full_like(array, np.nan) for name, array in params.items()}
    d_x = linear.backward(params, x, upstream, grads)
    for array, gradient in (
        (params["weight"], grads["weight"]),
        (params["bias"], grads["bias"]),
        (x, d_x),
    ):
        for index in np.ndindex(array.shape):
            kept, values = array[index], []
            for shift in (1e-6, -1e-6):
                array[index] = kept + shift
                values.append(np.sum(linear.forward(params, x) * upstream))
            array[index] = kept
            np.testing.assert_allclose(gradient[index], (values[0] - values[1]) / 2e-6, rtol=1e-6)
