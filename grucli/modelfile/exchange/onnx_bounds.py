"""What an ONNX file takes in memory once it is parsed, told from its bytes before that.

A message of two bytes becomes an object of hundreds: a file of some MB could ask for GBs. What is
followed here are the messages of onnx.proto that models have many of; of others the bytes count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grucli.modelfile.npz_layout import FaultError

MOST_BYTES = 48 << 20  # beside the weights
_OF_A_MESSAGE, _OF_A_TEXT, _OF_A_BYTE = 700, 250, 50  # memory of it; of others by their bytes
_VARINT, _FIXED_64, _MESSAGE, _FIXED_32 = 0, 1, 2, 5  # wire types
_NO_ONNX = "no ONNX (its fields are cut or of another kind); export it again"


@dataclass(frozen=True)
class _Kind:
    """A message: which fields of it hold which messages, and which weights or one text."""

    messages: Mapping[int, str] = field(default_factory=dict)
    plain: frozenset[int] = frozenset()


_KINDS = {
    "model": _Kind({7: "graph", 14: "pair"}, frozenset({2, 3, 4, 6})),
    "graph": _Kind({1: "node", 5: "tensor"}, frozenset({2, 10})),
    "node": _Kind({5: "attribute"}, frozenset({1, 2, 3, 4, 6, 7, 8})),
    "attribute": _Kind({5: "tensor", 6: "graph", 10: "tensor", 11: "graph"}, frozenset({1, 4, 13})),
    "tensor": _Kind({}, frozenset({4, 5, 8, 9, 10, 12})),
    "pair": _Kind({}, frozenset({1, 2})),
}


def check_size(data: bytes) -> None:
    """Refuse a file that would take far more memory than it has bytes.

    Raises:
        FaultError: it would, or it is no ONNX.
    """
    spent = 0
    stack = [("model", 0, len(data))]
    while stack:
        kind, start, end = stack.pop()
        for number, first, last in _fields(data, start, end):
            if number in _KINDS[kind].messages:
                spent += _OF_A_MESSAGE
                stack.append((_KINDS[kind].messages[number], first, last))
            elif number in _KINDS[kind].plain:
                spent += _OF_A_TEXT
            else:
                spent += _OF_A_TEXT + (last - first) * _OF_A_BYTE
            if spent > MOST_BYTES:
                raise FaultError("has far more parts than such a model needs; it is damaged")


def _fields(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield number, first byte and end of each field of a message."""
    while start < end:
        key, start = _varint(data, start, end)
        wire = key & 7
        if wire == _VARINT:
            first, (_, start) = start, _varint(data, start, end)
        elif wire == _MESSAGE:
            length, first = _varint(data, start, end)
            start = first + length
        elif wire in (_FIXED_32, _FIXED_64):
            first, start = start, start + (8 if wire == _FIXED_64 else 4)
        else:
            raise FaultError(_NO_ONNX)
        if start > end:
            raise FaultError(_NO_ONNX)
        yield key >> 3, first, start


def _varint(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return a number of up to ten bytes, and where it ends."""
    found = 0
    for place in range(start, min(start + 10, end)):
        found |= (data[place] & 127) << 7 * (place - start)
        if data[place] < 128:
            return found, place + 1
    raise FaultError(_NO_ONNX)
