#!/usr/bin/env bash
# Package:  onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6 (210 MB)
# Expected: GatherElements turns round the steps of padded sequences (steps, rows, units), each
#           within its own length, in the reference evaluator of the standard as in onnxruntime,
#           however many steps there are.
# Seen:     up to 63 steps it does. From 64 on the evaluator raises an error of NumPy's `choose`,
#           which takes only so many arrays, though the model and the input are valid.
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
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

ROWS, UNITS = 2, 3
sizes = ["steps", "rows", "units"]
graph = helper.make_graph(
    [helper.make_node("GatherElements", ["x", "places"], ["turned"], axis=0)],
    "turn",
    [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, sizes),
        helper.make_tensor_value_info("places", TensorProto.INT64, sizes),
    ],
    [helper.make_tensor_value_info("turned", TensorProto.FLOAT, sizes)],
)
opset = helper.make_opsetid("", 22)
model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
onnx.checker.check_model(model, full_check=True)
providers = ["CPUExecutionProvider"]
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=providers)
reference = ReferenceEvaluator(model)
seen = []
for steps in (63, 64):
    lengths = np.array([steps, 5])
    step = np.arange(steps)[:, None]
    turned = np.where(step < lengths, lengths - 1 - step, step)
    places = np.repeat(turned[:, :, None], UNITS, axis=2)
    x = np.random.default_rng(0).normal(size=(steps, ROWS, UNITS)).astype(np.float32)
    expected = np.take_along_axis(x, places, axis=0)
    (found,) = session.run(None, {"x": x, "places": places})
    said = "right" if np.array_equal(found, expected) else "wrong"
    print(f"{steps} steps, expected:", said, "(onnxruntime)")
    try:
        (found,) = reference.run(None, {"x": x, "places": places})
        said = "right" if np.array_equal(found, expected) else "wrong"
    except ValueError as error:
        said = str(error)
    print(f"{steps} steps, seen:", said, "(the reference evaluator)")
    seen.append(said)
if seen[0] != "right" or "at most 64 array" not in seen[1]:
    sys.exit("the behaviour has changed")
PYTHON
