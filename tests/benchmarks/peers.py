"""The sides that are compared, and the peers' environments: made when they are not there."""

import os
import subprocess
import sys
import venv
from pathlib import Path

from tests.benchmarks import machine

REFERENCE = "reference"  # an older build of grucli, which an interpreter has
MODULES = {  # in tests.benchmarks.sides
    "grucli": "ours",
    REFERENCE: "ours",
    "pytorch": "pytorch",
    "keras": "keras_tf",
    "jax": "jax_scan",
    "onnxruntime": "onnx_runtime",
    "limit": "limit",
}
PACKAGES = {
    "pytorch": ["torch==2.13.0", "numpy"],
    "keras": ["keras==3.15.1", "tensorflow-cpu==2.21.0"],
    "jax": ["jax==0.10.2"],
    "onnxruntime": ["onnxruntime==1.32.0", "onnx==1.23.2"],
    "ngram": ["scikit-learn==1.9.1"],
    "fasttext": ["fasttext-wheel==0.9.2", "numpy"],
    "writing": ["torch==2.13.0", "numpy", "tokenizers==0.23.3"],
    "phonetisaurus": ["phonetisaurus==0.3.0"],
    "yoyodyne": ["yoyodyne==0.5.27"],
}
FOLDER = Path.home() / ".cache" / "grucli-benchmarks"


def python(side, given, folder):
    """Return the interpreter of a side.

    Args:
        side: a name of MODULES or PACKAGES.
        given: side -> interpreter that is there already; REFERENCE has to be among them.
        folder: where environments are, or will be.
    """
    if side == REFERENCE:
        return given[side]
    if side not in PACKAGES:
        return sys.executable
    return given.get(side) or str(_made(side, folder / side))


def root(python):
    """Return the folder from which an interpreter takes grucli.

    Raises:
        SystemExit: it is the one that is measured, no other build.
    """
    command = [python, "-P", "-c", "import grucli; print(grucli.__path__[0])"]
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, env=variables, check=True, capture_output=True, text=True)
    found = Path(done.stdout.strip()).parent
    if found == machine.ROOT:
        raise SystemExit(f"{python}: takes grucli from {found}, and is no other build")
    return found


def _made(side, folder):
    """Return the interpreter of an environment with the packages of a peer."""
    interpreter, done = folder / "bin" / "python", folder / "complete"
    packages = " ".join(PACKAGES[side])
    if not done.exists() or done.read_text() != packages:
        print(f"installing {packages} into {folder}", file=sys.stderr, flush=True)
        venv.create(folder, with_pip=True, clear=True)
        command = [interpreter, "-m", "pip", "install", "--quiet", *PACKAGES[side]]
        subprocess.run(command, check=True, stdout=sys.stderr)
        done.write_text(packages)
    return interpreter
