"""Random Keras models: files as Keras 3.15 writes them, and their answers by its own equations.

Nothing here knows how grucli names or orders an array. What Keras itself writes and answers is
compared in `test_keras_peer.py`.
"""

import io
import json
import zipfile

import h5py
import numpy as np

STANDARD = {"trainable": True, "dtype": {"module": "keras", "class_name": "DTypePolicy"}}


def layer(kind, name, module="keras.layers", registered=None, **config):
    """Return a layer as it stands in a config."""
    return {
        "module": module,
        "class_name": kind,
        "config": {"name": name, **STANDARD, **config},
        "registered_name": registered,
    }


def recurrent(kind, name, units, **more):
    """Return a recurrent layer with the settings of Keras that are usual."""
    usual = {
        "units": units,
        "activation": "tanh",
        "use_bias": True,
        "return_sequences": False,
        "return_state": False,
        "go_backwards": False,
        "stateful": False,
        "dropout": 0.0,
    }
    if kind == "GRU":
        usual |= {"recurrent_activation": "sigmoid", "reset_after": True}
    return layer(kind, name, **usual | more)


def both_ways(inner, name, **more):
    """Return a Bidirectional layer around a recurrent one."""
    ways = {
        key: {**inner, "config": {**inner["config"], "go_backwards": backwards}}
        for key, backwards in (("layer", False), ("backward_layer", True))
    }
    return layer("Bidirectional", name, **{"merge_mode": "concat", **ways, **more})


def dense(units, activation="softmax", name="dense", **more):
    """Return a dense layer."""
    return layer("Dense", name, units=units, activation=activation, use_bias=True, **more)


def sequential(*layers):
    """Return the config of layers one after another."""
    return {"module": "keras", "class_name": "Sequential", "config": {"layers": list(layers)}}


def functional(layers, inputs, outputs):
    """Return the config of a graph.

    Args:
        layers: (layer, names of what it reads, names of the masks that it is given).
        inputs, outputs: [name, 0, 0].
    """
    found = []
    for one, read, masks in layers:
        nodes = [_tensor(name) for name in read]
        is_list = one["class_name"] == "Concatenate"
        node = {
            "args": [nodes] if is_list else nodes,
            "kwargs": {"mask": _tensor(masks[0])} if masks else {},
        }
        name = one["config"]["name"]
        found.append({**one, "name": name, "inbound_nodes": [node] if read else []})
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {"layers": found, "input_layers": inputs, "output_layers": outputs},
    }


def _tensor(name):
    history = {"shape": [None, None, 4], "dtype": "float32", "keras_history": [name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": history}


def weights_of(rng, kind, input_size, units, *, reset_after=True, use_bias=True, scale=0.7):
    """Return kernel, recurrent kernel and bias, all random."""
    columns = {"GRU": 3, "SimpleRNN": 1}[kind] * units
    arrays = [rng.normal(0, scale, (input_size, columns)), rng.normal(0, scale, (units, columns))]
    if use_bias:
        two_rows = kind == "GRU" and reset_after
        arrays.append(rng.normal(0, scale, (2, columns) if two_rows else columns))
    return [array.astype(np.float32) for array in arrays]


def write(path, config, weights, *, compression=zipfile.ZIP_STORED, without=()):
    """Write a `.keras` file; `weights` has lists of arrays by the place of their layer."""
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        file.create_group("vars")
        for place, arrays in weights.items():
            group = file.create_group(f"{place}/vars")
            for number, array in enumerate(arrays):
                group[str(number)] = array
    write_members(path, json.dumps(config), held.getvalue(), compression, without)
    return path


def write_members(path, config, weights, compression=zipfile.ZIP_STORED, without=()):
    members = {"metadata.json": "{}", "config.json": config, "model.weights.h5": weights}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            if name not in without:
                archive.writestr(name, data)


# Answers


def states(kind, x, arrays, *, reset_after=True, backwards=False):
    """Return (T, H) the states after each step of x (T, I), in the order of time.

    Source: Keras's documentation of GRU and SimpleRNN; columns z | r | h.
    """
    kernel, inner = (array.astype(np.float64) for array in arrays[:2])
    units = len(inner)
    bias = arrays[2].astype(np.float64) if len(arrays) > 2 else np.zeros(kernel.shape[1])
    own, recurrent_bias = bias if bias.ndim == 2 else (bias, np.zeros_like(bias))
    h, found = np.zeros(units), []
    for step in x[::-1] if backwards else x:
        given = step @ kernel + own
        if kind == "SimpleRNN":
            h = np.tanh(given + h @ inner)
            found.append(h)
            continue
        z, r = (
            _sigmoid(given[part] + h @ inner[:, part] + recurrent_bias[part])
            for part in (slice(units), slice(units, 2 * units))
        )
        last = slice(2 * units, None)
        if reset_after:
            candidate = np.tanh(given[last] + r * (h @ inner[:, last] + recurrent_bias[last]))
        else:
            candidate = np.tanh(given[last] + (r * h) @ inner[:, last])
        h = z * h + (1 - z) * candidate
        found.append(h)
    return np.array(found[::-1] if backwards else found)


def both_states(kind, x, forward, backward, **more):
    """Return (T, 2 H) and (2 H,) of a Bidirectional layer: of each step, and of its last states."""
    ahead = states(kind, x, forward, **more)
    behind = states(kind, x, backward, backwards=True, **more)
    return np.concatenate((ahead, behind), axis=1), np.concatenate((ahead[-1], behind[0]))


def softmax(logits):
    """Return probabilities of logits (..., C)."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


sigmoid = _sigmoid
