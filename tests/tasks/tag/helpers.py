"""Records with tags, scores that answer what is wanted, and chunks found the plain way."""

import numpy as np

from grucli.data.records import Record
from grucli.engine.steps import Steps
from grucli.tasks import task_type

CERTAIN = 9.0  # [nat] by which a score is above the others


def tagged(*sequences, words=None):
    """Records of tags, "O B-PER" or tuples; their tokens are w0, w1 … or those of `words`."""
    records = []
    for number, tags in enumerate(sequences, 1):
        tags = tuple(tags.split()) if isinstance(tags, str) else tuple(tags)
        given = words[number - 1].split() if words else [f"w{k}" for k in range(len(tags))]
        text = " ".join(given)
        records.append(Record(number=number, text=text, tokens=tuple(given), tags=tags))
    return records


def fitted(records):
    return task_type("tag").fit("a.conll", records)


def scores_of(task, *sequences, certain=CERTAIN, chain=False):
    """Scores whose answers are these sequences of the task's own tags."""
    own = [task.tags.index(tag) for tags in sequences for tag in tags.split()]
    lengths = np.array([len(tags.split()) for tags in sequences])
    size = len(task.tags)
    return Steps(
        values=certain * np.eye(size)[own],
        lengths=lengths,
        chains=np.zeros((len(lengths), size + 2, size)) if chain else None,
    )


def random_scores(task, lengths, seed=0, chain=True):
    rng, size = np.random.default_rng(seed), task.num_outputs
    return Steps(
        values=2 * rng.normal(size=(sum(lengths), size)),
        lengths=np.array(lengths),
        chains=rng.normal(size=(len(lengths), size + 2, size)) if chain else None,
    )


def conlleval(tags):
    """The chunks of one sequence as conlleval finds them, a tag at a time: (type, begin, end)."""
    found, open_since, before, kind_before = [], None, "O", ""
    for k, tag in enumerate([*tags, "O"]):
        letter, _, kind = tag.partition("-")
        letter = {"L": "E", "U": "S", "M": "I"}.get(letter, letter)
        ends = before in ("E", "S") or letter in ("B", "S", "O") or kind != kind_before
        if open_since is not None and ends:
            found.append((kind_before, open_since, k))
            open_since = None
        if letter != "O" and open_since is None:
            open_since = k
        before, kind_before = letter, kind
    return found
