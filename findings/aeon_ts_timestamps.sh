#!/usr/bin/env bash
# Package:  aeon 1.6.0 (600 MB: numba, SciPy, pandas)
# Expected: of a .ts file with @timestamps true, whose steps are (time,value), the values are read.
# Seen:     of each channel all numbers with a decimal point are taken, without their sign and their
#           exponent: -2.5 and 2.5e-7 are both read as 2.5, a time of 0.5 becomes a value, without an
#           error or a warning. If no value has a decimal point, it ends with a ValueError.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet aeon==1.6.0
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

from aeon.datasets import load_from_ts_file

FILE = """@problemName stamped
@timestamps true
@missing false
@univariate true
@equalLength true
@seriesLength 3
@classLabel true up down
@data
{}:up
{}:down
"""


def read(*lines):
    """Return the series of a file of two, or the name of what was raised."""
    with open("stamped.ts", "w") as file:
        file.write(FILE.format(*lines))
    try:
        return load_from_ts_file("stamped.ts")[0][:, 0].tolist()
    except ValueError:
        return "ValueError"


signs = read("(0,1.5),(1,-2.5),(2,3.5)", "(0,-1.5),(1,2.5),(2,-3.5)")
print("expected:", [[1.5, -2.5, 3.5], [-1.5, 2.5, -3.5]])
print("seen:    ", signs)
exponents = read("(0,1.5),(1,2.5e-7),(2,3.5)", "(0,1.5),(1,2.5e7),(2,3.5)")
print("expected:", [[1.5, 2.5e-7, 3.5], [1.5, 2.5e7, 3.5]])
print("seen:    ", exponents)
times = read("(0.5,1.5),(1.0,2.5),(1.5,3.5)", "(0.5,4.5),(1.0,5.5),(1.5,6.5)")
print("expected:", [[1.5, 2.5, 3.5], [4.5, 5.5, 6.5]])
print("seen:    ", times)
whole = read("(0,1),(1,2),(2,3)", "(0,4),(1,5),(2,6)")
print("expected:", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
print("seen:    ", whole)
described = [
    [[1.5, 2.5, 3.5]] * 2,
    [[1.5, 2.5, 3.5]] * 2,
    [[0.5, 1.5, 1.0, 2.5, 1.5, 3.5], [0.5, 4.5, 1.0, 5.5, 1.5, 6.5]],
    "ValueError",
]
if [signs, exponents, times, whole] != described:
    sys.exit("the behaviour has changed")
PYTHON
