#!/usr/bin/env bash
# Package:  aeon 1.6.0 (600 MB: numba, SciPy, pandas)
# Expected: load_from_ts_file gives the labels back that save_to_ts_file wrote.
# Seen:     it lowers them, then puts its word for a missing number wherever a label has "nan" or "?".
#           Labels that differ by case become one class. The list of classes it returns is lowered,
#           too, cut at the spaces, and has not the changed ones, so that a label is in no class.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet aeon==1.6.0
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

import numpy as np
from aeon.datasets import load_from_ts_file, save_to_ts_file

labels = ["Banana", "banana", "Why?", "New York"]
series = np.arange(12.0).reshape(4, 1, 3)
options = {"label_type": "classification", "problem_name": "fruit"}
save_to_ts_file(series, np.array(labels), path=".", **options)
again, seen, about = load_from_ts_file("fruit.ts", return_meta_data=True)
seen = seen.tolist()
print("expected:", labels)
print("seen:    ", seen)
print("classes: ", about["class_values"])
print("in none: ", [label for label in seen if label not in about["class_values"]])
described = ["baNaNa", "baNaNa", "whyNaN", "new york"]
classes = ["banana", "new", "york", "why?", "banana"]
if (seen, about["class_values"], np.array_equal(again, series)) != (described, classes, True):
    sys.exit("the behaviour has changed")
PYTHON
