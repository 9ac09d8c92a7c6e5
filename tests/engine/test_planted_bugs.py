"""The checks of the gradients are checked: each bug planted in the engine must fail one of them.

A bug is a change of one passage of a module's source. The changed source is run as a module of its
own, whose functions stand in for the real ones while the same checks run that guard the engine.
"""

import inspect
from types import ModuleType

import pytest

from grucli.engine import (
    attention,
    bags,
    chain,
    convolution,
    copying,
    embedding,
    front,
    inputs,
    linear,
    losses,
    packing,
    pooling,
    recurrent,
    row_sums,
)
from grucli.engine.cells import gated, gru, gru_before, mingru, rnn
from grucli.model import decoder, runner, token_vectors, upper_layers
from tests.engine import (
    test_attention,
    test_chain,
    test_convolution,
    test_copying,
    test_losses,
)
from tests.engine.helpers import RAGGED, LayerCheck
from tests.model import test_decoder, test_network, test_step_heads


def check_gru():
    check_layer("gru")


def check_gru_before():
    check_layer("gru_before")


def check_mingru():
    check_layer("mingru")


def check_rnn():
    check_layer("rnn")


def check_layer(cell):
    for directions in (1, 2):
        check = LayerCheck(cell, directions, RAGGED)
        check.check_against_autograd()
        check.check_start_at_zero()
        check.check_shared_rows(3)
        check.check_shared_rows(15)


def check_model():
    changed = [{"pooling": ("max", "attention", "last", "mean")}, {"num_outputs": 1}]
    for changes in [*changed, *test_network.WITH_NGRAMS]:
        arch = test_network.architecture(**changes)
        test_network.test_loss_and_gradients_equal_autograd_of_the_reference(arch)


def check_convolution():
    for lengths, width, stride in ((RAGGED, 5, 1), (RAGGED, 4, 2), ((4, 4, 4), 3, 3)):
        test_convolution.ConvolutionCheck(lengths, width, stride).check()


def check_huber():
    for delta in (0.5, 2.5):
        test_losses.test_huber_and_its_gradient_equal_autograd_and_central_differences(delta)


def check_front():
    test_convolution.test_gradients_reach_the_steps_through_outputs_and_features()


def check_chain():
    one = test_chain.Problem((5, 3, 3, 1), 3)
    one.check_enumeration()
    one.check_gradients()


def check_attention():
    test_attention.AttentionCheck().check()


def check_copying():
    test_copying.CopyingCheck().check()


def check_decoder():
    for arch in (*test_decoder.ARCHITECTURES[:3], test_decoder.FORWARD):
        test_decoder.check_decoder(arch)


def check_upper_layers():
    test_decoder.check_decoder(test_decoder.LAYERED)


def check_step_heads():
    for arch in test_step_heads.ARCHITECTURES:
        test_step_heads.check_step_head(arch)


FEW_VALUES = 24
OF_THE_CLASS = {"__dict__", "__weakref__", "__firstlineno__", "__static_attributes__"}
FROM_FOLLOWING_STEP = "np.add(d_before, d_kept, d_before)"
START = "states[:B] = 0 if h0 is None else h0"
START_IF_GIVEN = "if h0 is not None:\n        states[:B] = h0"

STEPS = {
    "update gate inverted": (
        "np.multiply(new, z, new)",
        "np.multiply(new, 1 - z, new)",
    ),
    "reset without the sigmoid's end": ("end(c, a_r, r)", "r[...] = a_r"),
    "keep without the sigmoid's end": ("end(c, a_z, z)", "z[...] = a_z"),
    "sigmoid without its middle": ("middle(a_rz, c, a_rz)", "pass"),
    "inputs of the block before": (
        'project(block, tape.result("gates")[:3])',
        'project(slice(0, block.stop - block.start), tape.result("gates")[:3, block.start :])',
    ),
    "keep path dropped": (FROM_FOLLOWING_STEP, "pass"),
    "gradient of the rows of the step after": (
        "found.append((d_states[after], d_states[before]",
        "found.append((d_states[after], d_states[after]",
    ),
    "gradient of the states of the step before": (
        "found.append((d_states[after], d_states[before]",
        "found.append((d_states[before], d_states[before]",
    ),
    "states of two steps before": (
        "found.append((states[before]",
        "found.append((states[at]",
    ),
    "first step's gradient of the state forgotten": (
        'tape.views("backward", block.start, packing.shape, make)',
        'tape.views("backward", block.start, packing.shape, make)[: None if block.start else -1]',
    ),
    "views of another block": (
        'tape.views("forward", block.start, packing.shape',
        'tape.views("forward", 0, packing.shape',
    ),
    "views of another block on the way back": (
        'tape.views("backward", block.start, packing.shape',
        'tape.views("backward", 0, packing.shape',
    ),
    "way back through r dropped": ("np.add(d_before, part_r, d_before)", "pass"),
    "way back through z dropped": ("np.add(d_before, part_z, d_before)", "pass"),
    "candidate not scaled by 1 - z": ("n *= z\n", "pass\n"),
    "keep gate missing in the slope of z": ("slope *= keep", "pass"),
    "tanh slope dropped": ("n *= n\n    np.subtract(1, n, out=n)", "n[...] = 1"),
    "gradients of the input weights never written": ("inputs.finish()", "pass"),
    "initial state ignored": ("= 0 if h0 is None else h0", "= 0"),
    "initial state of an earlier batch": (START, START_IF_GIVEN),
}

GRU = STEPS | {
    "r and z swapped among the recurrent weights": (
        "np.add(a_r, r, a_r)",
        "a_rz[...] = a_rz[::-1].copy(); np.add(a_r, r, a_r)",
    ),
    "recurrent weight transposed": (
        "weight_h, of_direction)  # (1) (2) (5)",
        "weight_h.swapaxes(2, 3), of_direction)",
    ),
    "reset before the bias": (
        "np.add(a_n, b_hn, hn)",
        "np.add(a_n, b_hn / r, hn)",
    ),
    "reset dropped in backward": ("hn[...] = r\n", "hn[...] = 1\n"),
    "slope of r dropped": ("np.subtract(1, r, out=r)", "pass"),
    "candidate missing in the slope of r": ("np.multiply(r, hn, out=slope)", "slope[...] = r"),
    "keep path through 1 - z": (
        "np.multiply(d_h, d_kept, d_kept)",
        "np.multiply(d_h, 1 - d_kept, d_kept)",
    ),
    "z of the block's first steps": (
        "keep[at.start - first : at.stop - first]",
        "keep[:k]",
    ),
    "way back through hn dropped": ("np.add(d_before, part_hn, d_before)", "pass"),
    "candidate's recurrent weight from d_n": (
        "recurrent.add(by_direction(d_gates[1:, block]",
        "recurrent.add(by_direction(d_gates[[1, 2, 0], block]",
    ),
    "r and z swapped in the recurrent gradients": (
        "recurrent.add(by_direction(d_gates[1:, block]",
        "recurrent.add(by_direction(d_gates[[2, 1, 3], block]",
    ),
    "recurrent weights' gradient of the first block alone": (
        "recurrent.add(by_direction",
        "if block.stop == packing.size: recurrent.add(by_direction",
    ),
    "bias_hn from d_n": ("by_direction(d_gates[3, block]", "by_direction(d_gates[0, block]"),
    "bias_hn of the first block alone": (
        'grads["bias_hn"][...] += np',
        'grads["bias_hn"][...] = np',
    ),
    "bias_hn added to an earlier batch's": ('grads["bias_hn"].fill(0)', "pass"),
}

GATED = {
    "r and z swapped among the input weights": (
        "np.multiply(w_ih[:2], scale",
        "np.multiply(w_ih[1::-1], scale",
    ),
    "bias of r and z swapped": ("np.multiply(bias[:2], scale", "np.multiply(bias[1::-1], scale"),
    "bias of the candidate forgotten": (
        "weight_x[0, :, -1], weight_h[2] = w_ih[2], bias[2]",
        "weight_x[0, :, -1], weight_h[2] = w_ih[2], 0",
    ),
    "scale of the inputs missing": (
        "np.multiply(w_ih[:2], scale",
        "np.multiply(w_ih[:2], 1",
    ),
    "scale of the biases missing": (
        "np.multiply(bias[:2], scale",
        "np.multiply(bias[:2], 1",
    ),
    "scale of the states missing": (
        "np.multiply(w_hh[:2], scale",
        "np.multiply(w_hh[:2], 1",
    ),
    "state after instead of before": (
        "out = tape",
        "return states[packing.batch_size :][block]\n    out = tape",
    ),
}

INPUTS = {
    "products of another block": (
        "x.product[block]",
        "x.product[: block.stop - block.start]",
    ),
    "products of the other direction": ("found[self.mirror, 0] + 1", "found[self.mirror, 0]"),
    "products not mirrored": ("found[self.mirror, 0] + 1", "found[:, 0] + 1"),
    "inputs not mirrored": (
        "pick(rows[0], mirror, rows[1])",
        "rows[1] = rows[0]",
    ),
    "packed rows reversed instead of each sequence": (
        "pick(rows[0], mirror, rows[1])",
        "rows[1] = rows[0, ::-1]",
    ),
    "gradient of shared rows by the first gate alone": ("self._d_x += part", "self._d_x[:] = part"),
    "gradient of shared rows on top of an earlier batch's": ("self._d_x.fill(0)", "pass"),
    "no 1 at the end": ("rows[0, :, -1] = x, 1", "rows[0, :, -1] = x, 0"),
    "sum of the last block alone": (
        "self.total += np.matmul(turned, x, part)",
        "np.matmul(turned, x, self.total)",
    ),
    "sum on top of an earlier batch's": ("if self._is_first:", "if False:"),
    "gradients in the order of the tape": (
        "for gate, d_weight in zip(self._blocks, self._sum.total, strict=True)",
        "for gate, d_weight in enumerate(self._sum.total)",
    ),
    "inputs' gradient of the last gate alone": (
        "d_rows += np.matmul(d_gate, self._weight[gate], part)",
        "np.matmul(d_gate, self._weight[gate], d_rows)",
    ),
    "inputs' gradient with r and z swapped": (
        "zip(d_gates[1:], self._blocks[1:], strict=True)",
        "zip(d_gates[1:], self._blocks[:0:-1], strict=True)",
    ),
    "inputs' gradient of another block": (
        "self._d_rows[:, steps]",
        "self._d_rows[:, : d_gates.shape[2]]",
    ),
    "gradient of the inputs not mirrored": (
        "self._d_rows[1][self._x.mirror]",
        "self._d_rows[1]",
    ),
}

GRU_BEFORE = STEPS | {
    "r and z swapped among the recurrent weights": (
        "np.add(a_r, r, a_r)",
        "a_rz[...] = a_rz[::-1].copy(); np.add(a_r, r, a_r)",
    ),
    "reset after the product": (
        "tape.multiply(rh_of_direction, weight_h[2], n_of_direction)",
        "tape.multiply(h_of_direction, weight_h[2], n_of_direction)",
    ),
    "reset forgotten in the way back to the state": (
        "np.multiply(d_rh, reset, d_rh)",
        "pass",
    ),
    "way back through the reset state dropped": ("np.add(d_before, d_rh, d_before)", "pass"),
    "recurrent weight transposed": (
        "np.matmul(d_n_of, weight_h[2], d_rh_of_direction)",
        "np.matmul(d_n_of, weight_h[2].swapaxes(1, 2), d_rh_of_direction)",
    ),
    "candidate's weight from the unreset state": (
        "recurrent_n.add(d_of_direction[:1], d_of_direction[3])",
        "recurrent_n.add(d_of_direction[:1], by_direction(states_in, D))",
    ),
    "slope of r dropped": ("np.subtract(1, r, out=r)", "r[...] = 1"),
    "state missing in the slope of r": ("r *= rh", "r *= reset"),
}

MINGRU = {
    "gate without the sigmoid's end": ("end(c, z, z)", "pass"),
    "gate without the sigmoid's middle": ("middle(z, c, z)", "pass"),
    "scale of the gate missing": ("weight[0] *= LOGISTIC.scale", "pass"),
    "scale on the candidate": ("weight[0] *= LOGISTIC.scale", "weight *= LOGISTIC.scale"),
    "candidate not scaled by 1 - z": ("np.subtract(1, z, new)", "new[...] = 1"),
    "state not kept": ("np.add(h, kept, h)", "pass"),
    "state kept whole": (
        "np.multiply(z_now, before, kept)",
        "kept[...] = before",
    ),
    "gates of the first rows": ("found.append((z[at]", "found.append((z[:k]"),
    "inputs of the block before": (
        'project(block, tape.result("gates"))',
        'project(slice(0, block.stop - block.start), tape.result("gates")[:, block.start :])',
    ),
    "following step forgotten": ("np.add(d_before, kept, d_before)", "pass"),
    "gradient of the rows of the step after": (
        "np.add(d_before, kept, d_before)",
        "np.add(d_h, kept, d_h)",
    ),
    "gradient kept whole": (
        "np.multiply(d_h, z_now, kept)",
        "kept[...] = d_h",
    ),
    "state after instead of before": (
        "states_before(states, packing, block, tape)",
        "states[B:][block]",
    ),
    "slope of z without z": ("np.multiply(slope, z, slope)  # (1)", "pass"),
    "slope of z without 1 - z": (
        "np.subtract(1, z, z)\n        np.multiply(slope, z, slope)",
        "np.subtract(1, z, z)",
    ),
    "candidate missing in the slope of z": (
        "np.subtract(states_in, n, slope)",
        "slope[...] = states_in",
    ),
    "gradient of the candidate by z": (
        "np.multiply(d_h, z, d_n)",
        "np.multiply(d_h, 1 - z, d_n)",
    ),
    "gradients of the input weights never written": ("inputs.finish()", "pass"),
    "z and n swapped in the gradients": ("blocks=(0, 1)", "blocks=(1, 0)"),
    "initial state ignored": ("= 0 if h0 is None else h0", "= 0"),
    "initial state of an earlier batch": (START, START_IF_GIVEN),
}

RNN = {
    "tanh slope dropped": (
        "np.multiply(states[B:], states[B:], d_a)\n    np.subtract(1, d_a, d_a)",
        "d_a[...] = 1",
    ),
    "following step forgotten": ("np.add(d_before, part, d_before)", "pass"),
    "gradient of the rows of the step after": (
        "d_a[at], d_states[before]",
        "d_a[at], d_states[after]",
    ),
    "recurrent weight transposed": (
        'params["weight_hh"], of_direction)',
        'params["weight_hh"].swapaxes(1, 2), of_direction)',
    ),
    "state after instead of before": (
        "states_before(states, packing, everything, tape)",
        "states[B:]",
    ),
    "gradients of the input weights never written": ("inputs.finish()", "pass"),
    "initial state of an earlier batch": (START, START_IF_GIVEN),
}

RECURRENT = {
    "outputs not mirrored": (
        'pick(states, packing.turned, tape.take("outputs", *states.shape))',
        "states",
    ),
    "gradient of the outputs not mirrored": (
        "pick(d_outputs.reshape(both.size, -1), packing.turned, d_states[B:])",
        "by_step[...] = d_outputs",
    ),
    "second direction's final state at its first step": (
        "final = states.reshape(packing.size, -1)[packing.last]",
        "final = states.reshape(packing.size, -1)[packing.last]\n"
        "    final[:, len(final.T) // D :] = states.reshape(packing.size, -1)"
        "[: len(final), len(final.T) // D :]",
    ),
    "gradient of the final states in the last packed rows": (
        "by_step[packing.last] +=",
        "by_step[-packing.batch_size :] +=",
    ),
    "gradient of an earlier batch": ("by_step.fill(0)", "pass"),
    "gradient of first states of an earlier batch": ("d_states[:B] = 0", "pass"),
    "initial states of the directions one after the other": (
        "h0.swapaxes(0, 1).reshape(both.batch_size, -1)",
        "h0.reshape(both.batch_size, -1)",
    ),
    "gradient of the initial states of the directions one after the other": (
        "reshape(packing.batch_size, D, -1).swapaxes(0, 1)",
        "reshape(D, packing.batch_size, -1)",
    ),
}

ROW_SUMS = {
    "pieces overwrite each other's sum": (
        "np.add(share, part, share)",
        "share[...] = part",
    ),
    "sums of an earlier batch": ("sums.fill(0)", "pass"),
    "ones of an earlier batch": ("ones.fill(0)", "pass"),
    "last row more than once": (
        "ones[piece, within, place] = 1",
        "ones[piece, within, place] = 1; ones[-1, -1] = 1",
    ),
}

PACKING = {
    "state before taken one step late": (
        "np.zeros(1, np.int64), self.batch_size + self.offsets[:-2]",
        "np.zeros(1, np.int64), self.batch_size + self.offsets[1:-1]",
    ),
    "initial states before each step": (
        "before = slice(first, first + at.stop - at.start)",
        "before = slice(0, at.stop - at.start)",
    ),
    "states after without initial ones": ("after = slice(first, B + at.stop)", "after = at"),
    "second direction one row late": ("2 * self.mirror + 1", "2 * self.mirror"),
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
        "d_part / packing.lengths[:, None].astype(d_part.dtype)",
        "d_part / packing.num_steps",
    ),
    "added to the wrong rows": (
        "total[: rows.stop - rows.start]",
        "total[rows.start - rows.stop :]",
    ),
    "all features of a row win": (
        "wins = outputs == maximum.take(packing.row, axis=0)",
        "wins = np.ones(outputs.shape, bool)",
    ),
    "the smallest wins": ("np.maximum,", "np.minimum,"),
    "poolings overwrite each other's gradient": (
        "d_outputs += share",
        "d_outputs = share",
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
        'd_step += d_scores[:, None] * params["query"]',
        "pass",
    ),
    "attention's gradient of the query from the weights": (
        "np.matmul(d_scores, outputs",
        "np.matmul(weights, outputs",
    ),
}

NGRAMS = {
    "sum instead of mean": ("(1 / np.maximum(counts, 1))", "(1 / np.maximum(counts > 0, 1))"),
    "mean over empty places, too": (
        "_share(counts[order], x.dtype)",
        "1 / max(1, bags.shape[1])",
    ),
    "gradient of a sum": ("d_bags = d_x * _share(_counts(bags), d_x.dtype)", "d_bags = d_x"),
    "sums in the order of their lengths": ("x[order] += sums", "x += sums"),
    "gradients of other bags": ("d_bags[of]", "d_bags[np.sort(place) % len(d_bags)]"),
    "own row without a gradient": (
        "np.concatenate((d_x, d_bags[of]))",
        "np.concatenate((0 * d_x, d_bags[of]))",
    ),
    "the row above instead of the step before": (
        "packing.offsets[packing.step - 1] + packing.row",
        "packing.offsets[packing.step] - 1",
    ),
    "the step before twice": ("tokens[before[last]]", "tokens[last]"),
    "no mark where a sequence begins": (
        "before = np.append(before, len(ids))",
        "before = np.append(np.maximum(before % len(ids), 0), 0)",
    ),
}

EMBEDDING = {
    "last of equal tokens instead of their sum": (
        "np.add.reduceat(d_x.take(order, axis=0), starts, axis=0)",
        "d_x[order][starts]",
    ),
    "gradients in the order of the batch": ("d_x.take(order, axis=0)", "d_x"),
}

LOSSES = {
    "weights forgotten in the gradient": ("d_logits *= weights[:, None]", "pass"),
    "weights forgotten in the loss": (
        "np.vdot(q, log_p)",
        "np.sum(log_p[np.arange(len(targets)), targets])",
    ),
    "weights forgotten in the target": ("        q *= weights[:, None]\n", ""),
    "target forgotten in the gradient": ("d_logits -= q", "pass"),
    "smoothing forgotten beside the target": ("smoothing / log_p.shape[1]", "0"),
    "smoothing forgotten at the target": ("+= 1 - smoothing", "+= 1"),
    "single logit speaks for class 0": (
        "d_logits[:, -logits.shape[1] :]",
        "d_logits[:, : logits.shape[1]]",
    ),
    "classes of a single logit swapped": (
        "np.concatenate((exact, -exact), axis=1)",
        "np.concatenate((-exact, exact), axis=1)",
    ),
}

LINEAR = {
    "bias gradient added to an earlier batch's": (
        'np.add.reduce(d_logits, axis=0, out=grads["bias"])',
        'grads["bias"][...] += np.add.reduce(d_logits, axis=0)',
    ),
}

CONVOLUTION = {
    "filters one step late": ("- width // 2  #", "- width // 2 + 1  #"),
    "steps of other sequences seen": (
        "(step < packing.lengths[after.row])",
        "(step < packing.num_steps)",
    ),
    "stride of the steps forgotten": ("after.step * stride", "after.step"),
    "outside is a leftover": ("padded[:-1], padded[-1] = x, 0", "padded[:-1] = x"),
    "bias forgotten": ('c += params["bias"] - params["bias"].mean()', "pass"),
    "mean of the bias left": (' - params["bias"].mean()', ""),
    "mean of the filters left": ("times(share[None], rows, tile)", "0"),
    "mean over the places of a filter": (
        "times(share[None], rows, tile)",
        "rows.mean(axis=1, keepdims=True)",
    ),
    "normalised over the batch": (
        'np.einsum("mf,mf->m", c, c)',
        "np.sum(c * c) / len(c)",
    ),
    "negative ones kept": ("y *= y > 0  # in", "# in"),
    "slope of the maximum forgotten": ("d_y *= y > 0", "pass"),
    "gain forgotten in the gradient": ('d_y *= params["gain"]', "pass"),
    "gain's gradient without what it scales": ("ones, y, out", "ones, d_y, out"),
    "mean forgotten in the gradient of the inputs": (
        'd_y, tape["centred"]',
        'd_y, params["weight"].reshape(filters, -1)',
    ),
    "mean forgotten in the gradient of the filters": (
        '_centred(d_y.T @ patches, grads["weight"].reshape(filters, -1))',
        'grads["weight"].reshape(filters, -1)[...] = d_y.T @ patches',
    ),
    "mean forgotten in the gradient of the bias": ("d_bias, d_bias.mean()", "d_bias, 0"),
    "deviation forgotten in the gradient": ("d_y -= c", "pass"),
    "gradient not scaled": ('d_y *= tape["scale"]', "pass"),
    "last place alone": (
        "d_padded[index[:, place]] += d_seen",
        "d_padded[index[:, place]] = d_seen",
    ),
    "gradient on top of an earlier batch's": ("d_padded.fill(0)", "pass"),
    "shift's gradient added to an earlier batch's": (
        'np.matmul(ones, d_y, out=grads["shift"])',
        'grads["shift"][...] += ones @ d_y',
    ),
}

FRONT = {
    "gradient of the features forgotten": ("d_outputs += d_pooled", "pass"),
    "gradient of the outputs forgotten": ("d_outputs += d_pooled", "d_outputs[...] = d_pooled"),
}

CHAIN = {
    "start forgotten in the sum": (
        "alpha[first] = emissions[first] + chains[:, num_classes]",
        "alpha[first] = emissions[first]",
    ),
    "end forgotten in the sum": (
        "_log_sum(alpha[packing.last] + chains[:, alpha.shape[1] + 1], axis=1)",
        "_log_sum(alpha[packing.last], axis=1)",
    ),
    "end forgotten on the way back": (
        "beta[packing.last] = chains[:, num_classes + 1]",
        "beta[packing.last] = 0",
    ),
    "transitions backwards in the sum": (
        "paths = alpha[before][:k, :, None] + chains[:k, :num_classes]",
        "paths = alpha[before][:k, :, None] + chains[:k, :num_classes].swapaxes(1, 2)",
    ),
    "emission of the step itself on the way back": (
        "emissions[after] + beta[after]",
        "emissions[at][:k] + beta[after]",
    ),
    "rows that ended take another's way back": (
        "beta[at.start : at.start + k] =",
        "beta[at.stop - k : at.stop] =",
    ),
    "last step of the longest row for all": (
        "log_z[:k, None])[:, None]",
        "log_z[0])[:, None]",
    ),
    "pairs of the last step alone": (
        "d_chains[:k, :num_classes] += np.exp",
        "d_chains[:k, :num_classes] = np.exp",
    ),
    "pairs without the way that led there": (" + alpha[at][:k, :, None]", ""),
    "true pairs counted once": (
        "np.subtract.at(d_chains, (packing.row[onward:], targets[before], targets[onward:]), 1)",
        "d_chains[packing.row[onward:], targets[before], targets[onward:]] -= 1",
    ),
    "gradient of the start at the end": (
        "d_chains[:, num_classes] = d_emissions[:onward]",
        "d_chains[:, num_classes] = d_emissions[packing.last]",
    ),
    "gradient of the end in the last packed rows": (
        "d_chains[:, num_classes + 1] = d_emissions[packing.last]",
        "d_chains[:, num_classes + 1] = d_emissions[-packing.batch_size :]",
    ),
    "weights forgotten in the chain's gradient": ("d_chains *= weights[:, None, None]", "pass"),
    "weights of packed rows": ("weights[packing.row, None]", "weights[packing.step % 4, None]"),
    "best path without transitions": (
        "best[before][:k, :, None] + chains[:k, :num_classes]",
        "best[before][:k, :, None] + 0 * chains[:k, :num_classes]",
    ),
    "best path without its end": (
        "(best[packing.last] + chains[:, num_classes + 1]).argmax",
        "best[packing.last].argmax",
    ),
    "best path of the class before": ("came_from[at][np.arange(k), path[at]]", "path[at]"),
}

STEP_HEADS = {
    "scores in the order of the packing": ("values[packing.place] = scores", "values[:] = scores"),
    "gradients in the order of the packing": (
        "d_scores.values[last.packing.place]",
        "d_scores.values",
    ),
    "chain's gradient of the first sequence alone": (
        'np.sum(d_scores.chains, axis=0, out=grads["head_chain"])',
        'grads["head_chain"][...] = d_scores.chains[0]',
    ),
    "chain's gradient added to an earlier batch's": (
        'np.sum(d_scores.chains, axis=0, out=grads["head_chain"])',
        'grads["head_chain"][...] += d_scores.chains.sum(axis=0)',
    ),
}

TOKEN_VECTORS = {
    "known and unknown tokens confused": ("np.where(known, spelled, UNKNOWN)", "spelled % 7"),
}

HUBER = {
    "errors beyond delta squared": ("np.clip(error, -delta, delta)", "error"),
    "errors below cut at zero": ("np.clip(error, -delta, delta)", "np.clip(error, 0, delta)"),
    "no half": ("(error - slope / 2)", "(error - slope)"),
    "weights missing in the gradient": ("(weights * slope)[:, None]", "slope[:, None]"),
    "gradient upside down": ("(weights * slope)[:, None]", "-(weights * slope)[:, None]"),
}

SIGMOID_LOSS = {
    "smoothing of the truth alone": ("* truth + smoothing / 2\n", "* truth\n"),
    "weights of rows forgotten": (
        "(sigmoid(exact) - wanted) * weights[:, None]",
        "sigmoid(exact) - wanted",
    ),
    "weights of rows forgotten in the loss": ("np.sum(weights[:, None] * (np", "np.sum((np"),
    "sigmoid of twice the value": ("np.tanh(0.5 * logits", "np.tanh(logits"),
    "slope of no instead of yes": ("(sigmoid(exact) - wanted)", "(wanted - sigmoid(exact))"),
}

ATTENTION = {
    "targets in the order of the sources": ("order[target.row]", "target.row"),
    "places beyond the end looked at": (
        "weights[np.broadcast_to(absent[:, None], weights.shape)] = -np.inf",
        "pass",
    ),
    "places beyond the end of an earlier batch": ("grid.fill(0)", "pass"),
    "sums instead of means": ("weights /= weights.sum(axis=2, keepdims=True)", "pass"),
    "means over all places of the grid": (
        "weights /= weights.sum(axis=2, keepdims=True)",
        "weights /= weights.shape[2]",
    ),
    "keys and values swapped": (
        "return read[..., :size], read[..., size:]",
        "return read[..., size:], read[..., :size]",
    ),
    "slope of the output forgotten": (
        "np.multiply(d_outputs, d_sum, d_sum)",
        "d_sum[...] = d_outputs",
    ),
    "slope of the output without its 1": ("np.subtract(1, d_sum, d_sum)", "pass"),
    "bias gradient added to an earlier batch's": (
        'np.add.reduce(d_sum, axis=0, out=grads["bias"])',
        'grads["bias"][...] += d_sum.sum(axis=0)',
    ),
    "softmax without its own term in the gradient": (
        "(d_weights - np.sum(weights * d_weights, axis=2, keepdims=True))",
        "d_weights",
    ),
    "own term over the steps that look": (
        "np.sum(weights * d_weights, axis=2, keepdims=True)",
        "np.sum(weights * d_weights, axis=1, keepdims=True)",
    ),
    "way back through what is looked for dropped": (
        "d_states += pairs.of_targets(np.matmul(d_scores, keys, out=d_mixed))",
        "pass",
    ),
    "way back through the state dropped": (
        'd_states = np.matmul(d_sum, params["state"], out=tape.take("d_states", M, H))',
        "d_states = 0 * states",
    ),
    "way back through the keys dropped": (
        'np.matmul(d_scores.swapaxes(1, 2), tape["queries"].reshape(B, T, H), out=d_keys)',
        "d_keys[...] = 0",
    ),
    "way back through the values dropped": (
        "np.matmul(weights.swapaxes(1, 2), d_mixed, out=d_values)",
        "d_values[...] = 0",
    ),
    "values' gradient from the scores": (
        "np.matmul(weights.swapaxes(1, 2), d_mixed",
        "np.matmul(d_scores.swapaxes(1, 2), d_mixed",
    ),
}

COPYING = {
    "places without their bias": ('keys += params["bias"]', "pass"),
    "last of equal symbols instead of their sum": (
        "np.add.at(sums.reshape(-1), flat.reshape(-1), copied.reshape(-1))",
        "sums.reshape(-1)[flat.reshape(-1)] += copied.reshape(-1)",
    ),
    "places of another row": (
        "pairs.sources(symbols)[pairs.rows]",
        "pairs.sources(symbols)[0 * pairs.rows]",
    ),
    "places beyond the end copied": (
        "places[np.broadcast_to(absent[:, None], places.shape)] = -np.inf",
        "pass",
    ),
    "largest of the vocabulary for both": (
        "each -= highest",
        "each -= each.max(axis=1, keepdims=True)",
    ),
    "sum's gradient forgotten": (
        "d_sums -= (d_log_p.sum(axis=1) / sums.sum(axis=1))[:, None]",
        "pass",
    ),
    "gradient of the vocabulary by all that speaks": (
        "memory.generated * d_sums",
        "sums * d_sums",
    ),
    "gradient of the places of the first symbol": (
        "d_sums.reshape(-1)[memory.held]",
        "d_sums[:, :1]",
    ),
    "bias gradient added to an earlier batch's": (
        'np.add.reduce(d_keys, axis=0, out=grads["bias"])',
        'grads["bias"][...] += d_keys.sum(axis=0)',
    ),
    "sources from the keys": ('d_keys @ params["weight"]', 'd_keys @ (0 * params["weight"])'),
}

DECODER = {
    "start without its slope": ("d_start *= 1 - last.start * last.start", "pass"),
    "start as it is, twice": (
        "return d_start\n        d_start *=",
        "return 2 * d_start\n        d_start *=",
    ),
    "start in the order of the sources": ("h0=start[targets.order][None]", "h0=start[None]"),
    "gradient of the start in the order of the targets": (
        "d_start[last.targets.order] =",
        "d_start[:] =",
    ),
    "symbols of the step itself": ("targets.values[place - 1]", "targets.values[place]"),
    "no end before the first symbol": (
        "np.where(packing.step == 0, END, ",
        "np.where(False, END, ",
    ),
    "scores in the order of the packing": (
        "values[targets.place] = scores",
        "values[:] = scores",
    ),
    "gradients in the order of the packing": (
        "d_scores.values[last.targets.place]",
        "d_scores.values",
    ),
    "places in the order of the sources": ("targets.starts[order]", "targets.starts"),
    "copies say nothing of the outputs": ("d_outputs += d_copied[0]", "pass"),
    "copies say nothing of the sources": ("d_sources += d_copied[1]", "pass"),
    "symbols' gradient added to an earlier batch's": ('grads["symbols"].fill(0)', "pass"),
    "symbols' gradient in the order of the batch": (
        'grads["symbols"][targets.symbols] = d_x',
        'grads["symbols"][: len(d_x)] = d_x',
    ),
}

UPPER_LAYERS = {
    "what is read left out of the sum": ("x = x + states", "x = states"),
    "gradient of what is read left out": ("d_x += masks.undo(d_read)", "d_x = masks.undo(d_read)"),
    "first layer first on the way back": ("reversed(each)", "each"),
    "all layers with the weights of the first": (
        "params.within(name) for name",
        "params.within(self._names[0]) for name",
    ),
}

PLANTED = [
    (decoder, check_decoder, DECODER),
    (upper_layers, check_upper_layers, UPPER_LAYERS),
    (attention, check_attention, ATTENTION),
    (copying, check_copying, COPYING),
    (chain, check_chain, CHAIN),
    (convolution, check_convolution, CONVOLUTION),
    (front, check_front, FRONT),
    (gru, check_gru, GRU),
    (gated, check_gru, GATED),
    (inputs, check_gru, INPUTS),
    (gru_before, check_gru_before, GRU_BEFORE),
    (mingru, check_mingru, MINGRU),
    (rnn, check_rnn, RNN),
    (recurrent, check_gru, RECURRENT),
    (row_sums, check_gru, ROW_SUMS),
    (packing, check_gru, PACKING),
    (pooling, check_model, POOLING),
    (embedding, check_model, EMBEDDING),
    (bags, check_model, NGRAMS),
    (losses, check_model, LOSSES),
    (losses, check_huber, HUBER),
    (losses, test_losses.check_sigmoid_loss, SIGMOID_LOSS),
    (linear, check_model, LINEAR),
    (runner, check_step_heads, STEP_HEADS),
    (token_vectors, check_step_heads, TOKEN_VECTORS),
]
RIGS = [pytest.param(*rig[:2], id=rig[0].__name__.split(".")[-1]) for rig in PLANTED]
BUGS = [
    pytest.param(module, check, old, new, id=f"{module.__name__.split('.')[-1]}: {name}")
    for module, check, passages in PLANTED
    for name, (old, new) in passages.items()
]


def stand_in(monkeypatch, module, source):
    """Let what `source` defines stand in for what `module` defines, in blocks of a few rows."""
    monkeypatch.setattr(gated, "BLOCK_VALUES", FEW_VALUES)
    monkeypatch.setattr(gated, "ROWS_A_UNIT", 0)
    changed = ModuleType(module.__name__)
    exec(compile(source, f"<{module.__name__}, changed>", "exec"), vars(changed))
    for name, value in vars(changed).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(value):
            for part in set(vars(value)) - OF_THE_CLASS:
                monkeypatch.setattr(getattr(module, name), part, vars(value)[part])
        else:
            real = getattr(module, name)
            # Who imported it by name.
            for user in (module, gru, gru_before, mingru, gated, inputs, recurrent, runner):
                if getattr(user, name, None) is real:
                    monkeypatch.setattr(user, name, value)


@pytest.mark.parametrize(("module", "check", "old", "new"), BUGS)
def test_a_planted_bug_is_caught(module, check, old, new, monkeypatch):
    source = inspect.getsource(module)
    assert source.count(old) == 1, "the passage to change is not there, or not once: adapt the bug"
    stand_in(monkeypatch, module, source.replace(old, new))
    with pytest.raises((AssertionError, FloatingPointError)):  # the latter where exp makes gates
        check()


@pytest.mark.parametrize(("module", "check"), RIGS)
def test_the_unchanged_source_passes_in_the_same_rig(module, check, monkeypatch):
    stand_in(monkeypatch, module, inspect.getsource(module))
    check()
