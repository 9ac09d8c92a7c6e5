"""The `.npz` of g2p-en: a GRU that reads the letters of a word, and one that writes phonemes.

    enc_emb (29, I)  enc_w_ih (3 H, I)  enc_w_hh (3 H, H)  enc_b_ih, enc_b_hh (3 H,)
    dec_emb (74, I)  dec_w_ih …         fc_w (74, H)       fc_b (74,)

Arrays are as PyTorch has them, with blocks r | z | n. The second GRU begins with the last state of
the first as it is, without attention, and with `<s>`. What the ids mean the file does not say: they
are those of the program (g2p-en 2.1.0, g2p.py).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from grucli.data.encoded import UNLIMITED
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.symbols import Symbols
from grucli.data.text.vocabulary import Vocabulary
from grucli.engine.packing import Floats
from grucli.errors import CheckpointError, excerpt
from grucli.files.whole_files import read_bytes, sha256
from grucli.modelfile.archive import MAX_BYTES
from grucli.modelfile.exchange.foreign import Direction, ForeignDecoder, ForeignModel, layer_of
from grucli.modelfile.exchange.onnx_names import Names
from grucli.modelfile.exchange.zip_members import stored_members
from grucli.modelfile.npz_layout import FaultError
from grucli.tasks.generate.task import Generate

END, BEGIN = "</s>", "<s>"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
READ = ("<pad>", "<unk>", END, *LETTERS)
"""What the 29 ids of inputs are; each word ends with END."""
PHONEMES = (
    "AA0 AA1 AA2 AE0 AE1 AE2 AH0 AH1 AH2 AO0 AO1 AO2 AW0 AW1 AW2 AY0 AY1 AY2 B CH D DH EH0 EH1 EH2 "
    "ER0 ER1 ER2 EY0 EY1 EY2 F G HH IH0 IH1 IH2 IY0 IY1 IY2 JH K L M N NG OW0 OW1 OW2 OY0 OY1 OY2 "
    "P R S SH T TH UH0 UH1 UH2 UW UW0 UW1 UW2 V W Y Z ZH"
)
WRITTEN = ("<pad>", "<unk>", BEGIN, END, *PHONEMES.split())
"""What the 74 ids of outputs are."""
MOST_PHONEMES = 20  # of a word, as the program has it

_PARTS = "w_ih", "w_hh", "b_ih", "b_hh"
_AGAIN = "copy it again, or save it with np.savez"
_NPY = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '([<>|](?:f[248]|[iu][1248]|b1))', "
    rb"'fortran_order': (True|False), 'shape': \(((?:\d{1,10}L?,? ?){0,2})\), \} {0,200}\n",
    re.DOTALL,
)
_OTHERS = "of files that hold arrays alone g2p-en's own fits; save a classifier as .safetensors"


def read(path: str | Path) -> ForeignModel:
    """Read a file.

    Raises:
        AccessError: it is missing or unreadable.
        CheckpointError: it is too large.
        FaultError: it is damaged, or no such model.
    """
    data = read_bytes(path, MAX_BYTES, CheckpointError)
    members = stored_members(data, again=_AGAIN)
    arrays = {name.removesuffix(".npy"): _array(member) for name, member in members.items()}
    _check(arrays)
    pad, unknown, *tokens = arrays["enc_emb"]
    symbols = Symbols(kind="space", texts=("", *(text for text in WRITTEN if text != END)))
    return ForeignModel(
        cell="gru",
        layers=[_layer(arrays, "enc")],
        embedding=np.stack((unknown, pad, *tokens)),
        head_weight=arrays["fc_w"],
        head_bias=arrays["fc_b"],
        activation="",
        pooling=(),
        reads_steps=False,
        decoder=ForeignDecoder(
            symbols=arrays["dec_emb"],
            layer=_layer(arrays, "dec"),
            task=Generate(symbols=symbols, longest=MOST_PHONEMES + 1),
            texts=WRITTEN,
            begin=WRITTEN.index(BEGIN),
        ),
        names=Names(
            task=Generate.name,
            encoder=TextEncoder(Vocabulary([END, *LETTERS]), "exact", UNLIMITED, end=END),
        ),
        notes=(
            f"it reads the letters a to z and writes {len(PHONEMES.split())} phonemes, at most "
            f"{MOST_PHONEMES} of a word; its program takes the most probable one each time, as "
            "--beam 1 does",
        ),
        sha256=sha256(data),
    )


def _layer(arrays: Mapping[str, Floats], side: str) -> dict[str, Floats]:
    return layer_of("gru", [Direction(*(arrays[f"{side}_{part}"] for part in _PARTS))])


def _array(member: bytes) -> Floats:
    """Return the array of a `.npy` file; what its header may say is this, and nothing is run."""
    match = _NPY.match(member)
    if match is None:
        raise FaultError("holds other arrays than plain floats; save it as float32, with np.savez")
    dtype, is_turned = np.dtype(match[1].decode()), match[2] == b"True"
    if dtype.kind != "f":
        raise FaultError(f"holds {dtype}, no floats; save it as float32")
    shape = tuple(int(size) for size in match[3].replace(b"L", b"").split(b",") if size.strip())
    if match.end() + math.prod(shape) * dtype.itemsize != len(member):
        raise FaultError(f"damaged (an array of another size); {_AGAIN}")
    values = np.frombuffer(member, dtype, offset=match.end())
    return values.reshape(shape, order="F" if is_turned else "C")


def _check(arrays: Mapping[str, Floats]) -> None:
    """Refuse arrays of other names or shapes."""
    first = {name: arrays[name].shape for name in ("enc_emb", "enc_w_hh") if name in arrays}
    if len(first) < 2 or any(len(shape) != 2 for shape in first.values()):
        raise FaultError(f"has no enc_emb and enc_w_hh, two matrices; {_OTHERS}")
    size, units = (shape[1] for shape in first.values())
    expected = {
        "enc_emb": (len(READ), size),
        "dec_emb": (len(WRITTEN), size),
        "fc_w": (len(WRITTEN), units),
        "fc_b": (len(WRITTEN),),
    }
    for side in ("enc", "dec"):
        shapes = (3 * units, size), (3 * units, units), (3 * units,), (3 * units,)
        names = (f"{side}_{part}" for part in _PARTS)
        expected |= dict(zip(names, shapes, strict=True))
    for name in sorted(expected.keys() | arrays.keys()):
        found = arrays[name].shape if name in arrays else None
        if found != expected.get(name):
            raise FaultError(
                f"{excerpt(name)} is {found or 'missing'}, where {expected.get(name, 'none')} "
                f"fits; {_OTHERS}"
            )
