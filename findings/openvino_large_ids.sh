#!/usr/bin/env bash
# Package:  openvino 2026.4.1, onnx 1.23.2, numpy 2.4.6 (230 MB)
# Expected: two ids of symbols that differ, as 16777216 and 16777217, are not equal, and the lesser
#           one is less: integers of 32 and of 64 bits are compared as integers.
# Seen:     on the CPU they are compared as float32, which has 24 bits: the ids are equal, and a
#           table of hashed n-grams is searched in vain or finds another one's row. Differences and
#           minima of the same numbers are right, and nothing is said.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet openvino==2026.4.1 onnx==1.23.2 numpy==2.4.6
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

import numpy as np
import onnx
import openvino
from onnx import TensorProto, helper

IDS = [16777216, 16777217, 40], [16777217, 16777216, 41]
EXPECTED = {"Equal": [False] * 3, "Less": [True, False, True], "Sub": [-1, 1, -1]}
KINDS = {np.int32: TensorProto.INT32, np.int64: TensorProto.INT64}
seen = {}
for dtype, kind in KINDS.items():
    for operator in EXPECTED:
        given = [helper.make_tensor_value_info(name, kind, ["symbols"]) for name in "ab"]
        result = kind if operator == "Sub" else TensorProto.BOOL
        found = helper.make_tensor_value_info("c", result, ["symbols"])
        node = helper.make_node(operator, ["a", "b"], ["c"])
        graph = helper.make_graph([node], "ids", given, [found])
        opset = helper.make_opsetid("", 22)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, "ids.onnx")
        runtime = openvino.Core().compile_model("ids.onnx", "CPU")
        a, b = (np.array(ids, dtype) for ids in IDS)
        answer = runtime({"a": a, "b": b})[0].tolist()
        print(f"{dtype.__name__} {operator:5} expected:", EXPECTED[operator])
        print(f"{dtype.__name__} {operator:5} seen:    ", answer)
        seen[dtype, operator] = answer
wrong = {"Equal": [True, True, False], "Less": [False, False, True], "Sub": [-1, 1, -1]}
if seen != {(dtype, operator): answer for dtype in KINDS for operator, answer in wrong.items()}:
    sys.exit("the behaviour has changed")
PYTHON
