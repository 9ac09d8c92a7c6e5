"""Text classification in Keras: TextVectorization, Embedding with a mask, bidirectional GRU."""

import csv
import gzip
import json
import sys
import time

import keras
import numpy as np
import tensorflow as tf

folder, (threads, seed), split, place = sys.argv[1], map(int, sys.argv[2:4]), *sys.argv[4:]
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
keras.utils.set_random_seed(seed)
MAX_TOKENS, MAX_LENGTH = 30000, 100


def read(name):
    with gzip.open(f"{folder}/{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["label"] for row in rows]


def spaced(text):
    """Lower case, punctuation apart."""
    return tf.strings.regex_replace(tf.strings.lower(text), r"([^\w\s])", r" \1 ")


train, test = read("train"), read("test")
classes = sorted(set(train[1]))
vectorize = keras.layers.TextVectorization(
    max_tokens=MAX_TOKENS,
    standardize=spaced if split == "word" else "lower",
    split="whitespace" if split == "word" else "character",
)
vectorize.adapt(tf.data.Dataset.from_tensor_slices(train[0]).batch(512))


def batches(texts, labels, shuffle):
    data = tf.data.Dataset.from_tensor_slices((texts, [classes.index(y) for y in labels]))
    if shuffle:
        data = data.shuffle(len(texts))
    data = data.batch(32)
    data = data.map(lambda x, y: (vectorize(x)[:, :MAX_LENGTH], y), tf.data.AUTOTUNE)
    return data.prefetch(tf.data.AUTOTUNE)


model = keras.Sequential(
    [
        keras.layers.Embedding(vectorize.vocabulary_size(), 64, mask_zero=True),
        keras.layers.Bidirectional(keras.layers.GRU(64)),
        keras.layers.Dense(len(classes)),
    ]
)
model.compile(
    keras.optimizers.Adam(1e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(batches(*train, shuffle=True), epochs=5, verbose=0, shuffle=False)
model.save_weights(f"{place}/model.weights.h5")

began = time.perf_counter()
logits = model.predict(batches(*test, shuffle=False), verbose=0)
right = np.array(classes)[logits.argmax(axis=1)] == np.array(test[1])
print(json.dumps({"accuracy": right.mean(), "scoring_s": time.perf_counter() - began}))
