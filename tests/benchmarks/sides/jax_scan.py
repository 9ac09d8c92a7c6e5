"""JAX: a jitted GRU over `lax.scan`, all input products before it, masked where lengths differ.

Each function is compiled with the loop as it is and unrolled four times; the faster one counts.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tests.benchmarks import work

UNROLL = (1, 4)


def setup(threads):
    """Nothing to do: the environment says how many threads XLA has."""


def _weights(row):
    shapes = {"x": (row.inputs, 3 * row.hidden), "h": (row.hidden, 3 * row.hidden)}
    shapes |= {"bias": (3 * row.hidden,), "bias_n": (row.hidden,)}
    return {name: jnp.asarray(0.1 * work.normal(*shape)) for name, shape in shapes.items()}


def _gru(weights, x, mask, unroll):
    """Return the last state (B, H) and all states (T, B, H).

    Args:
        weights: of the layer.
        x: (T, B, I) inputs.
        mask: (T, B) where there is a step, or None if everywhere.
        unroll: steps in one turn of the loop.
    """

    def cell(h, now):
        products, running = now
        x_rz, x_n = jnp.split(products, [2 * h.shape[1]], axis=1)
        h_rz, h_n = jnp.split(h @ weights["h"], [2 * h.shape[1]], axis=1)
        r, z = jnp.split(jax.nn.sigmoid(x_rz + h_rz), 2, axis=1)
        n = jnp.tanh(x_n + r * (h_n + weights["bias_n"]))
        new = n + z * (h - n)
        if running is not None:
            new = jnp.where(running[:, None], new, h)
        return new, new

    start = jnp.zeros((x.shape[1], weights["h"].shape[0]), x.dtype)
    products = x @ weights["x"] + weights["bias"]
    return lax.scan(cell, start, (products, mask), unroll=unroll)


def _logits(weights, x, mask, unroll):
    """Return (B, 1); x is (T, B) ids or (T, B, I) numbers."""
    if "table" in weights:
        x = weights["table"][x]
    return _gru(weights, x, mask, unroll)[0] @ weights["head"] + weights["head_bias"]


def _compiled(make, *inputs):
    """Return a function without arguments for each way to unroll."""
    ways = [jax.jit(make(unroll)) for unroll in UNROLL]
    return [lambda way=way: jax.block_until_ready(way(*inputs)) for way in ways]


def layer(row):
    weights = _weights(row)
    x = jnp.asarray(work.normal(row.steps, row.batch, row.inputs))
    d_outputs = jnp.asarray(work.normal(row.steps, row.batch, row.hidden))

    def states(unroll):
        return lambda weights, x: _gru(weights, x, None, unroll)[1]

    def gradients(unroll):
        return lambda weights, x, d_outputs: jax.vjp(states(unroll), weights, x)[1](d_outputs)

    return {
        "step": _compiled(gradients, weights, x, d_outputs),
        "forward": _compiled(states, weights, x),
    }


def _model(row):
    """Return weights, inputs and their mask."""
    weights = _weights(row)
    weights |= {"head": jnp.asarray(work.normal(row.hidden, 1)), "head_bias": jnp.zeros(1)}
    if not row.vocabulary:
        return weights, jnp.asarray(work.normal(row.steps, row.batch, row.inputs)), None
    ids, lengths = work.padded(work.sequences(row))
    mask = jnp.asarray(np.arange(row.steps)[:, None] < lengths) if row.ragged else None
    weights["table"] = jnp.asarray(work.normal(row.vocabulary + work.FIRST_TOKEN, row.inputs))
    return weights, jnp.asarray(ids.T), mask


def text(row):
    weights, x, mask = _model(row)
    d_logits = jnp.asarray(work.normal(row.batch, 1))

    def logits(unroll):
        return lambda weights, x, mask: _logits(weights, x, mask, unroll)

    def gradients(unroll):
        def pulled(weights, x, mask, d_logits):
            return jax.vjp(lambda weights: _logits(weights, x, mask, unroll), weights)[1](d_logits)

        return pulled

    return {
        "step": _compiled(gradients, weights, x, mask, d_logits),
        "forward": _compiled(logits, weights, x, mask),
    }


def classifier(row):
    weights, x, mask = _model(row)
    targets = jnp.asarray(work.answers(row))

    def gradients(unroll):
        def loss(weights, x, mask, targets):
            logits = _logits(weights, x, mask, unroll)[:, 0]
            return jnp.mean(jax.nn.softplus(logits) - targets * logits)

        return jax.grad(loss)

    return {"step": _compiled(gradients, weights, x, mask, targets)}
