#!/usr/bin/env bash
# Package:  onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6 (210 MB)
# Expected: the reference evaluator of the standard, which is there to check other runtimes, gives
#           what the standard says of a GRU with the input sequence_lens: the last state of a row is
#           the one after its own length, as in onnxruntime, and as of that row by itself.
# Seen:     it takes no notice of sequence_lens. All rows are run to the end of the padding, without
#           an error or a warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

STEPS, ROWS, INPUTS, UNITS = 5, 2, 3, 4
rng = np.random.default_rng(0)
weights = {
    "W": rng.normal(size=(1, 3 * UNITS, INPUTS)).astype(np.float32),
    "R": rng.normal(size=(1, 3 * UNITS, UNITS)).astype(np.float32),
}
x = rng.normal(size=(STEPS, ROWS, INPUTS)).astype(np.float32)
lengths = np.array([STEPS, 2], np.int32)

node = helper.make_node("GRU", ["X", "W", "R", "", "lengths"], ["", "last"], hidden_size=UNITS)
graph = helper.make_graph(
    [node],
    "gru",
    [
        helper.make_tensor_value_info("X", TensorProto.FLOAT, ["steps", "rows", INPUTS]),
        helper.make_tensor_value_info("lengths", TensorProto.INT32, ["rows"]),
    ],
    [helper.make_tensor_value_info("last", TensorProto.FLOAT, [1, "rows", UNITS])],
    [numpy_helper.from_array(array, name) for name, array in weights.items()],
)
opset = helper.make_opsetid("", 22)
model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
onnx.checker.check_model(model, full_check=True)
providers = ["CPUExecutionProvider"]
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=providers)


def last(runtime, steps, lengths):
    """Return the last state of row 1."""
    (found,) = runtime.run(None, {"X": x[:steps], "lengths": np.array(lengths, np.int32)})
    return found[0, 1]


reference = ReferenceEvaluator(model)
alone, runtime = last(session, 2, [2, 2]), last(session, STEPS, [STEPS, 2])
seen, padded = last(reference, STEPS, [STEPS, 2]), last(session, STEPS, [STEPS, STEPS])
print("expected:   ", alone, "(two steps by themselves)")
print("onnxruntime:", runtime)
print("seen:       ", seen, "(the reference evaluator)")
print("all steps:  ", padded)
pairs = (alone, runtime), (seen, padded), (seen, alone)
if [np.allclose(*pair, atol=1e-5) for pair in pairs] != [True, True, False]:
    sys.exit("the behaviour has changed")
PYTHON
