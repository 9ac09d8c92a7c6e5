"""Write MODEL.npz of grucli as MODEL.onnx: Gather, GRU, pooling, head; batches of one length."""

import json
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

path = sys.argv[1]
saved = np.load(path)
architecture = json.loads(saved["meta"].tobytes())["architecture"]
hidden, directions = architecture["hidden_size"], 1 + architecture["bidirectional"]
kinds = architecture["pooling"]


def blocks(name):
    """Return a parameter with the gates in ONNX's order: update, reset, candidate."""
    array = saved[f"param_layer0_{name}"]
    by_gate = array.reshape(directions, 3, hidden, -1)[:, [1, 0, 2]]
    return by_gate.reshape(array.shape)


recurrent_bias = np.zeros((directions, 3 * hidden), np.float32)
recurrent_bias[:, 2 * hidden :] = saved["param_layer0_bias_hn"]
weights = {
    "table": saved["param_embedding_weight"],
    "W": blocks("weight_ih"),
    "R": blocks("weight_hh"),
    "B": np.concatenate([blocks("bias"), recurrent_bias], axis=1),
    "head": saved["param_head_weight"],
    "head_bias": saved["param_head_bias"],
    "flat": np.array([0, len(kinds) * directions * hidden]),
}
direction = "bidirectional" if directions == 2 else "forward"
options = {"hidden_size": hidden, "linear_before_reset": 1, "direction": direction}
pooled = {
    "last": helper.make_node("Identity", ["final"], ["last"]),
    "mean": helper.make_node("ReduceMean", ["states"], ["mean"], axes=[0], keepdims=0),
    "max": helper.make_node("ReduceMax", ["states"], ["max"], axes=[0], keepdims=0),
}
nodes = [
    helper.make_node("Gather", ["table", "ids"], ["x"]),
    helper.make_node("GRU", ["x", "W", "R", "B"], ["states", "final"], **options),
    *(pooled[kind] for kind in kinds),  # each (directions, B, H)
    helper.make_node("Concat", kinds, ["parts"], axis=0),
    helper.make_node("Transpose", ["parts"], ["by_row"], perm=[1, 0, 2]),
    helper.make_node("Reshape", ["by_row", "flat"], ["features"]),
    helper.make_node("Gemm", ["features", "head", "head_bias"], ["logits"], transB=1),
    helper.make_node("Sigmoid", ["logits"], ["probabilities"]),
]
graph = helper.make_graph(
    nodes,
    "grucli",
    [helper.make_tensor_value_info("ids", TensorProto.INT32, ["T", "B"])],
    [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["B", 1])],
    [numpy_helper.from_array(array, name) for name, array in weights.items()],
)
opsets = [helper.make_opsetid("", 17)]
model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, path.removesuffix(".npz") + ".onnx")
