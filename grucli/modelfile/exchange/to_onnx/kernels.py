"""The linear path of series: `data/series/kernels` as nodes.

A share counts the steps at which a kernel gives more than a threshold, and thresholds are what
kernels gave for training series: values equal one another to the last bit. So sums are those of
`kernels`, in the same order, of float32, and there is no product that a runtime might fuse.

Letters: T steps, B rows, J channels, G groups of channels, O outputs.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grucli.data.series.kernels import HIGH, LENGTH
from grucli.engine.packing import Integers
from grucli.model.kernel_path import KernelPath
from grucli.modelfile.exchange.to_onnx.nodes import Nodes
from grucli.modelfile.exchange.to_onnx.padded import LOWEST, Padded


def scores(nodes: Nodes, path: KernelPath, x: str, rows: Padded) -> str:
    """Add what kernels say of x (T, B, J), 0 beyond each row's length; return (B, O)."""
    kernels, first, parts = path.kernels, 0, list[str]()
    by_channel = nodes.add("Transpose", x, perm=[1, 2, 0])
    inside = nodes.add("Transpose", rows.mask, perm=[1, 2, 0])
    lengths = nodes.floats(nodes.axes(rows.lengths, 1, 2, 3))
    for dilation, count, channels in zip(
        kernels.dilations.tolist(), kernels.counts.tolist(), kernels.channels, strict=True
    ):
        given = _convolved(nodes, by_channel, dilation, channels)
        given = nodes.add("Where", inside, given, LOWEST)
        size = len(HIGH) * count
        thresholds = kernels.thresholds[first : first + size].reshape(len(HIGH), count, 1)
        above = nodes.add("Greater", nodes.axes(given, 2), thresholds)
        number = nodes.axes(nodes.total(nodes.floats(above), 3), 2)
        shares = nodes.add("Div", number, lengths)  # (B, 84, 1, count)
        weight = path.weight[first : first + size].reshape(len(HIGH), count, -1)
        said = nodes.add("MatMul", shares, weight)  # of each kernel, for short sums keep digits
        parts.append(nodes.total(said, 1, 2))
        first += size
    total = parts[0]
    for part in parts[1:]:
        total = nodes.add("Add", total, part)
    return nodes.add("Add", total, path.bias)


def _convolved(nodes: Nodes, x: str, dilation: int, channels: npt.NDArray[np.bool_]) -> str:
    """Return (B, 84, T) what the kernels of a dilation give for x (B, J, T)."""
    groups, of = np.unique(channels, axis=0, return_inverse=True)
    of = of.reshape(-1)
    pad = LENGTH // 2 * dilation
    pads = np.array([0, 0, pad, 0, 1, pad])  # and a channel of zeros, which fills groups up
    summed = _summed(nodes, nodes.add("Pad", x, pads), groups)
    windows = [
        nodes.add(
            "Slice",
            summed,
            np.array([place * dilation]),
            np.array([-(LENGTH - 1 - place) * dilation or np.iinfo(np.int64).max]),
            np.array([2]),
        )
        for place in range(LENGTH)
    ]
    total = windows[0]
    for window in windows[1:]:
        total = nodes.add("Add", total, window)
    stacked = nodes.add("Concat", *windows, axis=1)
    one, two, three = (
        nodes.add("Gather", stacked, place * len(groups) + of, axis=1) for place in np.array(HIGH).T
    )
    high = nodes.add("Add", nodes.add("Add", one, two), three)
    high = nodes.add("Add", nodes.add("Add", high, high), high)
    return nodes.add("Sub", high, nodes.add("Gather", total, of, axis=1))


def _summed(nodes: Nodes, x: str, groups: npt.NDArray[np.bool_]) -> str:
    """Return (B, G, T) the sums of groups (G, J) of channels of x (B, J + 1, T), the last 0."""
    most = int(groups.sum(axis=1).max())
    members: Integers = np.full((len(groups), most), groups.shape[1])
    for group, own in zip(groups, members, strict=True):
        own[: group.sum()] = np.flatnonzero(group)
    summed = nodes.add("Gather", x, members[:, 0], axis=1)
    for member in members.T[1:]:
        summed = nodes.add("Add", summed, nodes.add("Gather", x, member, axis=1))
    return summed
