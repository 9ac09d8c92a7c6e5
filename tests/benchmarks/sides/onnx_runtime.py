"""ONNX Runtime: the GRU operator, forward only."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from tests.benchmarks import work

_options = onnxruntime.SessionOptions()


def setup(threads):
    _options.intra_op_num_threads = threads
    _options.inter_op_num_threads = 1


def _session(nodes, weights, inputs, output, shape):
    graph = helper.make_graph(
        nodes,
        "gru",
        [helper.make_tensor_value_info(*each) for each in inputs],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opsets = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    onnx.checker.check_model(model)
    providers = ["CPUExecutionProvider"]
    return onnxruntime.InferenceSession(model.SerializeToString(), _options, providers)


def _gru(row, x, lengths, outputs):
    weights = {
        "W": 0.1 * work.normal(1, 3 * row.hidden, row.inputs),
        "R": 0.1 * work.normal(1, 3 * row.hidden, row.hidden),
        "B": 0.1 * work.normal(1, 6 * row.hidden),
    }
    names = [x, *weights, *([lengths] if lengths else [])]
    options = {"hidden_size": row.hidden, "linear_before_reset": 1}
    return helper.make_node("GRU", names, outputs, **options), weights


def layer(row):
    node, weights = _gru(row, "x", None, ["y"])
    shape, states = [row.steps, row.batch, row.inputs], [row.steps, 1, row.batch, row.hidden]
    session = _session([node], weights, [("x", TensorProto.FLOAT, shape)], "y", states)
    x = work.normal(*shape)
    return {"forward": lambda: session.run(None, {"x": x})}


def text(row):
    lengths = "lengths" if row.ragged else None
    gru, weights = _gru(row, "x", lengths, ["", "last"])
    weights["table"] = work.normal(row.vocabulary + work.FIRST_TOKEN, row.inputs)
    weights["axis"] = np.array([0])
    weights["head"], weights["head_bias"] = work.normal(row.hidden, 1), work.normal(1)
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["x"]),
        gru,
        helper.make_node("Squeeze", ["last", "axis"], ["state"]),
        helper.make_node("Gemm", ["state", "head", "head_bias"], ["logits"]),
    ]
    ids, all_lengths = work.padded(work.sequences(row))
    feed = {"ids": ids.T.copy()}
    inputs = [("ids", TensorProto.INT32, [row.steps, row.batch])]
    if row.ragged:
        feed["lengths"] = all_lengths.astype("int32")
        inputs.append(("lengths", TensorProto.INT32, [row.batch]))
    session = _session(nodes, weights, inputs, "logits", [row.batch, 1])
    return {"forward": lambda: session.run(None, feed)}
