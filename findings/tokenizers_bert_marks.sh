#!/usr/bin/env bash
# Package:  tokenizers 0.23.3 (75 MB)
# Expected: BertNormalizer, which lowers and strips accents by default, keeps words apart that differ
#           by more than an accent.
# Seen:     it drops every mark that Unicode calls non-spacing. In many scripts these are letters or
#           tones: the voicing of kana, vowels and tones of Thai, the breve of Russian. A key becomes
#           a persimmon in Japanese, and nine becomes old in Thai; Korean syllables come apart into
#           letters.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet tokenizers==0.23.3
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

from tokenizers.normalizers import BertNormalizer

PAIRS = [
    ("かき", "かぎ"),  # persimmon, key
    ("เก่า", "เก้า"),  # old, nine
    ("กี่", "กู"),  # how many, I
    ("мой", "мои"),  # my (one), my (several)
]
normalize = BertNormalizer().normalize_str
seen = [(normalize(left), normalize(right)) for left, right in PAIRS]
print("expected: two in each pair", PAIRS)
print("seen:    ", seen)
korean = len(normalize("한국어"))
print("expected: 3 characters of 한국어")
print(f"seen:     {korean}")
described = [("かき", "かき"), ("เกา", "เกา"), ("ก", "ก"), ("мои", "мои")]
if (seen, korean) != (described, 8):
    sys.exit("the behaviour has changed")
PYTHON
