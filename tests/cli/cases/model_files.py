"""Model files: what is none, damaged ones, those of another kind, names that look like flags."""

import io
import pickle

import numpy as np

from . import Case
from .data import ANSWER

ARCHIVE = "tests/modelfile/test_archive.py"


class Command:
    """Unpickled, it would leave a file behind."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("touch pwned",)


def saved(**arrays: object) -> bytes:
    """Return what NumPy makes of arrays, pickled ones among them."""
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def refused(name: str, number: int, model: bytes, says: str, proof: str = "") -> Case:
    """Return the case of a file that is no model."""
    return Case(
        name=name,
        number=number,
        files={"m.npz": model},
        run="grucli predict a.csv -m m.npz",
        code=4,
        says=(rf"m\.npz: {says}",),
        proof=proof and f"{ARCHIVE}::{proof}",
    )


def broken(name: str, number: int, script: str, says: str, proof: str) -> Case:
    """Return the case of a model that a script, of bytes `b` or of a meta `m`, has changed."""
    return Case(
        name=name,
        number=number,
        run="cat > change.py; python3 change.py $TEXT; grucli predict a.csv -m m.npz",
        stdin=script.encode(),
        code=4,
        says=(rf"m\.npz: {says}",),
        leaves=("change.py", "m.npz"),
        proof=proof,
    )


BYTES = (
    "import sys\nb = bytearray(open(sys.argv[1], 'rb').read())\n{}\nopen('m.npz', 'wb').write(b)\n"
)
PARTS = (
    "import sys\nfrom grucli.modelfile.archive import read_archive, write_archive\n"
    "whole = read_archive(sys.argv[1])\nmeta, arrays = whole.meta, dict(whole.arrays)\n{}\n"
    "write_archive('m.npz', meta, arrays)\n"
)

NO_MODEL = (
    refused("a table is named as the model", 61, b"text,label\n", "not a grucli checkpoint: "),
    refused(
        "a pointer of Git LFS is named as the model",
        61,
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "not a grucli checkpoint: .*Git",
    ),
    refused("a model of zero bytes", 62, b"", "truncated", "test_truncated_anywhere"),
    refused("a pickle", 64, pickle.dumps(Command()), "not a grucli checkpoint: "),
    refused(
        "an archive of pickled objects",
        64,
        saved(x=np.array([Command()], dtype=object)),
        "not a grucli checkpoint: ",
        "test_no_attack_runs_code_or_takes_memory",
    ),
    refused("an archive of somebody else", 64, saved(x=np.zeros(3)), "not a grucli checkpoint: "),
    Case(
        name="arrays that claim to be larger than the file",
        number=65,
        proof=f"{ARCHIVE}::test_every_attack_is_refused_with_its_reason",
    ),
    Case(
        name="members that overlap, repeat, explode, or lead out of the folder",
        number=66,
        proof=f"{ARCHIVE}::test_no_attack_runs_code_or_takes_memory",
    ),
)

BROKEN = (
    broken(
        "a model that was copied in part",
        62,
        BYTES.format("b = b[:len(b) // 2]"),
        "truncated ",
        f"{ARCHIVE}::test_truncated_anywhere",
    ),
    broken(
        "a model with a flipped bit",
        63,
        BYTES.format("b[len(b) // 2] ^= 1"),
        "damaged ",
        f"{ARCHIVE}::test_every_flipped_bit",
    ),
    broken(
        "a model without one of its arrays",
        67,
        PARTS.format("arrays.pop('param_head_bias')"),
        "inconsistent: .*head_bias",
        "tests/modelfile/test_checkpoint.py::test_a_missing_array_is_named",
    ),
    broken(
        "a model with one label less than outputs",
        67,
        PARTS.format("meta['labels'] = meta['labels'][:1]"),
        "inconsistent: ",
        "tests/modelfile/test_checkpoint.py::test_meta_that_does_not_fit_is_refused",
    ),
    Case(
        name="weights that are no numbers",
        number=68,
        proof="tests/modelfile/test_checkpoint.py::test_weights_that_are_not_finite_are_never_written",
    ),
    Case(
        name="a model of a newer grucli, and of each older one",
        number=69,
        proof="tests/modelfile/test_checkpoint.py::"
        "test_files_of_every_format_so_far_still_answer_as_they_did",
    ),
    Case(
        name="an array that is not the one of its checksum",
        number=70,
        proof=f"{ARCHIVE}::test_every_attack_is_refused_with_its_reason",
    ),
    Case(
        name="settings in a model that no JSON can be",
        number=71,
        proof=f"{ARCHIVE}::test_mutated_meta_in_an_honest_frame",
    ),
    Case(
        name="a model whose labels would act on a terminal",
        number=72,
        run="grucli inspect-gates -m $ODD -q | grep -c $'\\x1b'",
        code=1,
        out="0\n",
    ),
    Case(
        name="weights of another byte order",
        number=73,
        proof=f"{ARCHIVE}::test_any_byte_order_and_layout_is_stored_little_endian_in_c_order",
    ),
)

USE = (
    Case(
        name="a model that is replaced while it answers",
        number=74,
        proof="tests/cli/test_streams.py::test_a_model_that_is_replaced_meanwhile_does_not_matter",
    ),
    Case(
        name="numbers for a model of texts",
        number=75,
        files={"x.ts": b"@classLabel true a b\n@data\n1,2,3:a\n4,5,6:b\n"},
        run="grucli predict x.ts -m $TEXT",
        code=4,
        says=(r"x\.ts: holds numeric sequences of 1 channel, but .* reads text; ",),
    ),
    Case(
        name="texts for a model of numbers",
        number=75,
        run="grucli predict a.csv -m $SERIES -q",
        code=4,
        says=(r"a\.csv: holds text, but .* reads numeric sequences of 64 channels; ",),
    ),
    Case(
        name="links, blanks, faces and dashes in names",
        number=76,
        run='ln -s "$TEXT" "my 👍.npz"; cp a.csv ./-rf; '
        'grucli predict -m "my 👍.npz" --to label -q -- -rf',
        out="(?:(?:positive|negative)\n){3}",
        leaves=("-rf", "my 👍.npz"),
        proof="tests/cli/test_predict.py::test_names_that_look_like_something_else",
    ),
    Case(
        name="a model that may only be read",
        number=76,
        run="cp $TEXT m.npz; chmod 400 m.npz; grucli predict a.csv -m m.npz -q",
        out=ANSWER * 3,
        leaves=("m.npz",),
    ),
)

CASES = (*NO_MODEL, *BROKEN, *USE)
