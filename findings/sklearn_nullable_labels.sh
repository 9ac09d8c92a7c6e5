#!/usr/bin/env bash
# Package:  scikit-learn 1.9.1, pandas 3.1.1, numpy 2.4.6 (350 MB: SciPy)
# Expected: a classifier answers with the labels that it was given, also where they stand in a column of
#           pandas whose whole numbers or booleans may be missing (Int64, boolean) and none is.
# Seen:     labels of these types become floats. Booleans come back as 0.0 and 1.0; of whole numbers
#           above 2**53, such as ids have, neighbours become one class, and accuracy_score finds answers
#           right that are another number.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score
from sklearn.tree import DecisionTreeClassifier

CODES = [2**53, 2**53 + 1, 2**53 + 2]
INPUTS = [[0], [1], [2]]


def learned(labels):
    return DecisionTreeClassifier(random_state=0).fit(INPUTS[: len(labels)], labels)


def found(dtype):
    """Return the classes of three codes, and the accuracy of answering the first each time."""
    codes = pd.Series(CODES, dtype=dtype)
    always = np.full(3, CODES[0])
    return learned(codes).classes_.tolist(), round(accuracy_score(codes, always), 2)


booleans = pd.Series([True, False], dtype="boolean")
truths = learned(booleans).predict([[0], [1]]).tolist()
expected, seen = found("int64"), found("Int64")
print("expected: classes and accuracy", *expected)
print("seen:     classes and accuracy", *seen)
print("expected: answers", booleans.tolist())
print("seen:     answers", truths)
if expected != (CODES, 0.33) or seen != ([2.0**53, 2.0**53 + 2], 0.67) or truths != [1.0, 0.0]:
    sys.exit("the behaviour has changed")
PYTHON
