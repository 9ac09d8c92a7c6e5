"""A plain bidirectional GRU in Keras: an embedding (or numbers), three poolings, early stopping.

    python -m tests.benchmarks.quality.peer_gru TRAIN TEST SEED

Texts are words, or characters where more than a third of held-out words are new.
"""

import json
import re
import sys
from collections import Counter

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tests.benchmarks.quality import rows

UNITS, EMBEDDING, DROPOUT, RATE = 64, 64, 0.3, 2e-3
BATCH = 32
EPOCHS, PATIENCE = 50, 5
STEPS_EPOCHS, STEPS_PATIENCE = 1500, 200  # at least, where an epoch has few steps
MOST_TOKENS, MOST_STEPS = 30_000, 400
MOST_NEW = 1 / 3
FIRST_TOKEN = 2  # ids below it are padding and unknown


def words(text):
    return re.findall(r"\w+|[^\w\s]", text.lower())


def characters(text):
    return list(text.lower())


def main(train, test, seed):
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(seed)
    inputs, labels = rows.read(train)
    kept, held = rows.held_out(labels, seed)
    encode, chosen = _encoder([inputs[k] for k in kept], [inputs[k] for k in held])
    x, names = encode(inputs), np.unique(labels)
    y = np.searchsorted(names, labels)
    model = _model(x, len(names))
    model.compile(keras.optimizers.Adam(RATE), "sparse_categorical_crossentropy")
    _fit(model, (x[kept], y[kept]), (x[held], y[held]))
    inputs, labels = rows.read(test)
    answers = names[model.predict(encode(inputs), verbose=0).argmax(axis=1)]
    print(json.dumps(rows.scores(labels, answers) | {"chosen": chosen}))


def _fit(model, train, valid):
    """Train until the loss on `valid` has not fallen for a while, and keep the best epoch."""
    steps = -(-len(train[0]) // BATCH)
    patience = max(PATIENCE, STEPS_PATIENCE // steps)
    epochs = max(EPOCHS, STEPS_EPOCHS // steps)
    stopping = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    options = {"batch_size": BATCH, "epochs": epochs, "verbose": 0, "callbacks": [stopping]}
    model.fit(*train, validation_data=valid, **options)


def _encoder(kept, held):
    """Return a function from inputs to padded arrays, and what was chosen."""
    if not isinstance(kept[0], str):
        steps = np.concatenate(kept)
        mean, deviation = steps.mean(axis=0), steps.std(axis=0) + 1e-6
        return lambda inputs: _padded([(each - mean) / deviation for each in inputs]), "series"
    known = {word for text in kept for word in words(text)}
    new = np.mean([word not in known for text in held for word in words(text)])
    split = characters if new > MOST_NEW else words
    counts = Counter(token for text in kept for token in split(text))
    ids = {token: k for k, (token, _) in enumerate(counts.most_common(MOST_TOKENS), FIRST_TOKEN)}
    return (
        lambda inputs: _padded([[ids.get(token, 1) for token in split(text)] for text in inputs]),
        split.__name__,
    )


def _padded(sequences):
    """Return (B, T) token ids or (B, T, D) numbers with zeros behind; of texts the beginning."""
    if isinstance(sequences[0], np.ndarray):
        return keras.utils.pad_sequences(sequences, dtype="float32", padding="post")
    longest = min(MOST_STEPS, max(map(len, sequences)))
    return keras.utils.pad_sequences(
        [each or [1] for each in sequences], longest, padding="post", truncating="post"
    )


def _model(x, num_classes):
    inputs = keras.Input((None, *x.shape[2:]), dtype=x.dtype.name)
    if x.ndim == 2:
        steps = layers.Embedding(int(x.max()) + 1, EMBEDDING)(inputs)
        mask = ops.not_equal(inputs, 0)
    else:
        steps, mask = inputs, ops.any(ops.not_equal(inputs, 0), axis=-1)
    gru = layers.Bidirectional(layers.GRU(UNITS, return_sequences=True, return_state=True))
    states, forward, backward = gru(layers.Dropout(DROPOUT)(steps), mask=mask)
    real = ops.expand_dims(ops.cast(mask, "float32"), -1)
    mean = ops.sum(states * real, axis=1) / ops.sum(real, axis=1)
    most = ops.max(states * real + 2 * (real - 1), axis=1)  # states lie in -1 to 1
    pooled = layers.Concatenate()([forward, backward, mean, most])
    outputs = layers.Dense(num_classes, "softmax")(layers.Dropout(DROPOUT)(pooled))
    return keras.Model(inputs, outputs)


if __name__ == "__main__":
    main(*sys.argv[1:3], int(sys.argv[3]))
