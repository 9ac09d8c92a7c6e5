#!/usr/bin/env bash
# Package:  pandas 3.1.1, numpy 2.4.6 (190 MB)
# Expected: to_csv writes the numbers of a series that stands in one cell, or refuses a cell that CSV
#           has no form for.
# Seen:     it writes what NumPy prints for people. Of more than 1,000 numbers six are left and "...",
#           the others are lost, without an error or a warning; of fewer, digits beyond the eighth are.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet pandas==3.1.1 numpy==2.4.6
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

import numpy as np
import pandas as pd


def written(values):
    """Return the cell that to_csv writes for a series."""
    pd.DataFrame({"series": [values]}).to_csv("series.csv", index=False)
    return pd.read_csv("series.csv")["series"][0]


long = written(np.arange(1001.0))
print("expected: 1,001 numbers")
print("seen:    ", long)
short = written(np.array([0.123456789012, 2.0]))
print("expected:", [0.123456789012, 2.0])
print("seen:    ", short)
kept = [float(word) for word in long.strip("[]").split() if word != "..."]
described = [0, 1, 2, 998, 999, 1000], "[0.12345679 2.        ]", True
if (kept, short, "..." in long) != described:
    sys.exit("the behaviour has changed")
PYTHON
