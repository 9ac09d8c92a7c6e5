#!/usr/bin/env bash
# Package:  sktime 1.2.0 (440 MB: scikit-learn, SciPy, pandas)
# Expected: series without labels, which write_panel_to_tsfile takes (target=None), are written, and
#           read again by load_from_tsfile with return_y=False.
# Seen:     those of one length are written, and the reader ends with a ValueError, for it waits for
#           labels although none are asked for; those of several lengths end the writer with a
#           TypeError.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet sktime==1.2.0
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

import numpy as np
import pandas as pd
from sktime.datasets import load_from_tsfile, write_panel_to_tsfile


def outcome(function, *arguments, **options):
    """Return "done", or the name of what was raised."""
    try:
        function(*arguments, **options)
    except (TypeError, ValueError) as error:
        return type(error).__name__
    return "done"


equal = np.arange(9.0).reshape(3, 1, 3)
unequal = pd.DataFrame({"dim_0": [pd.Series([1.0, 2.0, 3.0]), pd.Series([4.0, 5.0])]})
seen = {
    "write equal lengths": outcome(write_panel_to_tsfile, equal, ".", problem_name="equal"),
    "read them": outcome(load_from_tsfile, "equal/equal.ts", return_y=False),
    "write unequal lengths": outcome(write_panel_to_tsfile, unequal, ".", problem_name="unequal"),
}
print("expected:", dict.fromkeys(seen, "done"))
print("seen:    ", seen)
if list(seen.values()) != ["done", "ValueError", "TypeError"]:
    sys.exit("the behaviour has changed")
PYTHON
