"""A sound model of each task, as bytes of its file: untrained, quickly made, small unless asked."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from grucli.data.encoded import UNLIMITED
from grucli.data.encoder import Encoder
from grucli.data.records import Remembered
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.ngrams import Ngrams, Pattern
from grucli.data.text.symbols import Symbols
from grucli.data.text.vocabulary import Vocabulary
from grucli.model.blend import Mix
from grucli.model.network import Architecture, Model
from grucli.model.ngram_path import NgramPath
from grucli.modelfile import checkpoint
from grucli.modelfile.checkpoint import RunState, SavedModel
from grucli.tasks.classify.task import Classify
from grucli.tasks.generate.task import Generate
from grucli.tasks.multilabel.decision import Decision
from grucli.tasks.multilabel.task import Multilabel
from grucli.tasks.regress.task import Regress
from grucli.tasks.tag.baseline import WordTags
from grucli.tasks.tag.task import Tag
from grucli.tasks.task import Task

TEXTS = "text,label\ngood film,a\nbad bad day,b\n,a\nnew,b\n"
DATA = {
    "classify": ("d.csv", TEXTS),
    "series": ("d.ts", "@classLabel true a b\n@data\n1,2,3:4,5,6:a\n0,0:9,9:b\n"),
    "multilabel": ("d.jsonl", '{"text":"good","label":["a"]}\n{"text":"bad","label":["a","b"]}\n'),
    "regress": ("d.csv", "text,label\ngood film,3\nbad bad day,1.5\nnew,2\n"),
    "tag": ("d.conll", "good\tA\nfilm\tB\n\nbad\tA\n"),
    "generate": ("d.csv", "text,label\ngood,ab\nbad day,ba\n"),
}
"""For each model the name and the content of a file that it reads."""

_TASKS: dict[str, Task] = {
    "classify": Classify(labels=("a", "b", "c")),
    "series": Classify(labels=("a", "b")),
    "multilabel": Multilabel(labels=("a", "b"), decision=Decision.plain(2)),
    "regress": Regress(mean=2.0, scale=1.5, low=0.0, high=5.0, levels=None),
    "tag": Tag(tags=("A", "B"), words=WordTags(default=0, tokens=((), ("film",)))),
    "generate": Generate(symbols=Symbols(kind="char", texts=("a", "b")), longest=5),
}
_VOCABULARY = Vocabulary(("bad", "good", "day", "film"))


def saved(kind: str, *, width: int = 2) -> SavedModel:
    """Return the model of a name in DATA, with so many numbers for each word."""
    task = _TASKS[kind]
    encoder: Encoder = TextEncoder(_VOCABULARY, "auto", UNLIMITED if task.reads_steps else 20)
    if kind == "series":
        encoder = SeriesEncoder(np.zeros(2), np.ones(2), 20)
    model = _model(task, encoder, width)
    remembered = Remembered(kind="text", text="text", label="label", delimiter=",")
    if kind == "series":
        remembered = Remembered(kind="series")
    if kind == "multilabel":
        remembered = dataclasses.replace(remembered, targets="labels")
    if kind == "tag":
        remembered = Remembered(kind="text", targets="tags")
    card: dict[str, Any] = {
        "config": {"data": {"text": "text"}, "model": {"hidden_size": 2}, "training": {}},
        "data": {"name": "d.csv", "rows": 4, "valid_rows": 0, "sha256": "0" * 64},
        "epoch": 1,
        "reasons": {"model.pooling": "the end"},
        "scores": {"loss": 0.5, "valid_loss": 0.6, "valid_accuracy": 0.5},
        "versions": {"grucli": "1", "numpy": "2"},
    }
    return SavedModel(model=model, encoder=encoder, task=task, remembered=remembered, card=card)


def file(kind: str, folder: Path, *, last: bool = False, width: int = 2) -> Path:
    """Write the model of a name in DATA, with `last` the file to resume from, and its data."""
    run = None
    if last:
        progress = {"epoch": 1, "history": [{"loss": 0.5}, {"loss": 0.4}], "folds": []}
        run = RunState(progress=progress, arrays={"moments": np.zeros(3, np.float32)})
    folder.mkdir(exist_ok=True)
    path = folder / f"{kind}{'.last' if last else ''}.npz"
    checkpoint.save(path, saved(kind, width=width), run)
    name, content = DATA[kind]
    (folder / name).write_text(content)
    return path


def _model(task: Task, encoder: Encoder, width: int) -> Model:
    size = 0 if encoder.vocabulary is None else len(encoder.vocabulary)
    pooling = () if task.reads_steps or task.writes else ("last", "max")
    model = Model(
        Architecture(
            cell="gru",
            vocabulary_size=size,
            input_size=encoder.input_size or width,
            hidden_size=2,
            num_layers=1,
            bidirectional=True,
            pooling=pooling,
            dropout=0.0,
            token_dropout=0.0,
            num_outputs=task.num_outputs,
            reads_steps=task.reads_steps,
            writes=task.writes,
        )
    )
    model.initialise(np.random.default_rng(0))
    if task.name in ("classify", "regress") and size:
        model.linear, model.mix = _ngrams(task.num_outputs), Mix(recurrence=0.8, linear=0.5)
    return model


def _ngrams(num_outputs: int) -> NgramPath:
    ngrams = Ngrams(
        pattern=Pattern(longest=2, subwords=True, placed=False),
        keys=np.array([5, 70_000, 4_000_000_000], np.uint32),
        idf=np.array([1, 2, 3], np.float32),
    )
    weight = np.full((3, num_outputs), 0.5, np.float32)
    return NgramPath(ngrams=ngrams, weight=weight, bias=np.zeros(num_outputs, np.float32))
