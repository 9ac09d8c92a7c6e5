"""Reports of small models and hostile texts, as several tests look at them."""

import dataclasses

import numpy as np

from grucli.data.records import Record, Remembered
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.vocabulary import Vocabulary
from grucli.errors import show
from grucli.inspection.chosen import Shown
from grucli.inspection.measure import inspect
from grucli.inspection.sampling import Drawn
from grucli.modelfile.checkpoint import SavedModel
from grucli.tasks.classify.task import Classify
from tests.inspection.helpers import SETTINGS, random_model

WORDS = ("filler", "bad", "good", "very", "not")
HOSTILE = "\x1b[2J\u202e[red]\u2066x\u200b\x07\u2028"
LABELS = ("no", HOSTILE, "很长的标签" * 9)


def text_model(model=None, labels=LABELS, max_length=60, card=None):
    return SavedModel(
        model=model or random_model(scale=1.5),
        encoder=TextEncoder(Vocabulary(WORDS), "space", max_length),
        task=Classify(labels=labels),
        remembered=Remembered(text=HOSTILE),
        card=card or {},
        sha256="ab" * 32,
    )


def series_model(**changes):
    model = random_model(vocabulary_size=0, **changes)
    size = model.architecture.input_size
    encoder = SeriesEncoder(np.zeros(size), np.ones(size), 500)
    return dataclasses.replace(text_model(model), encoder=encoder)


def sample(records, asked=()):
    return Drawn(
        name=show("data " + HOSTILE),
        records=tuple(records),
        asked={record.number: record for record in records if record.number in asked},
        rows=len(records),
        skipped=0,
        stratified=False,
    )


def texts(*pairs):
    return [Record(number=k, text=t, label=y) for k, (t, y) in enumerate(pairs, 1)]


REVIEWS = texts(
    ("very good", "no"), ("", "no"), ("not 好 good " * 9, HOSTILE), ("bad x", "unseen"), ("a", None)
)


def report(saved, shown=None, drawn=None):
    return inspect("m.npz", saved, shown or Shown(), SETTINGS, drawn)


def reports():
    saved = text_model()
    everything = Shown(
        texts=("very not good", "", HOSTILE, "漢字" * 99),
        numbers=(3,),
        picks=("wrong", "uncertain"),
    )
    series = [Record(number=1, values=np.ones((170, 3), np.float32), label="no")]
    yield report(saved)
    yield report(saved, everything, sample(REVIEWS, (3,)))
    yield report(series_model(), Shown(numbers=(1,)), sample(series, (1,)))
    for cell in ("rnn", "mingru"):
        yield report(text_model(random_model(cell=cell, num_layers=2)), None, sample(REVIEWS))
    yield report(text_model(max_length=2), Shown(texts=("a b c",)))
