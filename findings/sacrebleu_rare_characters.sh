#!/usr/bin/env bash
# Package:  sacrebleu 2.6.0 (90 MB with what it needs)
# Expected: for BLEU of Chinese (`tokenize="zh"`) each Chinese character is a token, so that a text with
#           one wrong character of eight scores as high whatever the characters are.
# Seen:     characters that came into Unicode late, such as those of the chemical elements 104 to 111,
#           are no Chinese ones: in a row they are one token, and with one wrong of eight the score is
#           0. Signs of other scripts are Chinese instead: a word in Braille is cut into its letters.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet sacrebleu==2.6.0
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

from sacrebleu.metrics import BLEU
from sacrebleu.tokenizers.tokenizer_zh import TokenizerZh

TEXTS = {
    "elements 1 to 8": "氢氦锂铍硼碳氮氧",
    "elements 104 to 111": "𬬻𬭊𬭳𬭛𬭶鿏𫟼𬬭",
    "a word in Braille": "⠛⠕⠕⠙",
}
WANTED = {"elements 1 to 8": 8, "elements 104 to 111": 8, "a word in Braille": 1}
split = TokenizerZh()
tokens = {name: len(split(text).split()) for name, text in TEXTS.items()}
bleu = BLEU(tokenize="zh", effective_order=True)
scores = {}
for name in ("elements 1 to 8", "elements 104 to 111"):
    right = TEXTS[name]
    wrong_end = right[:-1] + right[0]
    scores[name] = round(bleu.sentence_score(wrong_end, [right]).score, 1)
print("expected:", WANTED, "tokens; with one wrong character of eight equal scores")
print("seen:    ", tokens, "tokens;", scores)
tokens_as_described = {"elements 1 to 8": 8, "elements 104 to 111": 1, "a word in Braille": 4}
scores_as_described = {"elements 1 to 8": 84.1, "elements 104 to 111": 0.0}
if tokens != tokens_as_described or scores != scores_as_described:
    sys.exit("the behaviour has changed")
PYTHON
