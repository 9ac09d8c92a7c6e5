#!/usr/bin/env bash
# Package:  pandas 3.1.1, numpy 2.4.6 (190 MB)
# Expected: read_json with lines=True keeps the strings of a JSON file strings, for JSON says which
#           values are numbers.
# Seen:     a column of strings of digits becomes numbers: of sequences of symbols the zeros in front
#           are gone, long ones are rounded, and longer ones are all infinite; the labels "01" and "1"
#           become one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet pandas==3.1.1 numpy==2.4.6
cd "$folder"
env/bin/python - <<'PYTHON'
import io
import json
import sys

import pandas as pd


def read(*rows):
    """Return the sequences and the labels of rows that were written as JSON lines."""
    lines = [json.dumps({"sequence": row[0], "label": row[1]}) for row in rows]
    found = pd.read_json(io.StringIO("\n".join(lines)), lines=True)
    return found["sequence"].tolist(), found["label"].tolist()


short = read(("0011", "01"), ("0110", "1"))
print("expected:", (["0011", "0110"], ["01", "1"]))
print("seen:    ", short)
long = read(("1" * 30 + "01", "a"), ("1" * 30 + "10", "b"))
print("expected: two sequences of 32 symbols")
print("seen:    ", long[0], "equal" if long[0][0] == long[0][1] else "different")
longer = read(("1" * 400, "a"), ("10" * 200, "b"))
print("expected: two sequences of 400 symbols")
print("seen:    ", longer[0])
described = ([11, 110], [1, 1]), long[0][0] == long[0][1] > 1e30, [float("inf")] * 2
if (short, long[0][0] == long[0][1] > 1e30, longer[0]) != described:
    sys.exit("the behaviour has changed")
PYTHON
