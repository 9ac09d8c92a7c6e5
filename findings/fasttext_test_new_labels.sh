#!/usr/bin/env bash
# Package:  fasttext-wheel 0.9.2, numpy 2.4.6 (100 MB)
# Expected: a row of the test file whose label did not occur in training is answered wrongly, and
#           counts as such in precision at 1, the share of right answers.
# Seen:     it counts neither as right nor as wrong, and nothing is said of it: one in three answers
#           is right, and precision is 1.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet fasttext-wheel==0.9.2 numpy==2.4.6
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

import fasttext

fasttext.FastText.eprint = lambda *_: None
with open("train.txt", "w") as file:
    file.write("__label__good great\n__label__bad awful\n" * 200)
texts, labels = ["great"] * 30, ["good", "mixed", "neutral"] * 10
with open("test.txt", "w") as file:
    file.writelines(f"__label__{label} {text}\n" for label, text in zip(labels, texts))
model = fasttext.train_supervised("train.txt", dim=10, lr=1.0, thread=12, seed=1, verbose=0)
answers, _ = model.predict(texts)
right = sum(f"__label__{label}" in own for label, own in zip(labels, answers))
rows, precision, recall = model.test("test.txt")
print("expected: rows, precision:", (len(texts), right / len(texts)))
print("seen:     rows, precision:", (rows, precision))
if (len(texts), right, rows, precision) != (30, 10, 10, 1.0):
    sys.exit("the behaviour has changed")
PYTHON
