#!/usr/bin/env bash
# Package:  scikit-learn 1.9.1, numpy 2.4.6 (300 MB: SciPy)
# Expected: the words of CountVectorizer and TfidfVectorizer are those between spaces and punctuation,
#           in every script that parts words by spaces.
# Seen:     vowel signs and other combining marks are no letters to its pattern, and end a word, and
#           what is then one letter long is dropped: of Hindi and Tamil pieces are left, different
#           words become one, and a sentence in Bengali has no word at all.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet scikit-learn==1.9.1 numpy==2.4.6
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

from sklearn.feature_extraction.text import CountVectorizer

SENTENCES = {
    "Hindi": "किताब बहुत अच्छी है",  # the book is very good
    "Tamil": "அருமையான படம்",  # a lovely film
    "Bengali": "বাংলা ভাষা ভালো",  # the Bengali language is good
}
words = CountVectorizer().build_analyzer()
seen = {name: words(text) for name, text in SENTENCES.items()}
print("expected:", {name: text.split() for name, text in SENTENCES.items()})
print("seen:    ", seen)
pair = ["बहुत", "बहू"]  # very; daughter-in-law
print("expected: different words for", pair)
print("seen:    ", [words(each) for each in pair])
described = {"Hindi": ["बह", "अच"], "Tamil": ["அர", "படம"], "Bengali": []}
if seen != described or [words(each) for each in pair] != [["बह"], ["बह"]]:
    sys.exit("the behaviour has changed")
PYTHON
