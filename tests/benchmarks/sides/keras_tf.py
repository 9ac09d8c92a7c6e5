"""Keras 3 on TensorFlow: layers in a compiled step, with a mask where lengths differ.

Each function is compiled as it is and by XLA; the faster one counts.
"""

import keras
import tensorflow as tf

from tests.benchmarks import work


def setup(threads):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def _compiled(function, *inputs):
    """Return a function without arguments for either way to compile."""
    ways = [tf.function(function, jit_compile=jit) for jit in (None, True)]
    return [lambda compiled=compiled: compiled(*inputs) for compiled in ways]


def layer(row):
    gru = keras.layers.GRU(row.hidden, return_sequences=True)
    x = tf.constant(work.normal(row.batch, row.steps, row.inputs))
    d_outputs = tf.constant(work.normal(row.batch, row.steps, row.hidden))
    gru(x)

    def gradients(x, d_outputs):
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = gru(x)
        return tape.gradient(outputs, [x, *gru.trainable_weights], output_gradients=d_outputs)

    return {"step": _compiled(gradients, x, d_outputs), "forward": _compiled(gru, x)}


def _model(row):
    """Return embedding if there are tokens, GRU and one logit, and their inputs."""
    layers = [keras.layers.GRU(row.hidden), keras.layers.Dense(1)]
    if not row.vocabulary:
        x = work.normal(row.batch, row.steps, row.inputs)
    else:
        x = work.padded(work.sequences(row))[0]
        size = row.vocabulary + work.FIRST_TOKEN
        layers.insert(0, keras.layers.Embedding(size, row.inputs, mask_zero=row.ragged))
    model = keras.Sequential(layers)
    x = tf.constant(x)
    model(x)
    return model, x


def text(row):
    model, x = _model(row)
    d_logits = tf.constant(work.normal(row.batch, 1))

    def gradients(x, d_logits):
        with tf.GradientTape() as tape:
            logits = model(x, training=True)
        return tape.gradient(logits, model.trainable_weights, output_gradients=d_logits)

    return {"step": _compiled(gradients, x, d_logits), "forward": _compiled(model, x)}


def classifier(row):
    model, x = _model(row)
    targets = tf.constant(work.answers(row)[:, None])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)

    def gradients(x, targets):
        with tf.GradientTape() as tape:
            value = loss(targets, model(x, training=True))
        return tape.gradient(value, model.trainable_weights)

    return {"step": _compiled(gradients, x, targets)}
