"""fastText: its defaults, or what its guide turns to first; chosen on a part of the training file.

    python -m tests.benchmarks.quality.peer_fasttext TRAIN TEST SEED

Each of its threads draws a tenth of the input vectors, and what none draws stays zero: with one
thread nine tenths. So it runs with the 12 of its own program, however few cores there are. Its
seeds 0 and 1 are one. Threads write to the same vectors as they come, and two runs with one seed
differ: choice and answers are those of one run a seed, and seeds show how far runs lie apart.
"""

import json
import re
import statistics
import sys
import tempfile

import fasttext
import numpy as np

from tests.benchmarks.quality import rows, sides

fasttext.FastText.eprint = lambda *_: None
TUNED = {"lr": 0.5, "epoch": 25, "wordNgrams": 2}
SETTINGS = {"defaults": {}, "tuned": TUNED, "tuned, sub-words": TUNED | {"minn": 2, "maxn": 5}}


def whole(text):
    """Lower case, punctuation apart."""
    return " ".join(re.sub(r"([^\w\s])", r" \1 ", text.lower()).split())


def spaced(text):
    """Each character a word."""
    return " ".join("".join(text.lower().split()))


def main(train, test, seed):
    texts, labels = rows.read(train)
    split, settings = _chosen(texts, labels, seed)
    answer = _trained(map(split, texts), labels, seed, settings)
    texts, truth = rows.read(test)
    answers = np.array([answer(split(text)) for text in texts])
    chosen = f"{settings}, {split.__name__}"
    print(json.dumps(rows.scores(truth, answers) | {"chosen": chosen}))


def _chosen(texts, labels, seed):
    """Return the split and the settings with most right answers on the validation part."""
    kept, held = rows.held_out(labels, seed)
    hits = {}
    for split in splits(texts):
        lines = list(map(split, texts))
        for settings in SETTINGS:
            answer = _trained([lines[k] for k in kept], labels[kept], seed, settings)
            hits[split, settings] = sum(answer(lines[k]) == labels[k] for k in held)
    return max(hits, key=hits.get)


def splits(texts):
    """Return how to split into words; texts without spaces may be spaced."""
    words = statistics.median(len(text.split()) for text in texts)
    return (whole, spaced) if words < 2 else (whole,)


def _trained(lines, labels, seed, settings):
    """Return a function from a line to its label."""
    names = sorted(set(labels))
    places = {name: k for k, name in enumerate(names)}
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        for line, label in zip(lines, labels, strict=True):
            file.write(f"__label__{places[label]} {line}\n")
        file.flush()
        options = {"seed": seed, "thread": sides.FASTTEXT_THREADS, "verbose": 0}
        model = fasttext.train_supervised(file.name, **options | SETTINGS[settings])

    def answer(line):
        # model.predict itself fails with NumPy 2
        found = model.f.predict(f"{line}\n", 1, 0.0, "strict")
        return names[int(found[0][1].removeprefix("__label__"))] if found else names[0]

    return answer


if __name__ == "__main__":
    main(*sys.argv[1:3], int(sys.argv[3]))
