"""Containers that are sound byte for byte, with right hashes, and hold what no training wrote."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.modelfile import archive
from grucli.modelfile.archive import Archive
from grucli.modelfile.npz_layout import DTYPES, pieces_of

Arrays = dict[str, npt.NDArray[Any]]
VALUES: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1, 2, 7, 255, 2**31 - 1, 2**32 - 1, 2**53, 2**63, 10**30, 10**299),
    *(0.0, -0.5, 0.5, 1.5, 1e308, -1e308, 1e-308, 5e-324, [], {}, [[]], [1], ["a"], [None]),
    *({"a": 1}, {"": None}, ["a", "a"], [["a"]], "", "x", "0", "\x1b[31m", "\u202e", "a" * 5000),
    *("tab", ",", "utf-16", "idna", "rot13", "text", "series", "char", "pairs", "space", "byte"),
    *("gru", "gru_before", "rnn", "mingru", "float64", "characters", "tokens", "last", "mask"),
)
SIZES = ((), (0,), (1,), (0, 0), (0, 5), (5, 0))
NAMES = ("x", "param_x", "run_x", "wide_keys", "wide_thresholds", "units", "pairs", "scaling")


def contained(meta: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Return the file that holds these, as grucli lays it out, whatever they are.

    Raises:
        ValueError: JSON or the layout cannot hold them.
    """
    stored = {name: np.asarray(arrays[name], order="C") for name in sorted(arrays)}
    manifest = {name: archive._described(array) for name, array in stored.items()}
    text = archive._dump({**meta, "format": "grucli", "version": 1, "manifest": manifest})
    members = {"meta": np.frombuffer(text, np.uint8), **stored}
    return b"".join(map(bytes, pieces_of(members)))


def hostile(whole: Archive, seed: int) -> tuple[bytes, str]:
    """Return a file with one or two changes of what is in a sound one, and what they are."""
    rng = random.Random(seed)
    while True:
        meta, arrays = copy.deepcopy(whole.meta), dict(whole.arrays)
        changes = []
        for _ in range(rng.choice((1, 1, 1, 2))):
            changed = _meta_changed_ if rng.random() < 0.65 else _array_changed_
            changes.append(changed(meta if changed is _meta_changed_ else arrays, rng))
        try:
            return contained(meta, arrays), "; ".join(changes)
        except ValueError:  # such as -0.0 as an integer: another draw
            continue


def _meta_changed_(meta: dict[str, Any], rng: random.Random) -> str:
    places = list(_places(meta))
    first = rng.choice(sorted({place[0] for place in places}))
    *above, key = rng.choice([place for place in places if place[0] == first])
    parent: Any = meta
    for name in above:
        parent = parent[name]
    old, way = parent[key], rng.randrange(8)
    if way == 0:
        del parent[key]
    elif way == 1 and isinstance(parent, dict):
        parent[rng.choice(("surprise", "", f"{key}x"))] = _value(rng)
    elif way == 2 and isinstance(old, list) and old:
        more = [*old, _value(rng)]
        parent[key] = rng.choice((old * 2, old[:-1], old[::-1], more, old[:1] * 1000, [old]))
    elif way == 3 and type(old) in (int, float):
        parent[key] = rng.choice((old + 1, old - 1, -old, old * 1000, float(old), str(old), [old]))
    elif way == 4 and isinstance(old, str):
        parent[key] = rng.choice((f"{old}x", old * 100, old[:-1], [old], {old: 1}, f"\\{old}\x1b"))
    else:
        parent[key] = _value(rng)
    shown = str(parent.get(key) if isinstance(parent, dict) else parent)
    return f"{'.'.join(map(str, (*above, key)))} = {shown[:60]!r}"


def _places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value in some JSON, of lists to the first ones."""
    if path:
        yield path
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _places(value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree[:6]):
            yield from _places(value, (*path, index))


def _value(rng: random.Random) -> Any:
    return copy.deepcopy(rng.choice(VALUES))


def _array_changed_(arrays: Arrays, rng: random.Random) -> str:
    name, way = rng.choice(sorted(arrays)), rng.randrange(10)
    array = arrays[name]
    if way == 0:
        del arrays[name]
        return f"no {name}"
    if way == 1:
        arrays[name] = _without_warning(array, rng.choice(DTYPES))
    elif way == 2:
        shape = rng.choice((*SIZES, array.shape[::-1], (array.size,)))
        arrays[name] = np.resize(array.reshape(-1), shape)
    elif way == 3 and array.ndim and len(array):
        twice = np.concatenate((array, array))
        arrays[name] = rng.choice((array[:-1], array[::-1], twice, array[:0], array[:1]))
    elif way == 4:
        name = rng.choice((*NAMES, f"{name}x"))
        arrays[name] = array
    elif way == 5:
        arrays[name] = arrays[rng.choice(sorted(arrays))]
    elif array.size:
        arrays[name] = _other_values(array, rng)
    return f"{name}: {arrays[name].dtype} {arrays[name].shape}, {arrays[name].reshape(-1)[:2]}"


def _other_values(array: npt.NDArray[Any], rng: random.Random) -> npt.NDArray[Any]:
    """Return the array with one value, or all, at a limit of their type."""
    limits: tuple[Any, ...]
    if array.dtype.kind == "f":
        most = np.finfo(array.dtype).max
        limits = (most, -most, 0.0, -0.0, 1e-38, -1.0, 1e20, 1e9)
    else:
        kind = np.iinfo(array.dtype)
        limits = (kind.max, kind.min, 0, 1, ord("\n"), ord("\\"), min(kind.max, 2**20))
    flat = array.reshape(-1).copy()
    which = slice(None) if rng.random() < 0.5 else rng.randrange(len(flat))
    flat[which] = rng.choice(limits)
    return flat.reshape(array.shape)


def _without_warning(array: npt.NDArray[Any], dtype: str) -> npt.NDArray[Any]:
    with np.errstate(all="ignore"):
        return array.astype(dtype)
