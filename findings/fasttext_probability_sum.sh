#!/usr/bin/env bash
# Package:  fasttext-wheel 0.9.2, numpy 2.4.6 (100 MB)
# Expected: the probabilities of all labels of a softmax sum to 1.
# Seen:     0.00001 is added to each: with 200 labels the sum is 1.002, a sure label has more than 1,
#           and none has less than 0.00001, so that a log-loss is bounded.
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
LABELS = 200
with open("train.txt", "w") as file:
    for k in range(20 * LABELS):
        file.write(f"__label__{k % LABELS} w{k % LABELS}\n")
options = {"dim": 30, "epoch": 100, "lr": 1.0, "thread": 12, "seed": 1, "verbose": 0}
model = fasttext.train_supervised("train.txt", **options)
shares = [share for share, _ in model.f.predict("w7 w7 w7\n", LABELS, 0.0, "strict")]
print(f"expected: {LABELS} probabilities that sum to 1, none above 1")
print(f"seen:     sum {sum(shares):.6f}, largest {max(shares):.6f}, smallest {min(shares):.6f}")
added = (sum(shares) - 1) / LABELS
if not (len(shares) == LABELS and 0.9e-5 < added < 1.1e-5 and min(shares) > 0.9e-5):
    sys.exit("the behaviour has changed")
PYTHON
