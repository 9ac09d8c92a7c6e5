"""Models made by hand, and the literal forward pass that shows its gates."""

import numpy as np

from grucli.inspection.report import InspectionSettings
from grucli.model.network import Model
from tests.examples import joined
from tests.model.test_network import architecture
from tests.reference import sigmoid

SETTINGS = InspectionSettings(sample=512, seed=0, saturation=(0.1, 0.9))


def random_model(seed=0, scale=0.7, **changes):
    rng = np.random.default_rng(seed)
    model = Model(architecture(**changes))
    model.params.flat[:] = rng.normal(0, scale, model.params.flat.size)
    model.table[...] = rng.normal(size=model.table.shape)
    return model


def random_tokens(lengths, vocabulary_size=7, seed=1):
    rng = np.random.default_rng(seed)
    return [rng.integers(2, vocabulary_size, n).astype(np.int32) for n in lengths]


def blocks(model, layer=0):
    """The weights of a layer as (D, 3, H, …) views with blocks r | z | n."""
    arch = model.architecture
    shape = (arch.num_directions, 3, arch.hidden_size)
    own = model.params.within(f"layer{layer}_")
    views = {name: own[name].reshape(*shape, -1) for name in ("weight_ih", "weight_hh", "bias")}
    return {**views, "bias_hn": own["bias_hn"]}


def literal(model, ids):
    """Run one text step by step: {(layer, direction): (T, 4, H) of r, z, n, h in reading order}."""
    x, traces = model.table[ids], {}
    for layer in range(model.architecture.num_layers):
        p, outputs = blocks(model, layer), []
        for d in range(model.architecture.num_directions):
            h, steps = np.zeros(model.architecture.hidden_size), []
            for x_t in x[::-1] if d else x:
                (w, u, b) = p["weight_ih"][d], p["weight_hh"][d], p["bias"][d][..., 0]
                r = sigmoid(w[0] @ x_t + b[0] + u[0] @ h)
                z = sigmoid(w[1] @ x_t + b[1] + u[1] @ h)
                n = np.tanh(w[2] @ x_t + b[2] + r * (u[2] @ h + p["bias_hn"][d]))
                h = (1 - z) * n + z * h
                steps.append((r, z, n, h))
            traces[layer, d] = np.array(steps)
            states = traces[layer, d][:, 3]
            outputs.append(states[::-1] if d else states)
        x = np.concatenate(outputs, axis=1)
    return traces


def alone(model, ids):
    """Logits of one sequence, run by itself; a single logit stands beside 0."""
    from grucli.data.batches import pack
    from grucli.model.runner import Runner

    logits = Runner(model).forward(pack(joined([ids]), np.array([0])))[0]
    return np.array([0.0, logits[0]]) if len(logits) == 1 else logits.copy()


def softmax(logits):
    return np.exp(logits) / np.exp(logits).sum()


FILLER, CUE_0, CUE_1 = 2, 3, 4


def recall_model():
    """Two classes by hand: keep is 1 at a filler and 0 at a cue, so the last cue decides."""
    model = Model(
        architecture(
            num_outputs=1, bidirectional=False, pooling=("last",), hidden_size=1, input_size=2
        )
    )
    model.table[...] = 0
    model.table[CUE_0], model.table[CUE_1] = (-1, 1), (1, 1)
    p = blocks(model)
    p["weight_ih"][0, 2, 0] = (3, 0)  # candidate: the sign
    p["weight_ih"][0, 1, 0] = (0, -80)  # keep: not at a cue
    p["bias"][0, 1] = 40
    model.params["head_weight"][...] = 5
    model.params["head_bias"][...] = -1e-3  # without any cue: class 0
    return model


def forgetful_model(keep):
    """The same, but at a filler keep is so much: a class 1 counts while 5 keep^k > 1e-3."""
    model = recall_model()
    blocks(model)["bias"][0, 1] = np.log(keep / (1 - keep))
    return model
