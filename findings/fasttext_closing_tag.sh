#!/usr/bin/env bash
# Package:  fasttext-wheel 0.9.2, numpy 2.4.6 (100 MB)
# Expected: the closing tag of struck-out text, </s> as HTML writes it, is a word like any other: the
#           words behind it are learned and looked at.
# Seen:     it is the name of the end of a line. In training and in prediction the text ends there,
#           without a word. Behind it the words of a training file enter the vocabulary, and learn
#           nothing: they are a line without label.
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


def trained(good, bad):
    """Return a function: the probability of good for a text."""
    with open("train.txt", "w") as file:
        file.write(f"__label__good {good}\n__label__bad {bad}\n" * 200)
    options = {"dim": 10, "epoch": 50, "lr": 1.0, "thread": 12, "seed": 1, "verbose": 0}
    model = fasttext.train_supervised("train.txt", **options)

    def good_of(text):
        found = model.f.predict(f"{text}\n", 2, 0.0, "strict")
        return {label: share for share, label in found}["__label__good"]

    return good_of


good = trained("great fine lovely", "awful poor nasty")
whole = good("fine but awful poor nasty")
cut = good("fine but </s> awful poor nasty")
print(f"expected: the tag adds a word to a text that is good with probability {whole:.3f}")
print(f"seen:     with it {cut:.3f}")
good = trained("<s>old</s> great", "<s>old</s> awful")
glued = good("great"), good("awful")
good = trained("<s> old </s> great", "<s> old </s> awful")
apart = good("great"), good("awful")
print("expected: great and awful are told apart, as with a tag that touches a word:", *glued)
print("seen:     with a tag between spaces:", *apart)
if not (
    whole < 0.1 and cut > 0.9 and glued[0] - glued[1] > 0.8 and abs(apart[0] - apart[1]) < 0.1
):
    sys.exit("the behaviour has changed")
PYTHON
