#!/usr/bin/env bash
# Package:  aeon 1.6.0 (600 MB: numba, SciPy, pandas)
# Expected: series that save_to_ts_file wrote without labels are read without labels.
# Seen:     the file says @targetlabel false, ends each line with a colon, and is read as one that has
#           class labels, all of them the empty string. A classifier takes them for one class.
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

save_to_ts_file(np.arange(9.0).reshape(3, 1, 3), path=".", problem_name="unlabelled")
print(open("unlabelled.ts").read())
_, labels, about = load_from_ts_file("unlabelled.ts", return_meta_data=True)
print("expected: no labels,", {"classlabel": False})
print("seen:    ", labels.tolist(), {"classlabel": about["classlabel"]})
if labels.tolist() != ["", "", ""] or about["classlabel"] is not True:
    sys.exit("the behaviour has changed")
PYTHON
