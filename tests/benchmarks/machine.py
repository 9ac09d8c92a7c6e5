"""What is measured on: the machine, the versions, and the environment of measured processes."""

import ctypes
import hashlib
import json
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
# NumPy's BLAS chooses its kernel for the processor, as it does for users. Where these are set, for
# whatever reason, another kernel would be measured than theirs.
BLAS_KERNEL = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
KERAS = {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def environment(threads, keep_blas_kernel=False, root=ROOT):
    """Return the environment of a measured process; 0 threads: whatever its libraries choose.

    Its code is that of `root`, where it has to start, too: `python -m` looks there first.
    """
    removed = BLAS_THREADS if keep_blas_kernel else (*BLAS_THREADS, *BLAS_KERNEL)
    variables = {
        name: value
        for name, value in os.environ.items()
        if name not in removed and not name.startswith("PYTHON")  # they keep bytecode, and buffer
    }
    variables |= {"PYTHONPATH": str(root), **KERAS}
    if threads == 1:
        variables |= dict.fromkeys(BLAS_THREADS, "1")
        # JAX: no threads within a product, one thread in the pool
        variables |= {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false", "NPROC": "1"}
    return variables


def describe(pythons, variables):
    """Return a JSON object: the machine, our versions, and the packages of each peer.

    Args:
        pythons: side -> interpreter; those of peers are asked.
        variables: environment of measured processes.
    """
    here = {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "os": f"{platform.system()} {platform.release()}",
    }
    asked = {side: _ask(python, variables) for side, python in pythons.items()}
    kernel = asked.get("grucli", {}).get("blas_kernel")  # not all processors say what they are
    name = hashlib.sha256(json.dumps({**here, "kernel": kernel}).encode()).hexdigest()[:8]
    return {"machine": name, **here, "versions": asked}


def revision(root=ROOT):
    """Return the version of grucli and a digest of its code: the same code, the same revision."""
    digest = hashlib.sha256()
    for path in sorted((root / "grucli").rglob("*.py")):
        digest.update(path.read_bytes())
    about = (root / "grucli" / "__init__.py").read_text()
    version = next(line.split('"')[1] for line in about.splitlines() if "__version__ =" in line)
    return f"{version}+{digest.hexdigest()[:8]}"


def _cpu():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def _ask(python, variables):
    command = [python, "-m", "tests.benchmarks.machine"]
    answer = subprocess.run(
        command, env=variables, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return json.loads(answer.stdout)


def _versions():
    """Return what is installed beside this interpreter, as far as it matters."""
    wanted = ("numpy", "torch", "keras", "tensorflow", "tensorflow_cpu", "jax", "onnxruntime")
    wanted += ("scikit_learn", "fasttext_wheel")
    found = {"python": platform.python_version()}
    for name in wanted:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found | _blas_kernel()


def _blas_kernel():
    """Return the name of the kernel that NumPy's OpenBLAS has chosen, if it has one."""
    import numpy as np

    for library in Path(np.__file__).parents[1].glob("numpy.libs/*openblas*"):
        name = getattr(ctypes.CDLL(str(library)), "scipy_openblas_get_corename64_", None)
        if name is not None:
            name.restype = ctypes.c_char_p
            return {"blas_kernel": name().decode()}
    return {}


if __name__ == "__main__":
    json.dump(_versions(), sys.stdout)
