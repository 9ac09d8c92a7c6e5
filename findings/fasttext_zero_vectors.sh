#!/usr/bin/env bash
# Package:  fasttext-wheel 0.9.2, numpy 2.4.6 (100 MB)
# Expected: training draws all input vectors at random, whatever the number of threads, and another
#           seed draws others.
# Seen:     each thread draws one tenth of them, the first ten at most. The rest begins as zeros:
#           nine tenths with one thread, six with four. The default, one thread less than there are
#           cores, leaves zeros on a machine with two to ten cores; the program's own default of 12
#           does not. Seeds 0 and 1 draw the same vectors, and with several threads the vectors of a
#           seed are those of the seed before, moved on by a tenth.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet fasttext-wheel==0.9.2 numpy==2.4.6
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

import fasttext
import numpy as np

fasttext.FastText.eprint = lambda *_: None
WORDS = 999  # and the end of a line makes 1,000 vectors
with open("train.txt", "w") as file:
    for k in range(WORDS):
        file.write(f"__label__{k % 2} w{k} w{(k + 1) % WORDS}\n")


def drawn(threads, seed):
    """Return the input vectors before anything is learned: the learning rate is 0."""
    options = {"lr": 0.0, "epoch": 1, "dim": 10, "verbose": 0}
    model = fasttext.train_supervised("train.txt", thread=threads, seed=seed, **options)
    return model.get_input_matrix()


seen = {n: float(np.mean(np.all(drawn(n, 1) == 0, axis=1))) for n in (1, 2, 4, 9, 10, 12)}
print("expected: zero vectors by number of threads", dict.fromkeys(seen, 0.0))
print("seen:    ", seen)
same = [np.array_equal(drawn(1, seed), drawn(1, seed + 1)) for seed in (0, 1)]
print("expected: seed 0 draws as 1, and 1 as 2:", [False, False])
print("seen:    ", same)
moved = np.array_equal(drawn(12, 1)[100:], drawn(12, 2)[:-100])
print("expected: vectors of seed 1 are those of seed 2 moved on by a tenth:", False)
print("seen:    ", moved)
described = {1: 0.9, 2: 0.8, 4: 0.6, 9: 0.1, 10: 0.0, 12: 0.0}
if (seen, same, moved) != (described, [True, False], True):
    sys.exit("the behaviour has changed")
PYTHON
