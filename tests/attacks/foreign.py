"""Models of other systems: a sound one of each, and attacks, a file for each class of them.

`python -m tests.attacks.foreign FOLDER` writes all of them. What is in them is harmless: the code
in them, which must not run, makes a folder named `ran`.
"""

from __future__ import annotations

import io
import json
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np

from grucli.modelfile.exchange.g2p_file import READ, WRITTEN
from tests.attacks import foreign_onnx, zips
from tests.modelfile.exchange import keras_model as keras

UNITS, CHANNELS, OUTPUTS = 4, 3, 3
CONFIG, WEIGHTS = "config.json", "model.weights.h5"
SUFFIXES = {
    "keras": ".keras",
    "safetensors": ".safetensors",
    "onnx": ".onnx",
    "g2p": ".npz",
    "pickle": ".pt",
}


class _Code:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return eval, ("__import__('os').mkdir('ran')",)


CODE = pickle.dumps(_Code())


def sound(kind: str) -> bytes:
    """Return the bytes of a small sound model."""
    return {
        "keras": lambda: zips.of(_keras()),
        "safetensors": lambda: _tensors(_torch()),
        "onnx": lambda: foreign_onnx.sound(CHANNELS, UNITS, OUTPUTS),
        "g2p": lambda: zips.of(_g2p()),
    }[kind]()


def attacks(kind: str) -> Iterator[tuple[str, bytes]]:
    """Yield the attacks on the reader of a kind."""
    makers: dict[str, Callable[[], Iterator[tuple[str, bytes]]]] = {
        "keras": _on_keras,
        "safetensors": _on_safetensors,
        "onnx": lambda: foreign_onnx.attacks(CHANNELS, UNITS, OUTPUTS),
        "g2p": _on_g2p,
        "pickle": lambda: iter([("code", CODE), ("in a zip", zips.of({"m/data.pkl": CODE}))]),
    }
    yield from makers[kind]()


# .keras


def _weights(change: Callable[[h5py.File], None] = lambda file: None) -> bytes:
    rng, held = np.random.default_rng(1), io.BytesIO()
    with h5py.File(held, "w") as file:
        places = {
            "layers/gru/cell": keras.weights_of(rng, "GRU", CHANNELS, UNITS),
            "layers/dense": [np.ones((UNITS, OUTPUTS), "f4"), np.ones(OUTPUTS, "f4")],
        }
        for place, arrays in places.items():
            for number, array in enumerate(arrays):
                file[f"{place}/vars/{number}"] = array
        change(file)
    return held.getvalue()


def _layers(*more: dict[str, object]) -> str:
    layers = (keras.recurrent("GRU", "g", UNITS), *more, keras.dense(OUTPUTS))
    return json.dumps(keras.sequential(*layers))


def _keras(config: str | None = None, weights: bytes | None = None) -> dict[str, bytes]:
    text = _layers() if config is None else config
    return {CONFIG: text.encode(), WEIGHTS: _weights() if weights is None else weights}


def _on_keras() -> Iterator[tuple[str, bytes]]:
    yield from zips.attacks(_keras(), CONFIG)
    yield from zips.attacks(_keras(), WEIGHTS)
    code = {"class_name": "__lambda__", "config": {"code": CODE.hex()}}
    configs = {
        "a Lambda with code": _layers(keras.layer("Lambda", "l", function=code)),
        "a class of another module": _layers(keras.layer("system", "s", module="os")),
        "a class that is registered": _layers(keras.layer("Dense", "d", registered="os>system")),
        "a TFSMLayer": _layers(keras.layer("TFSMLayer", "t", filepath="/tmp")),
        "a model of another module": '{"module":"os","class_name":"system","config":"mkdir ran"}',
        "levels without end": "[" * 100_000,
        "lists that grow": "[" + "[]," * 700_000 + "[]]",
        "a number without end": "1" * 1_000_000,
        "no number": _layers().replace(f'"units": {UNITS}', '"units": NaN'),
        "keys that are there twice": _layers()[:-1] + ', "class_name": "Functional"}',
        "lone surrogates": _layers().replace('"g"', '"\\ud800\\u001b[31m"'),
        "a circle": _chain([(f"l{k}", f"l{(k + 1) % 9}") for k in range(9)]),
        "6,000 layers, the last one first": _chain([(f"l{k}", f"l{k + 1}") for k in range(6_000)]),
    }
    for name, config in configs.items():
        yield name, zips.of(_keras(config))
    for name, change in _CHANGES.items():
        yield name, zips.of(_keras(weights=_weights(change)))
    yield "a pickle for weights", zips.of(_keras(weights=CODE))


def _chain(pairs: list[tuple[str, str]]) -> str:
    layers = [(keras.layer("Dropout", name), (read,), ()) for name, read in pairs]
    return json.dumps(keras.functional(layers, [pairs[-1][1], 0, 0], [pairs[0][0], 0, 0]))


KERNEL, BIAS = "layers/dense/vars/0", "layers/dense/vars/1"


def _instead(place: str, **made: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[place]
        file.create_dataset(place, **made)

    return change


def _linked(link: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[BIAS]
        file[BIAS] = link

    return change


def _virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((OUTPUTS,), "<f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (OUTPUTS,))
    del file[BIAS]
    file.create_virtual_dataset(BIAS, layout)


def _plugin(file: h5py.File) -> None:
    """Pack an array by a filter that would be looked for in a folder of libraries."""
    kept = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    kept.set_chunk((OUTPUTS,))
    kept.set_filter(32_000, h5py.h5z.FLAG_OPTIONAL, (1,))
    space = h5py.h5s.create_simple((OUTPUTS,))
    del file[BIAS]
    dataset = h5py.h5d.create(file.id, BIAS.encode(), h5py.h5t.IEEE_F32LE, space, dcpl=kept)
    dataset.write_direct_chunk((0,), np.ones(OUTPUTS, "f4").tobytes(), filter_mask=0)


def _odd_floats(file: h5py.File) -> None:
    kind = h5py.h5t.IEEE_F32LE.copy()
    kind.set_ebias(1)
    space = h5py.h5s.create_simple((OUTPUTS,))
    del file[BIAS]
    h5py.h5d.create(file.id, BIAS.encode(), kind, space).write(
        h5py.h5s.ALL, h5py.h5s.ALL, np.ones(OUTPUTS, "f4")
    )


_CHANGES: dict[str, Callable[[h5py.File], None]] = {
    "a link to another file": _linked(h5py.ExternalLink("/etc/passwd", "/x")),
    "a link by name": _linked(h5py.SoftLink("/layers/gru")),
    "data in another file": _instead(
        BIAS, shape=(OUTPUTS,), dtype="<f4", external=[("/etc/passwd", 0, 4 * OUTPUTS)]
    ),
    "data of another file": _virtual,
    "a filter of a library": _plugin,
    "floats of another form": _odd_floats,
    "16 GiB that are not there": _instead(
        KERNEL, shape=(1 << 16, 1 << 16), dtype="<f4", chunks=(1024, 1024)
    ),
    "zeros that are packed": _instead(
        KERNEL, data=np.zeros((4096, 4096), "f4"), compression="gzip"
    ),
    "texts": _instead(BIAS, data=[b"a"] * OUTPUTS, dtype=h5py.string_dtype()),
    "references": _instead(BIAS, shape=(OUTPUTS,), dtype=h5py.ref_dtype),
    "structures": _instead(BIAS, data=np.zeros(OUTPUTS, "f4,f4")),
    "32 axes": _instead(BIAS, data=np.ones((1,) * 32, "f4")),
    "no number in it": _instead(BIAS, data=np.full(OUTPUTS, np.nan, "f4")),
    "no axis": _instead(BIAS, data=np.float32(1)),
    "no numbers": _instead(BIAS, data=np.ones(0, "f4")),
}


# .safetensors


def _torch() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(2)
    shapes = {
        "gru.weight_ih_l0": (3 * UNITS, CHANNELS),
        "gru.weight_hh_l0": (3 * UNITS, UNITS),
        "gru.bias_ih_l0": (3 * UNITS,),
        "gru.bias_hh_l0": (3 * UNITS,),
        "fc.weight": (OUTPUTS, UNITS),
        "fc.bias": (OUTPUTS,),
    }
    return {name: rng.normal(size=shape).astype("f4") for name, shape in shapes.items()}


def _tensors(arrays: dict[str, np.ndarray], **wrong: object) -> bytes:
    """Return a file; `wrong` holds fields for the header of its last array."""
    header, data = dict[str, dict[str, object]](), b""
    for name, array in arrays.items():
        ends = [len(data), len(data) + array.nbytes]
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": ends}
        data += array.tobytes()
    header[name] |= wrong
    return _framed(json.dumps(header), data)


def _framed(header: str, data: bytes = b"", size: int | None = None) -> bytes:
    text = header.encode("utf-8", "surrogatepass")
    return (len(text) if size is None else size).to_bytes(8, "little") + text + data


def _on_safetensors() -> Iterator[tuple[str, bytes]]:
    whole = _torch()
    plain = _tensors(whole)
    text = plain[8:].decode("latin-1")
    empty = '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    size = sum(array.nbytes for array in whole.values())
    yield "a header of 2^63 bytes", (1 << 63).to_bytes(8, "little") + plain[8:]
    yield "a header longer than the file", (1 << 20).to_bytes(8, "little") + plain[8:]
    yield "a header of 4 MB", _framed(" " * 4_000_000)
    yield "levels without end", _framed("[" * 100_000)
    yield "lists that grow", _framed('{"a":[' + "[]," * 600_000 + "[]]}")
    yield (
        "arrays without numbers",
        _framed("{" + ",".join(f'"a{k}":{empty}' for k in range(30_000)) + "}"),
    )
    yield "the same name twice", plain[:8] + (text.replace("bias_hh", "bias_ih")).encode("latin-1")
    yield "an array beyond the file", _tensors(whole, data_offsets=[size, 1 << 40])
    yield "an array before the file", _tensors(whole, data_offsets=[-4, size])
    yield "arrays that overlap", _tensors(whole, data_offsets=[0, 4 * OUTPUTS])
    yield "a product of sizes beyond 2^64", _tensors(whole, shape=[1 << 33, 1 << 33])
    yield "a negative size", _tensors(whole, shape=[-OUTPUTS])
    yield "a size that is no number", _tensors(whole, shape=[True])
    yield "axes without end", _tensors(whole, shape=[OUTPUTS, *[1] * 5000])
    yield "objects", _tensors(whole, dtype="O")
    yield "floats that NumPy lacks", _tensors(whole, dtype="BF16", shape=[2 * OUTPUTS])
    yield "bytes after its end", plain + CODE
    yield "a hole", _framed(plain[8:].split(b"}}")[0].decode() + "}}", bytes(4) + bytes(size))
    yield "a name of escapes", _tensors({**whole, "\x1b[31m\u202e": whole["fc.bias"]})
    yield "a name of a megabyte", _tensors({**whole, "." * (1 << 20): whole["fc.bias"]})
    yield "no number in it", _tensors({**whole, "fc.bias": np.full(OUTPUTS, np.nan, "f4")})
    yield (
        "a number of layers of its own",
        _tensors({name.replace("l0", "l999"): array for name, array in whole.items()}),
    )


# .npz of g2p-en


def _g2p(**others: bytes) -> dict[str, bytes]:
    rng = np.random.default_rng(3)
    shapes: dict[str, tuple[int, ...]] = {
        "enc_emb": (len(READ), CHANNELS),
        "dec_emb": (len(WRITTEN), CHANNELS),
        "fc_w": (len(WRITTEN), UNITS),
        "fc_b": (len(WRITTEN),),
    }
    for side in ("enc", "dec"):
        shapes |= {f"{side}_w_ih": (3 * UNITS, CHANNELS), f"{side}_w_hh": (3 * UNITS, UNITS)}
        shapes |= {f"{side}_b_ih": (3 * UNITS,), f"{side}_b_hh": (3 * UNITS,)}
    arrays = {name: _npy(rng.normal(size=shape).astype("f4")) for name, shape in shapes.items()}
    return {f"{name}.npy": data for name, data in (arrays | others).items()}


def _npy(array: np.ndarray) -> bytes:
    held = io.BytesIO()
    np.save(held, array)
    return held.getvalue()


def _header(text: str, data: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    raw = text.encode() + b"\n"
    length = len(raw).to_bytes(2 if version == b"\x01\x00" else 4, "little")
    return b"\x93NUMPY" + version + length + raw + data


def _shaped(shape: str, dtype: str = "'<f4'") -> bytes:
    return _header(f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}, }}", bytes(16))


def _on_g2p() -> Iterator[tuple[str, bytes]]:
    yield from zips.attacks(_g2p(), "enc_emb.npy")
    members = {
        "74 GiB": _shaped("(20000000000,)"),
        "a product of sizes beyond 2^64": _shaped("(4294967296, 4294967297)"),
        "a negative size": _shaped("(-4,)"),
        "a size that is no number": _shaped("(True,)"),
        "a size of 4,000 digits": _shaped(f"({'1' * 4000},)"),
        "70 axes": _shaped(f"({'1, ' * 70})"),
        "texts of no length": _shaped("(10000000000,)", "'<U0'"),
        "texts of any length": _shaped("(1,)", "'<U1000000000'"),
        "objects": _header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", CODE),
        "long floats": _shaped("(1,)", "'<f16'"),
        "structures": _shaped("(1,)", "[('a', '<f4'), ('b', '<f4')]"),
        "days": _shaped("(1,)", "'<M8[D]'"),
        "code for a shape": _shaped("__import__('os').mkdir('ran')"),
        "a power for a shape": _shaped("(9**9**9,)"),
        "levels without end": _shaped("(" * 9_000),
        "a header without end": _header(" " * 60_000),
        "a header of 4 GiB": b"\x93NUMPY\x02\x00\xff\xff\xff\xff{",
        "no header": CODE,
        "no number in it": _npy(np.full(3 * UNITS, np.nan, "f4")),
        "nothing": b"",
    }
    for name, member in members.items():
        yield name, zips.of(_g2p(enc_b_ih=member))
    yield "one array more", zips.of(_g2p(more=_npy(np.ones(1, "f4"))))


def main() -> None:
    """Write all attacks into the folder that is named."""
    folder = Path(sys.argv[1])
    for kind, suffix in SUFFIXES.items():
        for name, data in attacks(kind):
            path = folder / f"{kind} {name.replace('/', ' ')}{suffix}"
            path.write_bytes(data)


if __name__ == "__main__":
    main()
