#!/usr/bin/env bash
# Package:  fasttext-wheel 0.9.2, numpy 2.4.6 (100 MB)
# Expected: a model predicts with the NumPy that is installed beside it; the package asks for no
#           other.
# Seen:     training and get_sentence_vector work, predict of one text ends with a ValueError, for it
#           asks for an array that is no copy. predict of a list of texts works.
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
model = fasttext.train_supervised("train.txt", dim=10, lr=1.0, thread=12, seed=1, verbose=0)
print("numbers of a sentence vector:", len(model.get_sentence_vector("great")))
labels, _ = model.predict(["great", "awful"])
print("labels of a list:", labels)
print("expected: the label of one text")
try:
    seen = model.predict("great")
except ValueError as error:
    seen = f"ValueError: {str(error).splitlines()[0]}"
print(f"seen:     {seen}")
if labels != [["__label__good"], ["__label__bad"]] or "avoid copy" not in str(seen):
    sys.exit("the behaviour has changed")
PYTHON
