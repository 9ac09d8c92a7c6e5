"""Models of all kinds with random weights, what they are asked, and programs that know no grucli.

The programs are those of docs/guide/onnx.md, as a reader would copy them.
"""

import importlib.util
import json
import string
import sys
from functools import cache

import numpy as np
import onnx

from grucli.data.records import Remembered
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.series.kernels import Kernels
from grucli.data.text.byte_pairs import BytePairs
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.ngrams import Ngrams, Pattern
from grucli.data.text.tokenized import Tokenized
from grucli.data.text.vocabulary import Vocabulary
from grucli.engine.pooling import POOLINGS
from grucli.engine.recurrent import CELLS
from grucli.engine.steps import Steps
from grucli.model.blend import Mix
from grucli.model.kernel_path import KernelPath
from grucli.model.logits import branch_logits
from grucli.model.network import Architecture, Model
from grucli.model.ngram_path import NgramPath
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.tasks.classify.task import Classify
from grucli.tasks.multilabel.decision import Decision
from grucli.tasks.multilabel.task import Multilabel
from grucli.tasks.regress.task import Regress
from grucli.tasks.tag.baseline import WordTags
from grucli.tasks.tag.chunk_task import ChunkTag
from grucli.tasks.tag.task import Tag
from tests.documents import pages

PAGE = pages.ROOT / "docs" / "guide" / "onnx.md"
WORDS = [a + b for a in "abcdefg" for b in ("", "x", "yz", "3", "tung", "'s")]
UNKNOWN = ["zzz", "Qq", "fünf", "京", "4.5"]
TAGS = ("B-a", "B-b", "I-a", "I-b", "O")


@cache
def programs():
    """Return the modules of the page by name."""
    found = {}
    for block in pages.read(PAGE).blocks:
        name = block.marks.get("file", "")
        if name.endswith(".py"):
            name = name.removesuffix(".py")
            spec = importlib.util.spec_from_loader(name, None)
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = found[name] = module  # the third takes functions of the first
            exec(compile(block.text, name, "exec"), module.__dict__)
    return found


def about(model):
    """Return the JSON beside the graph of a `ModelProto`."""
    return json.loads({each.key: each.value for each in model.metadata_props}["grucli"])


def inputs_of(asked, beside):
    """Return what the graph reads, by the page's programs."""
    encoder = beside["encoder"]
    if encoder["kind"] == "series":
        return programs()["series"].inputs_of(asked, encoder)
    if beside["task"] == "tag":
        return programs()["texts"].inputs_of(asked, encoder, programs()["tags"].spellings_of)
    return programs()["texts"].inputs_of(asked, encoder)


def random_saved(rng, kind="text", task="classify", **changes):
    """Return a model of random weights, biases among them, that reads texts or series.

    Args:
        rng: draws weights and what `changes` leaves open.
        kind: "text" or "series".
        task: a name of `TASKS`.
        changes: fields of `Architecture`, and `linear`, whether there is a linear path.
    """
    linear = changes.pop("linear", bool(rng.integers(2)))
    longest = changes.pop("max_length", 200)
    answered = random_task(rng, task)
    encoder, changes = random_encoder(rng, kind, task, longest, changes)
    settings = {
        "cell": str(rng.choice(list(CELLS))),
        "vocabulary_size": 0 if kind == "series" else len(encoder.vocabulary),
        "input_size": encoder.input_size or int(rng.integers(1, 12)),
        "hidden_size": int(rng.integers(1, 24)),
        "num_layers": int(rng.integers(1, 4)),
        "bidirectional": bool(rng.integers(2)),
        "pooling": tuple(rng.permutation(POOLINGS)[: rng.integers(1, 5)].tolist()),
        "dropout": 0.3,
        "token_dropout": 0.1,
        "num_outputs": answered.num_outputs,
        "dtype": "float64",
        "convolution": int(rng.choice([0, 0, 1, 3])),
        "reads_steps": answered.reads_steps,
    }
    if answered.reads_steps:
        settings |= {"pooling": (), "convolution": 0, "chain": bool(rng.integers(2))}
    model = Model(Architecture(**{**settings, **changes}))
    scale = 1 / np.sqrt(max(4, settings["hidden_size"]))
    model.params.flat[:] = rng.normal(0, scale, model.params.flat.size).astype(np.float32)
    model.table[...] = rng.normal(0, 0.7, model.table.shape).astype(np.float32)
    model.mix = Mix(recurrence=float(rng.uniform(0.5, 2)))
    if linear and answered.has_linear_path:
        model.linear = random_path(rng, encoder, answered.num_outputs)
        model.mix = Mix(recurrence=model.mix.recurrence, linear=float(rng.uniform(0.5, 2)))
    return SavedModel(model=model, encoder=encoder, task=answered, remembered=Remembered(), card={})


def random_task(rng, name):
    if name == "classify":
        return Classify(labels=tuple("abcde"[: rng.integers(2, 6)]))
    if name == "regress":
        return Regress(mean=float(rng.normal()), scale=2.5, low=-9.0, high=9.0, levels=None)
    if name == "multilabel":
        numbers = [tuple(rng.uniform(0.2, 0.8, 3).tolist()) for _ in range(3)]
        decision = Decision(factors=numbers[0], biases=numbers[1], thresholds=numbers[2])
        return Multilabel(labels=("a", "b", "c"), decision=decision)
    words = WordTags(default=0, tokens=((),) * len(TAGS))
    if rng.integers(2):
        return ChunkTag(tags=TAGS, words=words, scheme="IOB2")
    return Tag(tags=TAGS, words=words)


def random_encoder(rng, kind, task, longest, changes):
    """Return an encoder, and `changes` with what the model shares with it."""
    if kind == "series":
        channels = int(rng.integers(1, 12))
        views = ("values", "log", "shape", "change", "place")
        seen = views[:1] + tuple(view for view in views[1:] if rng.integers(2))
        examples = [rng.normal(3, 2, (20, channels)).astype(np.float32) for _ in range(5)]
        missing = "mask" if rng.integers(2) else "refuse"
        return SeriesEncoder.fit(examples, longest, missing, seen), changes
    kinds = ["", "characters", "tokens"]
    subwords = changes.pop("subwords", str(rng.choice(kinds[:2] if task == "tag" else kinds)))
    buckets = 50 if subwords else 0
    mode = "given" if task == "tag" else changes.pop("mode", "auto")
    vocabulary = Vocabulary([*WORDS, *string.punctuation])
    own = buckets if subwords == "characters" else 0
    pairs = BytePairs.learn(WORDS * 9, least=2) if mode == "pairs" else None
    if pairs is not None:
        vocabulary = Vocabulary(sorted(set(map(" ".__add__, WORDS)) | set("abcdefg")))
    encoder = TextEncoder(vocabulary, mode, longest, own, pairs)
    return encoder, {**changes, "subwords": subwords, "buckets": buckets}


def random_path(rng, encoder, outputs):
    if encoder.kind == "series":
        steps = encoder.encode([encoder.record(1, series(rng, encoder, 40))])
        kernels = Kernels.fit(steps.channels, steps.lengths, 900, rng)
        weight = rng.normal(0, 0.02, (len(kernels), outputs)).astype(np.float32)
        bias = rng.normal(size=outputs).astype(np.float32)
        return KernelPath(kernels=kernels, weight=weight, bias=bias)
    longest, *others = rng.integers(0, 2, 3)
    pattern = Pattern(longest=1 + int(longest), subwords=bool(others[0]), placed=bool(others[1]))
    known = [encoder.tokenize(text) for text in texts(rng, 30, 12)]
    fitted = Ngrams.fit(Tokenized.of_tokens(known), pattern, int(rng.integers(1, 3000)))
    near = [fitted.keys, fitted.keys + np.uint32(1), fitted.keys - np.uint32(1)]
    keys = np.unique(np.concatenate(near))  # what float32 cannot tell from a key
    idf = rng.uniform(1, 5, len(keys)).astype(np.float32)
    ngrams = Ngrams(pattern=pattern, keys=keys, idf=idf)
    weight = rng.normal(size=(len(ngrams), outputs)).astype(np.float32)
    bias = rng.normal(size=outputs).astype(np.float32)
    return NgramPath(ngrams=ngrams, weight=weight, bias=bias)


def texts(rng, number, longest):
    """Return texts of 0 to `longest` words, some of them unknown, some of one character."""
    lengths = [0, 1, longest, *rng.integers(0, longest + 1, number)][:number]
    return [" ".join(rng.choice([*WORDS, *UNKNOWN], length)) for length in lengths]


def series(rng, encoder, length):
    """Return a series (length, channels), with a few values missing where the encoder has it so."""
    values = rng.normal(3, 2, (length, encoder.num_channels)).round(1)
    if encoder.missing == "mask":
        values[rng.random(values.shape) < 0.1] = np.nan
        values[-1] = 3.0  # what is missing at the end is no step
    return values


def asked(rng, saved, number=6, longest=200):
    """Return inputs of 1 to `longest` steps: texts, lists of tokens, or series."""
    if saved.encoder.kind == "series":
        lengths = [1, longest, *rng.integers(1, longest + 1, number)][:number]
        return [series(rng, saved.encoder, int(length)) for length in lengths]
    found = texts(rng, number, longest)
    if saved.task.reads_steps:
        return [text.split() or ["zzz"] for text in found]
    return found


def answers(saved, inputs):
    """Return what grucli says, in float64, as the graph has it: a row an input.

    Of steps there are as many rows as the longest input has, NaN behind the others.
    """
    records = [saved.encoder.record(number, one) for number, one in enumerate(inputs, 1)]
    encoded = saved.encoder.encode(records)
    scores = branch_logits(Runner(saved.model), encoded).blended(saved.model.mix)
    if not isinstance(scores, Steps):
        if saved.task.name == "regress":
            return saved.task.values(scores)[:, None]
        if saved.task.name == "multilabel":
            return saved.task.decision.probabilities(scores)
        return np.array([list(a.probabilities.values()) for a in saved.task.typed_answers(scores)])
    values = scores.values if scores.chains is not None else saved.task.decoded(scores).p
    padded = np.full((len(inputs), int(scores.lengths.max()), values.shape[1]), np.nan)
    for row, start, length in zip(padded, scores.starts, scores.lengths, strict=True):
        row[:length] = values[start : start + length]
    return padded


def tags(saved, inputs):
    """Return the classes that grucli answers to each step."""
    records = [saved.encoder.record(number, one) for number, one in enumerate(inputs, 1)]
    scores = branch_logits(Runner(saved.model), saved.encoder.encode(records)).blended(
        saved.model.mix
    )
    found = saved.task.decoded(scores)
    return np.split(found.tags, np.cumsum(found.lengths)[:-1])


def largest_difference(saved, found, wanted):
    """Return how far results are off, where there is something to compare.

    Numbers are compared in standard deviations of their targets.
    """
    steps = ~np.isnan(wanted)
    off = float(np.abs(found[:, : wanted.shape[1]] - wanted)[steps].max())
    return off / saved.task.scale if saved.task.name == "regress" else off


def wider(inputs, more=3):
    """Return the same rows with more padding, of what must not be read."""
    wide = dict(inputs)
    for name in {"tokens", "subwords", "steps"} & inputs.keys():
        shape = list(inputs[name].shape)
        shape[1] = more
        other = np.full(shape, np.nan if name == "steps" else 10**6, inputs[name].dtype)
        wide[name] = np.concatenate((inputs[name], other), axis=1)
    for name in {"ngrams", "ngram_counts"} & inputs.keys():
        pads = [(0, more if axis == 2 else 0) for axis in range(inputs[name].ndim)]
        wide[name] = np.pad(inputs[name], pads)
    return wide


def loaded(data):
    return onnx.load_model_from_string(data)
