"""The classic program in Keras: GRU(128) -> one sigmoid unit."""

import json
import sys
import time

import keras
import numpy as np
import tensorflow as tf

folder, (threads, seed) = sys.argv[1], map(int, sys.argv[2:])
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
keras.utils.set_random_seed(seed)
train, test = (np.load(f"{folder}/{name}.npz") for name in ("train", "test"))

model = keras.Sequential(
    [
        keras.Input((10, 64)),
        keras.layers.GRU(128),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(keras.optimizers.Adam(1e-3), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(train["X"], train["y"], batch_size=32, epochs=10, verbose=0)
model.save(f"{folder}/model.keras")

began = time.perf_counter()
accuracy = model.evaluate(test["X"], test["y"], verbose=0)[1]
print(json.dumps({"accuracy": accuracy, "scoring_s": time.perf_counter() - began}))
