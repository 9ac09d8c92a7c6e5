"""The checks of the gradients are checked: each bug planted in the engine must fail one of them.

A bug is a change of one passage of a module's source. The changed source is run as a module of its
own, whose functions stand in for the real ones while the same checks run that guard the engine.
"""

import inspect
from types import ModuleType

import pytest

from grucli.engine import (
    embedding,
    gated,
    gru,
    gru_before,
    linear,
    losses,
    packing,
    pooling,
    recurrent,
    rnn,
)
from tests import test_model
from tests.engine.helpers import RAGGED, LayerCheck


def check_gru():
    check_layer("gru")


def check_gru_before():
    check_layer("gru_before")


def check_rnn():
    check_layer("rnn")


def check_layer(cell):
    for directions in (1, 2):
        check = LayerCheck(cell, directions, RAGGED)
        check.check_against_autograd()
        check.check_start_at_zero()


def check_model():
    for changes in ({"pooling": ("max", "attention", "last", "mean")}, {"num_classes": 2}):
        arch = test_model.architecture(**changes)
        test_model.test_loss_and_gradients_equal_autograd_of_the_reference(arch)


FEW_VALUES = 24
FROM_FOLLOWING_STEP = "d_h[:, :following] += d_h0[:, :following]"
MIRROR_INPUTS = "np.take(x, packing.mirror, axis=0, out=x_by_direction[1])"
START = "states[:, :B] = 0 if h0 is None else h0"
START_IF_GIVEN = "if h0 is not None:\n        states[:, :B] = h0"

GRU = {
    "r and z swapped among the recurrent weights": ("rz += product[:2]", "rz += product[1::-1]"),
    "recurrent weight transposed": (
        'weight_h = params["weight_hh"].reshape(D, 3, H, H).swapaxes(0, 1)',
        'weight_h = params["weight_hh"].reshape(D, 3, H, H).transpose(1, 0, 3, 2)',
    ),
    "update gate inverted": ("new *= rz[1]", "new *= 1 - rz[1]"),
    "reset before the bias": (
        "np.add(product[2], bias_hn, out=hn)",
        "np.add(product[2], bias_hn / rz[0], out=hn)",
    ),
    "reset dropped in backward": ("hn[...] = r\n", "hn[...] = 1\n"),
    "tanh slope dropped": ("n *= n\n    np.subtract(1, n, out=n)", "n[...] = 1"),
    "slope of r dropped": ("np.subtract(1, r, out=slope)\n    slope *= r\n", "slope[...] = 1\n"),
    "keep gate missing in the slope of z": ("slope *= keep", "pass"),
    "candidate not scaled by 1 - z": ("n *= z", "pass"),
    "candidate missing in the slope of r": ("slope *= hn", "pass"),
    "keep path dropped": ("np.multiply(d_h, kept, out=parts[3])", "parts[3] = 0"),
    "keep path through 1 - z": ("np.multiply(d_h, kept,", "np.multiply(d_h, 1 - kept,"),
    "z of the block's first steps": (
        "keep[:, rows.start - block.start : rows.stop - block.start]",
        "keep[:, :k]",
    ),
    "inputs of the block before": (
        "np.matmul(x[:, block]",
        "np.matmul(x[:, : block.stop - block.start]",
    ),
    "following step forgotten": (FROM_FOLLOWING_STEP, "pass"),
    "following step added to the wrong rows": (
        FROM_FOLLOWING_STEP,
        "d_h[:, k - following :] += d_h0[:, :following]",
    ),
    "finished rows take a leftover": (FROM_FOLLOWING_STEP, "d_h += d_h0[:, :k]"),
    "first step's gradient of the state forgotten": (
        "for step in reversed(steps)",
        "for step in reversed(range(max(steps[0], 1), steps[-1] + 1))",
    ),
    "state after instead of before in the weight gradient": (
        'previous = tape["states"][:, packing.previous]',
        'previous = tape["states"][:, packing.batch_size :]',
    ),
    "state after instead of before in the slope of z": (
        'np.subtract(packing.before(tape["states"], block), n',
        'np.subtract(tape["states"][:, packing.batch_size :][:, block], n',
    ),
    "candidate's recurrent weight from d_n": (
        "d_gates[1:].swapaxes",
        "d_gates[[1, 2, 0]].swapaxes",
    ),
    "r and z swapped in the recurrent gradients": (
        "d_gates[1:].swapaxes",
        "d_gates[[2, 1, 3]].swapaxes",
    ),
    "bias_hn from d_n": ("np.add.reduce(d_gates[3]", "np.add.reduce(d_gates[0]"),
    "initial state ignored": ("= 0 if h0 is None else h0", "= 0"),
    "initial state of an earlier batch": (START, START_IF_GIVEN),
}

GATED = {
    "r and z swapped among the input weights": ("order = [2, 0, 1]", "order = [2, 1, 0]"),
    "r and z swapped in the gradients": (
        "(d_gates[1], d_gates[2], d_gates[0])",
        "(d_gates[2], d_gates[1], d_gates[0])",
    ),
    "half factor missing": ("[0.5, 0.5, 1.0]", "[1.0, 1.0, 1.0]"),
    "half factor on the candidate": ("[0.5, 0.5, 1.0]", "[0.5, 0.5, 0.5]"),
    "sigmoid from -1/2 to 1/2": ("a += 0.5", "pass"),
    "bias gradient added to an earlier batch's": (
        "np.add.reduce(d_gate, axis=1, out=d_bias[:, block])",
        "d_bias[:, block] += np.add.reduce(d_gate, axis=1)",
    ),
    "inputs' gradient of the last gate alone": ("d_x += part", "d_x[...] = part"),
}

GRU_BEFORE = {
    "r and z swapped among the recurrent weights": ("rz += product\n", "rz += product[::-1]\n"),
    "reset after the product": (
        "np.matmul(rh, weight_h[2], out=product[0])",
        "np.matmul(h, weight_h[2], out=product[0])",
    ),
    "reset forgotten in the way back to the state": (
        "np.multiply(d_rh, reset[:, here], out=parts[2])",
        "parts[2] = d_rh",
    ),
    "way back through the reset state dropped": (
        "np.multiply(d_rh, reset[:, here], out=parts[2])",
        "parts[2] = 0",
    ),
    "keep path dropped": ("np.multiply(d_h, keep[:, here], out=parts[3])", "parts[3] = 0"),
    "following step forgotten": (FROM_FOLLOWING_STEP, "pass"),
    "finished rows take a leftover": (FROM_FOLLOWING_STEP, "d_h += d_h0[:, :k]"),
    "recurrent weight transposed": (
        "np.matmul(d_n, weight_h[2], out=d_rh)",
        "np.matmul(d_n, weight_h[2].swapaxes(1, 2), out=d_rh)",
    ),
    "candidate's weight from the unreset state": (
        "np.matmul(d_gates[0].swapaxes(1, 2), d_gates[3],",
        "np.matmul(d_gates[0].swapaxes(1, 2), previous,",
    ),
    "state after instead of before in the weight gradient": (
        'previous = tape["states"][:, packing.previous]',
        'previous = tape["states"][:, packing.batch_size :]',
    ),
    "tanh slope dropped": ("n *= n\n    np.subtract(1, n, out=n)", "n[...] = 1"),
    "slope of r dropped": ("np.subtract(1, r, out=r)", "r[...] = 1"),
    "state missing in the slope of r": ("r *= rh", "r *= reset"),
    "initial state of an earlier batch": (START, START_IF_GIVEN),
}

RNN = {
    "tanh slope dropped": (
        "np.multiply(states[:, B:], states[:, B:], out=d_a)\n    np.subtract(1, d_a, out=d_a)",
        "d_a[...] = 1",
    ),
    "following step forgotten": (FROM_FOLLOWING_STEP, "pass"),
    "finished rows take a leftover": (FROM_FOLLOWING_STEP, "d_h += d_h0[:, :k]"),
    "recurrent weight transposed": (
        'np.matmul(d_a[:, rows], params["weight_hh"], out',
        'np.matmul(d_a[:, rows], params["weight_hh"].swapaxes(1, 2), out',
    ),
    "state after instead of before": ("states[:, packing.previous]", "states[:, B:]"),
    "bias gradient added to an earlier batch's": (
        'np.add.reduce(d_a, axis=1, out=grads["bias"])',
        'grads["bias"][...] += np.add.reduce(d_a, axis=1)',
    ),
    "initial state of an earlier batch": (START, START_IF_GIVEN),
}

RECURRENT = {
    "inputs not mirrored": (MIRROR_INPUTS, "x_by_direction[1] = x"),
    "packed rows reversed instead of each sequence": (MIRROR_INPUTS, "x_by_direction[1] = x[::-1]"),
    "outputs not mirrored": ("*(o[packing.mirror] for o in outputs[1:])", "*outputs[1:]"),
    "gradient of the outputs not mirrored": (
        "d_outputs[packing.mirror if direction else slice(None), columns]",
        "d_outputs[:, columns]",
    ),
    "gradient of the inputs not mirrored": ("d_x[0] += d_x[1][packing.mirror]", "d_x[0] += d_x[1]"),
    "second direction's final state at its first step": (
        "_side_by_side(list(outputs[:, packing.last]))",
        "_side_by_side([outputs[0][packing.last], *outputs[1:, : packing.batch_size]])",
    ),
    "gradient of the final states in the last packed rows": (
        "d_state[packing.last] +=",
        "d_state[-packing.batch_size :] +=",
    ),
    "gradient of the first direction's columns for both": (
        "slice(direction * H, (direction + 1) * H)",
        "slice(H)",
    ),
    "gradient of an earlier batch": ("d_states.fill(0)", "pass"),
}

PACKING = {
    "state before taken one step late": (
        "self.batch_size + self.offsets[:-2]",
        "self.batch_size + self.offsets[1:-1]",
    ),
    "all lengths taken for equal": ("if self.lengths[0] == self.lengths[-1]:", "if True:"),
    "last step of all rows one early": (
        "self.offsets[self.lengths - 1]",
        "self.offsets[np.maximum(self.lengths - 2, 0)]",
    ),
}

POOLING = {
    "mean over the longest row's steps": (
        "lengths = packing.lengths[:, None].astype(outputs.dtype)",
        "lengths = packing.num_steps",
    ),
    "gradient of the mean over the longest row's steps": (
        "(d_part / packing.lengths[:, None].astype(d_part.dtype))",
        "(d_part / packing.num_steps)",
    ),
    "mean added to the wrong rows": (
        "total[: rows.stop - rows.start] +=",
        "total[rows.start - rows.stop :] +=",
    ),
    "winners of one feature for all": (
        "winners = _winners(outputs, memory[kind], packing)",
        "winners = _winners(outputs, memory[kind], packing)[:, :1]",
    ),
    "winners of the batch, not of the row": (
        "winners[packing.row[backwards], features[::-1]] = backwards",
        "winners[:, features[::-1]] = backwards",
    ),
    "the smallest wins": ("np.maximum(top", "np.minimum(top"),
    "poolings overwrite each other's gradient": (
        "d_outputs += (d_part",
        "d_outputs[...] = (d_part",
    ),
    "attention over the whole batch": (
        "np.bincount(packing.row, weights).astype(scores.dtype)[packing.row]",
        "weights.sum()",
    ),
    "softmax without its own term in the gradient": (
        "(d_weights - mean[packing.row])",
        "d_weights",
    ),
    "attention's weights without a gradient by the states": (
        'd_outputs += d_scores[:, None] * params["query"]',
        "pass",
    ),
    "attention's gradient of the query from the weights": (
        "np.matmul(d_scores, outputs",
        "np.matmul(weights, outputs",
    ),
}

EMBEDDING = {
    "last of equal tokens instead of their sum": (
        "np.add.reduceat(d_x[order], starts, axis=0)",
        "d_x[order][starts]",
    ),
    "gradients in the order of the batch": ("reduceat(d_x[order]", "reduceat(d_x"),
}

LOSSES = {
    "weights forgotten in the gradient": ("d_logits *= weights[:, None]", "pass"),
    "weights forgotten in the loss": (
        "np.sum(weights * log_q)",
        "np.sum(log_q)",
    ),
    "target forgotten in the gradient": ("d_logits[rows, targets] -= 1 - smoothing", "pass"),
    "smoothing forgotten in the gradient": ("d_logits -= spread", "pass"),
    "smoothing forgotten in the loss": (" + spread * log_p.sum(axis=1)", ""),
    "single logit speaks for class 0": (
        "d_logits[:, -logits.shape[1] :]",
        "d_logits[:, : logits.shape[1]]",
    ),
    "classes of a single logit swapped": (
        "np.concatenate((wide, -wide), axis=1)",
        "np.concatenate((-wide, wide), axis=1)",
    ),
}

LINEAR = {
    "bias gradient added to an earlier batch's": (
        'np.add.reduce(d_logits, axis=0, out=grads["bias"])',
        'grads["bias"][...] += np.add.reduce(d_logits, axis=0)',
    ),
}

PLANTED = [
    (gru, check_gru, GRU),
    (gated, check_gru, GATED),
    (gru_before, check_gru_before, GRU_BEFORE),
    (rnn, check_rnn, RNN),
    (recurrent, check_gru, RECURRENT),
    (packing, check_gru, PACKING),
    (pooling, check_model, POOLING),
    (embedding, check_model, EMBEDDING),
    (losses, check_model, LOSSES),
    (linear, check_model, LINEAR),
]
RIGS = [pytest.param(*rig[:2], id=rig[0].__name__.split(".")[-1]) for rig in PLANTED]
BUGS = [
    pytest.param(module, check, old, new, id=f"{module.__name__.split('.')[-1]}: {name}")
    for module, check, passages in PLANTED
    for name, (old, new) in passages.items()
]


def stand_in(monkeypatch, module, source):
    """Let what `source` defines stand in for what `module` defines, in blocks of a few rows."""
    for cell in (gated, gru, gru_before):
        monkeypatch.setattr(cell, "BLOCK_VALUES", FEW_VALUES)
    changed = ModuleType(module.__name__)
    exec(compile(source, f"<{module.__name__}, changed>", "exec"), vars(changed))
    for name, value in vars(changed).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(value):
            for part in set(vars(value)) - {"__dict__", "__weakref__"}:
                monkeypatch.setattr(getattr(module, name), part, vars(value)[part])
        else:
            real = getattr(module, name)
            for user in (module, gru, gru_before):  # who imported it by name
                if getattr(user, name, None) is real:
                    monkeypatch.setattr(user, name, value)


@pytest.mark.parametrize(("module", "check", "old", "new"), BUGS)
def test_a_planted_bug_is_caught(module, check, old, new, monkeypatch):
    source = inspect.getsource(module)
    assert source.count(old) == 1, "the passage to change is not there, or not once: adapt the bug"
    stand_in(monkeypatch, module, source.replace(old, new))
    with pytest.raises(AssertionError):
        check()


@pytest.mark.parametrize(("module", "check"), RIGS)
def test_the_unchanged_source_passes_in_the_same_rig(module, check, monkeypatch):
    stand_in(monkeypatch, module, inspect.getsource(module))
    check()
