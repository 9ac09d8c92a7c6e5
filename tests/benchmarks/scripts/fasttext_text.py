"""Text classification in fastText: from a table to lines `__label__…`, to a model, to its score.

    python fasttext_text.py TRAIN TEST SEED SETTINGS FOLDER

TRAIN and TEST are tables, or such lines already if they end in .txt. SETTINGS are a name of those
in `peer_fasttext`, as is how texts are split: those of one word into characters.
"""

import json
import sys
import time

import fasttext

from tests.benchmarks.quality import rows, sides
from tests.benchmarks.quality.peer_fasttext import SETTINGS, splits

train, test, seed, settings, folder = sys.argv[1:]


def lines(path, split):
    """Return a file of lines, the split of its texts, and how many lines there are."""
    if path.endswith(".txt"):
        with open(path, "rb") as file:
            return path, None, sum(1 for _ in file)
    texts, labels = rows.read(path)
    split = split or splits(texts)[-1]
    written = f"{folder}/lines.txt"
    with open(written, "w", encoding="utf-8") as file:
        for text, label in zip(texts, labels, strict=True):
            file.write(f"__label__{label.replace(' ', '_')} {split(text)}\n")
    return written, split, len(texts)


path, split, _ = lines(train, None)
options = {"seed": int(seed), "thread": sides.FASTTEXT_THREADS, "verbose": 0}
model = fasttext.train_supervised(path, **options, **SETTINGS[settings])
model.save_model(f"{folder}/model.bin")

began = time.perf_counter()
path, _, n = lines(test, split)
counted, precision, _ = model.test(path)  # lines with a new label are not counted
print(json.dumps({"accuracy": precision * counted / n, "scoring_s": time.perf_counter() - began}))
