"""fastText with one-vs-all (`-loss ova`) for sets of labels, with settings and a threshold chosen.

    python -m tests.benchmarks.quality.peer_fasttext_sets TRAIN TEST SEED

Both are chosen on a part of the training file; threads as in `peer_fasttext`.
"""

import json
import sys
import tempfile

import fasttext
import numpy as np

from tests.benchmarks.quality import label_sets, sides
from tests.benchmarks.quality.peer_fasttext import SETTINGS, whole

fasttext.FastText.eprint = lambda *_: None


def main(train, test, seed):
    texts, truth, names = label_sets.read(train)
    settings, threshold = label_sets.chosen(list(SETTINGS), texts, truth, seed, _trained)
    answer = _trained(settings, texts, truth, seed)
    texts, truth, _ = label_sets.read(test, names)
    scores = label_sets.scores(truth, answer(texts) >= threshold)
    print(json.dumps(scores | {"chosen": f"{settings}, from {threshold:.2f} on"}))


def _trained(settings, texts, truth, seed):
    """Return a function from texts to the probabilities (n, C) of labels."""
    num_labels = truth.shape[1]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        for text, own in zip(texts, truth, strict=True):
            marks = " ".join(f"__label__{k}" for k in np.flatnonzero(own))
            file.write(f"{marks} {whole(text)}\n")
        file.flush()
        options = {"seed": seed, "thread": sides.FASTTEXT_THREADS, "verbose": 0, "loss": "ova"}
        model = fasttext.train_supervised(file.name, **options | SETTINGS[settings])

    def answer(texts):
        found = np.zeros((len(texts), num_labels))
        for row, text in zip(found, texts, strict=True):
            for p, label in model.f.predict(f"{whole(text)}\n", -1, 0.0, "strict"):
                row[int(label.removeprefix("__label__"))] = p
        return found

    return answer


if __name__ == "__main__":
    main(*sys.argv[1:3], int(sys.argv[3]))
