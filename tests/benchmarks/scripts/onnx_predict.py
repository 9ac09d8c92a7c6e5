"""Classify the lines of stdin with ONNX Runtime: MODEL.npz (its .onnx beside it), BATCH.

With a batch of 1 each line is answered as it comes. Else all are read, sorted by length, and
answered in batches of one length: no padding and no mask.
"""

import json
import sys
from itertools import groupby

import numpy as np
import onnxruntime

path, batch = sys.argv[1], int(sys.argv[2])
saved = np.load(path)
first, second = json.loads(saved["meta"].tobytes())["labels"]
tokens = saved["vocabulary"].tobytes().decode().split("\n")[:-1]
ids = {token: k for k, token in enumerate(tokens, 2)}
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
model = path.removesuffix(".npz") + ".onnx"
session = onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])


def probabilities(rows):
    """Return a list of the probability of the second label of rows of one length."""
    return session.run(None, {"ids": np.array(rows, np.int32).T})[0][:, 0].tolist()


def show(p):
    print(f"{second}\t{p:.6f}" if p > 0.5 else f"{first}\t{1 - p:.6f}")


encoded = ([ids.get(word, 0) for word in line.split()] for line in sys.stdin)
if batch == 1:
    for row in encoded:
        show(probabilities([row])[0])
else:
    rows = list(encoded)
    answers = [0.0] * len(rows)
    order = sorted(range(len(rows)), key=lambda k: len(rows[k]))
    for _, group in groupby(order, key=lambda k: len(rows[k])):
        same = list(group)
        for start in range(0, len(same), batch):
            chosen = same[start : start + batch]
            found = probabilities([rows[k] for k in chosen])
            for k, p in zip(chosen, found, strict=True):
                answers[k] = p
    for p in answers:
        show(p)
