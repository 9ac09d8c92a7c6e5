"""Any number of short texts to learn from, drawn by rules: the same at every call.

A text has 8 of 50,000 invented words, which are as frequent as Zipf's law has it. The most frequent
are of no topic, each of the others is of one, and some words of a text are of the topic that is its
label. In some texts a word of the topic before stands behind NOT, and means the label as well: who
counts words and takes no notice of their order is misled. A tenth of the labels is wrong.
"""

import numpy as np

LABELS = ("art", "law", "music", "sport", "travel")
WORDS, LENGTH = 50_000, 8
COMMON = 100  # the most frequent words, of no topic
NOT = 2  # one of them
ON_TOPIC = 0.45  # of the words, beside those that are so by chance
TURNED = 0.25  # of the texts have NOT and a word of the topic before
NOISE = 0.1
TRAIN, TEST = 0, 1  # parts: drawn apart
CHUNK = 10_000  # rows drawn at a time
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


def write(path, rows, part=TRAIN):
    """Write texts with their labels, a chunk at a time.

    Args:
        path: of CSV, or of lines `__label__…` if its name does not end so.
        rows: how many; fewer rows are the first of more.
        part: TRAIN or TEST.
    """
    is_csv, known = path.suffix == ".csv", np.array(words())
    with path.open("w") as file:
        if is_csv:
            file.write("text,label\n")
        for ids, labels in chunks(rows, part):
            texts = map(" ".join, known[ids])
            names = (LABELS[label] for label in labels)
            form = "{0},{1}\n" if is_csv else "__label__{1} {0}\n"
            file.writelines(map(form.format, texts, names))


def words():
    """Return the words, the most frequent first."""
    numbers = np.random.default_rng(0).permutation(len(SYLLABLES) ** 3)[:WORDS].tolist()
    base = len(SYLLABLES)
    return [
        SYLLABLES[n // base**2] + SYLLABLES[n // base % base] + SYLLABLES[n % base] for n in numbers
    ]


def topics():
    """Return (WORDS,) the topic of each word, an index of LABELS; -1 for none."""
    found = np.random.default_rng(1).integers(len(LABELS), size=WORDS)
    found[:COMMON] = -1
    return found


def chunks(rows, part):
    """Yield (n, LENGTH) words by frequency and (n,) labels, until there are so many rows."""
    rng = np.random.default_rng([2, part])
    draw = _Draw(rng)
    for begin in range(0, rows, CHUNK):
        kept = min(CHUNK, rows - begin)
        meant = rng.integers(len(LABELS), size=CHUNK)
        ids = draw.of_all((CHUNK, LENGTH))
        on_topic = rng.random(ids.shape) < ON_TOPIC
        own = np.broadcast_to(meant[:, None], ids.shape)[on_topic]
        ids[on_topic] = draw.of_topics(own)
        turned = np.flatnonzero(rng.random(CHUNK) < TURNED)
        places = rng.integers(LENGTH - 1, size=len(turned))
        ids[turned, places] = NOT
        ids[turned, places + 1] = draw.of_topics(meant[turned] - 1)
        noise = rng.random(CHUNK) < NOISE
        shift = np.where(noise, rng.integers(1, len(LABELS), size=CHUNK), 0)
        yield ids[:kept], ((meant + shift) % len(LABELS))[:kept]


class _Draw:
    """Draws words by their frequency."""

    def __init__(self, rng):
        self._rng = rng
        weights, own = 1 / np.arange(1, WORDS + 1), topics()
        self._of_topic = [np.flatnonzero(own == topic) for topic in range(len(LABELS))]
        self._shares = [_shares(weights[ids]) for ids in self._of_topic]
        self._all = _shares(weights)

    def of_all(self, shape):
        return np.searchsorted(self._all, self._rng.random(shape))

    def of_topics(self, wanted):
        """Return a word of each of these topics, which count from the end if negative."""
        drawn, found = self._rng.random(len(wanted)), np.empty(len(wanted), np.int64)
        for topic, (ids, shares) in enumerate(zip(self._of_topic, self._shares, strict=True)):
            here = wanted % len(LABELS) == topic
            found[here] = ids[np.searchsorted(shares, drawn[here])]
        return found


def _shares(weights):
    """Return cumulative shares, the last of them 1."""
    shares = np.cumsum(weights)
    return shares / shares[-1]
