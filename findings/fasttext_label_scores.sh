#!/usr/bin/env bash
# Package:  fasttext-wheel 0.9.2, numpy 2.4.6 (100 MB)
# Expected: test_label tells precision, recall and F1 of each label, none of them above 1.
# Seen:     the recall of every label is not a number, and F1 is twice the precision: 2 for a label
#           that is always right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet fasttext-wheel==0.9.2 numpy==2.4.6
cd "$folder"
env/bin/python - <<'PYTHON'
import math
import sys

import fasttext

fasttext.FastText.eprint = lambda *_: None
with open("train.txt", "w") as file:
    file.write("__label__good great\n__label__bad awful\n" * 200)
with open("test.txt", "w") as file:  # a third of the rows is bad and answered as good
    file.write("__label__good great\n__label__bad awful\n__label__bad great\n" * 10)
model = fasttext.train_supervised("train.txt", dim=10, lr=1.0, thread=12, seed=1, verbose=0)
print("rows, precision, recall of all:", model.test("test.txt"))
expected = {
    "__label__good": {"precision": 1 / 2, "recall": 1.0, "f1score": 2 / 3},
    "__label__bad": {"precision": 1.0, "recall": 1 / 2, "f1score": 2 / 3},
}
seen = model.test_label("test.txt")
for label, scores in expected.items():
    print(label, "expected:", scores)
    print(label, "seen:    ", seen[label])
scores = [(each["precision"], each["f1score"]) for each in seen.values()]
if not all(math.isnan(each["recall"]) for each in seen.values()):
    sys.exit("the behaviour has changed")
if sorted(scores) != [(0.5, 1.0), (1.0, 2.0)]:
    sys.exit("the behaviour has changed")
PYTHON
