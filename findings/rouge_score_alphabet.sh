#!/usr/bin/env bash
# Package:  rouge-score 0.1.2 (60 MB with what it needs)
# Expected: a summary that equals its reference scores 1, in any language, and one without a word of
#           it scores 0.
# Seen:     all but the letters a to z and digits is left out before anything is compared. A perfect
#           summary in Chinese, Russian or Greek scores 0, one that shares but a number with its
#           reference scores 1; in French and German words are cut at each accent, and what is left
#           is counted: "été" and "ôté" are equal.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet rouge-score==0.1.2
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

from rouge_score.rouge_scorer import RougeScorer

PAIRS = {
    "English, equal": ("three new rooms", "three new rooms"),
    "Chinese, equal": ("三间新房", "三间新房"),
    "Russian, equal": ("три новых зала", "три новых зала"),
    "Greek, equal": ("τρεις νέες αίθουσες", "τρεις νέες αίθουσες"),
    "Chinese, other words, same year": ("2019年开业的酒店", "2019年出版的小说"),
    "French, other words": ("été", "ôté"),
}
WANTED = [1.0, 1.0, 1.0, 1.0, "below 1", 0.0]
scorer = RougeScorer(["rouge1"])
seen = [round(scorer.score(*pair)["rouge1"].fmeasure, 3) for pair in PAIRS.values()]
print("expected:", dict(zip(PAIRS, WANTED)))
print("seen:    ", dict(zip(PAIRS, seen)))
if seen != [1.0, 0.0, 0.0, 0.0, 1.0, 1.0]:
    sys.exit("the behaviour has changed")
PYTHON
