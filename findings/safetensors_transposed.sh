#!/usr/bin/env bash
# Package:  safetensors 0.8.0, numpy 2.4.6 (70 MB)
# Expected: the weights of a network, turned from the layout of one library into that of another by a
#           transposition, come back from a file as they were saved, as they do from an .npz of NumPy.
# Seen:     safetensors.numpy.save_file writes the numbers in the order in which they lie in memory,
#           under the shape of the transposed array: they come back scrambled, without an error or a
#           warning. A recurrent kernel of equal sides has the right shape and the wrong numbers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet safetensors==0.8.0 numpy==2.4.6
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

import numpy as np
from safetensors.numpy import load_file, save_file

kernel = np.arange(6, dtype=np.float32).reshape(2, 3)  # (inputs, units), as some libraries have it
weight = kernel.T  # (units, inputs), as others do
save_file({"rnn.weight_ih_l0": weight}, "weights.safetensors")
np.savez("weights.npz", weight=weight)
seen = load_file("weights.safetensors")["rnn.weight_ih_l0"]
print("expected:", weight.tolist(), "(and from an .npz", np.load("weights.npz")["weight"].tolist(), end=")\n")
print("seen:    ", seen.tolist())
save_file({"rnn.weight_ih_l0": np.ascontiguousarray(weight)}, "copied.safetensors")
copied = load_file("copied.safetensors")["rnn.weight_ih_l0"]
print("copied before it is saved:", copied.tolist())
right = [np.array_equal(each, weight) for each in (seen, copied)]
if right != [False, True] or seen.shape != weight.shape:
    sys.exit("the behaviour has changed")
PYTHON
