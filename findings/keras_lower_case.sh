#!/usr/bin/env bash
# Package:  keras 3.15.1, tensorflow-cpu 2.21.0 (1.5 GB)
# Expected: TextVectorization, which by default lowers text and strips punctuation, does so in every
#           alphabet.
# Seen:     only the letters A to Z are lowered, and only ASCII punctuation is stripped: a word at the
#           start of a sentence and within one are two in Russian and in Greek, in French and German
#           if they begin with an accent; Chinese sentences keep their punctuation.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet keras==3.15.1 tensorflow-cpu==2.21.0
cd "$folder"
env/bin/python - <<'PYTHON'
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"
import keras


def words(text):
    """Return the vocabulary of a text, without the two entries of its own."""
    layer = keras.layers.TextVectorization()
    layer.adapt([text])
    return sorted(map(str, layer.get_vocabulary()[2:]))


TEXTS = {
    "English": "Film film, FILM!",
    "Russian": "Фильм фильм, ФИЛЬМ!",
    "French": "École école, ÉCOLE!",
    "Chinese": "好 好，好！",
}
seen = {name: words(text) for name, text in TEXTS.items()}
print("expected:", {"English": ["film"], "Russian": ["фильм"], "French": ["école"]}, "and 好 alone")
print("seen:    ", seen)
described = {
    "English": ["film"],
    "Russian": ["ФИЛЬМ", "Фильм", "фильм"],
    "French": ["École", "école"],
    "Chinese": ["好", "好，好！"],
}
if {name: sorted(each) for name, each in described.items()} != seen:
    sys.exit("the behaviour has changed")
PYTHON
