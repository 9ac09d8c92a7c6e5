#!/usr/bin/env bash
# Package:  pandas 3.1.1, numpy 2.4.6 (190 MB)
# Expected: a table of tab-separated texts with a stray quotation mark (inches, an unfinished
#           quotation) has as many rows as lines, or is refused.
# Seen:     a mark that begins a cell takes all that follows for its text, tabs and ends of lines, up
#           to the next mark: rows disappear in one text, their labels with them, without an error or
#           a warning, if there is a next mark.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet pandas==3.1.1 numpy==2.4.6
cd "$folder"
env/bin/python - <<'PYTHON'
import io
import sys
import warnings

import pandas as pd

ROWS = [
    ("a fine film", "good"),
    ('"best of the year" it is not', "bad"),
    ('"unforgettable, in its way', "bad"),
    ("lovely", "good"),
    ("dull", "bad"),
    ('on a 5" screen it may pass', "bad"),
    ("great fun", "good"),
]
table = "text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in ROWS)
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    found = pd.read_csv(io.StringIO(table), sep="\t")
print(f"expected: {len(ROWS)} rows, labels {[label for _, label in ROWS]}")
print(f"seen:     {len(found)} rows, labels {found['label'].tolist()}, {len(warned)} warnings")
print("the third text:", repr(found["text"][2]))
labels = ["good", "bad", "bad", "good"]
if (found["label"].tolist(), len(warned)) != (labels, 0) or "\n" not in found["text"][2]:
    sys.exit("the behaviour has changed")
PYTHON
