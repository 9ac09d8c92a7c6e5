"""One set in every form: the same sequences, the same training run, the same predictions."""

import csv
import gzip
import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from grucli.config.resolve import resolve
from grucli.data.forms.opening import open_source
from grucli.data.records import ReadOptions, Record, Remembered
from grucli.engine import losses
from grucli.modelfile import checkpoint
from grucli.prediction import stream
from grucli.preparation.prepare import prepare
from grucli.training import new_run, run_files
from tests.data.reading import piped

Rows = list[tuple[Any, str]]
TINY = ("model.hidden_size=4", "model.embedding_size=4", "training.epochs=1", "data.valid=0.25")


@dataclass(frozen=True)
class Form:
    """A way to write rows, with and without their labels, and what must be said to read it."""

    suffix: str
    write: Callable[[Rows, bool], bytes]
    options: dict[str, Any] = field(default_factory=dict)


def table(delimiter: str, header: bool = True) -> Callable[[Rows, bool], bytes]:
    def write(rows: Rows, labelled: bool) -> bytes:
        cells = [[text, label][: 1 + labelled] for text, label in rows]
        names = [["text", "label"][: 1 + labelled]] if header else []
        return written([*names, *cells], delimiter)

    return write


def written(cells: list[list[Any]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(cells)
    return text.getvalue().encode()


def lines(rows: Rows, labelled: bool) -> bytes:
    return "".join(f"{f'__label__{y} ' * labelled}{text}\n" for text, y in rows).encode()


def json_lines(key: str) -> Callable[[Rows, bool], bytes]:
    def write(rows: Rows, labelled: bool) -> bytes:
        objects = [{key: listed(x), **({"label": y} if labelled else {})} for x, y in rows]
        return "".join(json.dumps(each) + "\n" for each in objects).encode()

    return write


def listed(x: Any) -> Any:
    """Return what JSON has for an input; one channel needs no inner lists."""
    if isinstance(x, str):
        return x
    return x.tolist() if x.shape[1] > 1 else x[:, 0].tolist()


def npz(rows: Rows, labelled: bool) -> bytes:
    lengths = np.array([len(x) for x, _ in rows])
    padded = np.full((len(rows), lengths.max(), rows[0][0].shape[1]), np.nan, np.float32)
    for k, (x, _) in enumerate(rows):
        padded[k, : len(x)] = x
    labels = {"y": np.array([y for _, y in rows])} if labelled else {}
    data = io.BytesIO()
    np.savez(data, X=padded, lengths=lengths, **labels)
    return data.getvalue()


def ts(rows: Rows, labelled: bool) -> bytes:
    said = "true " + " ".join(sorted({y for _, y in rows})) if labelled else "false"
    head = f"@problemName t\n@dimensions {rows[0][0].shape[1]}\n@classLabel {said}\n@data\n"
    cases = [[",".join(map(repr, channel.tolist())) for channel in x.T] for x, _ in rows]
    ends = [[y] if labelled else [] for _, y in rows]
    return (head + "\n".join(":".join(c + e) for c, e in zip(cases, ends, strict=True))).encode()


def wide(rows: Rows, labelled: bool) -> bytes:
    longest = max(len(x) for x, _ in rows)
    head = [*(f"v{k}" for k in range(longest)), *["kind"] * labelled]
    cells = [[*x[:, 0].tolist(), *[""] * (longest - len(x)), *[y] * labelled] for x, y in rows]
    return written([head, *cells])


def long(rows: Rows, labelled: bool) -> bytes:
    """Write the steps of each sequence in falling order of time."""
    head = ["time", *(f"c{k}" for k in range(rows[0][0].shape[1])), "id", *["label"] * labelled]
    cells = [
        [len(x) - k, *x[len(x) - 1 - k].tolist(), f"s{number}", *[y] * labelled]
        for number, (x, y) in enumerate(rows)
        for k in range(len(x))
    ]
    return written([head, *cells])


def conll(rows: Rows, labelled: bool, *, row: str = "{}\t{}", bare: str = "{}") -> bytes:
    """Write a token a line, as `row` or as `bare` has it, and a blank line behind a sequence."""
    blocks = [
        [
            (row if labelled else bare).format(*pair)
            for pair in zip(x.split(), y.split(), strict=True)
        ]
        for x, y in rows
    ]
    return "".join("\n".join([*block, "", ""]) for block in blocks).encode()


def conllu(rows: Rows, labelled: bool) -> bytes:
    comment, filled = b"# sent_id = 1\n1-2\tab" + b"\t_" * 8 + b"\n", "\t_" * 6
    row = f"1\t{{}}\t_\t{{}}{filled}"
    return comment + conll(rows, labelled, row=row, bare=row.replace("\t_\t{}", "\t_\t_"))


def json_tokens(rows: Rows, labelled: bool) -> bytes:
    objects = [{"tokens": x.split(), **({"tags": y.split()} if labelled else {})} for x, y in rows]
    return "".join(json.dumps(each) + "\n" for each in objects).encode()


def packed(write: Callable[[Rows, bool], bytes]) -> Callable[[Rows, bool], bytes]:
    return lambda rows, labelled: gzip.compress(write(rows, labelled))


NO_HEADER = {"header": False, "text": ("1",), "label": "2"}
TEXT_FORMS = {
    "csv": Form(".csv", table(",")),
    "tsv": Form(".tsv", table("\t")),
    "semicolons": Form(".data", table(";"), {"format": "csv", "delimiter": ";"}),
    "no header": Form(".csv", table(",", header=False), NO_HEADER),
    "lines": Form(".txt", lines),
    "jsonl": Form(".jsonl", json_lines("text")),
    "gz": Form(".jsonl.gz", packed(json_lines("text"))),
}
COLUMNS, NAMES, KEYS = (
    {"text": (text,), "label": label}
    for text, label in (("1", "2"), ("form", "upos"), ("tokens", "tags"))
)
TAG_FORMS = {
    "conll": Form(".conll", conll, COLUMNS),
    "blanks": Form(
        ".iob", partial(conll, row="{} x {}", bare="{} x"), {"text": ("1",), "label": "3"}
    ),
    "conllu": Form(".conllu", conllu, NAMES),
    "jsonl": Form(".jsonl", json_tokens, KEYS),
    "gz": Form(".conll.gz", packed(conll), COLUMNS),
}
SERIES_FORMS = {
    "npz": Form(".npz", npz),
    "ts": Form(".ts", ts),
    "ts.gz": Form(".ts.gz", packed(ts)),
    "long": Form(".csv", long, {"id": "id"}),
    "jsonl": Form(".jsonl", json_lines("values")),
}
WIDE_FORMS = {**SERIES_FORMS, "wide": Form(".csv", wide, {"values": ("v*",)})}


def texts() -> Rows:
    words = ["good", "bad", "not", "film", "很好", "dull", '"so"', "a,b", "x;y"]
    draw = np.random.default_rng(1)
    rows = [(" ".join(draw.choice(words, draw.integers(1, 6))), "pn"[k % 2]) for k in range(40)]
    return [(f"{text} {k}", label) for k, (text, label) in enumerate(rows)]


def sequences(channels: int) -> Rows:
    draw = np.random.default_rng(2)
    return [
        (draw.normal(k % 3, 1, (draw.integers(3, 9), channels)).astype(np.float32), "abc"[k % 3])
        for k in range(36)
    ]


def tags() -> Rows:
    words = {"Paris": "B-LOC", "New": "B-LOC", "York": "I-LOC", "is": "O", "很好": "O", "3.5": "O"}
    draw = np.random.default_rng(3)
    chosen = [draw.choice(list(words), draw.integers(1, 7)) for _ in range(40)]
    return [(" ".join(each), " ".join(words[word] for word in each)) for each in chosen]


def target(record: Record) -> str | None:
    return record.label if record.tags is None else " ".join(record.tags)


def same_input(record: Record) -> Any:
    assert record.error is None
    return record.text if record.values is None else record.values.tolist()


@pytest.mark.parametrize(
    ("rows", "forms"),
    [
        (texts(), TEXT_FORMS),
        (sequences(2), SERIES_FORMS),
        (sequences(1), WIDE_FORMS),
        (tags(), TAG_FORMS),
    ],
    ids=["texts", "two channels", "one channel", "tags"],
)
def test_every_form_gives_the_same_sequences_model_and_predictions(
    rows: Rows, forms: dict[str, Form], tmp_path: Path
) -> None:
    expected = [x if isinstance(x, str) else x.tolist() for x, _ in rows]
    models = {name: trained(form, rows, tmp_path) for name, form in forms.items()}
    reference, weights, answers = next(iter(models.values()))
    for name, (remembered, own_weights, own_answers) in models.items():
        assert own_weights == weights, name
        np.testing.assert_array_equal(own_answers, answers, name)
        for other, form in forms.items():  # a model reads every form, labelled or not
            for labelled in (True, False):
                path = tmp_path / f"{labelled}{form.suffix}"
                path.write_bytes(form.write(rows, labelled))
                named = {} if remembered.header else {"text": ("text",)}
                options = ReadOptions(**(named | form.options))
                with open_source(path, options, needs_label=False, remembered=remembered) as source:
                    assert [same_input(r) for r in source] == expected, (name, other)
    assert reference.kind == ("text" if isinstance(rows[0][0], str) else "series")


def trained(
    form: Form, rows: Rows, folder: Path
) -> tuple[Remembered, list[Any], npt.NDArray[np.float64]]:
    """Train one epoch on rows in a form; return what is remembered, the weights, the answers."""
    path = folder / f"train{form.suffix}"
    path.write_bytes(form.write(rows, True))
    options = [f"data.{key}={json.dumps(value)}" for key, value in form.options.items()]
    prepared = prepare(str(path), resolve(assignments=[*TINY, *options]).config, "stop")
    trainer = new_run.new_trainer(prepared, new_run.first_model(prepared))
    for _ in trainer.run():
        pass
    checkpoint.save(folder / "m.npz", run_files.best_model(prepared, trainer))
    saved = checkpoint.load(folder / "m.npz")
    assert saved.remembered == prepared.remembered
    with open_source(
        path, ReadOptions(**form.options), needs_label=False, remembered=saved.remembered
    ) as source:
        windows = list(stream.predict(saved, source))
    scores = [getattr(window.scores, "values", window.scores) for window in windows]
    answers = np.concatenate(list(map(losses.probabilities, scores)))
    weights = [(name, array.tolist()) for name, array in saved.model.arrays()]
    return saved.remembered, weights, answers


@pytest.mark.parametrize("form", [*WIDE_FORMS.values(), *TEXT_FORMS.values(), *TAG_FORMS.values()])
def test_every_form_comes_from_standard_input_too(form: Form) -> None:
    rows = sequences(1) if form in WIDE_FORMS.values() else texts()
    rows = tags() if form in TAG_FORMS.values() else rows
    given = {".npz": "npz", ".txt": "lines", ".iob": "conll"}.get(form.suffix)
    options = {**({"format": given} if given else {}), **form.options}
    _, records = piped(form.write(rows, True), **options)
    assert [same_input(r) for r in records] == [
        x if isinstance(x, str) else x.tolist() for x, _ in rows
    ]
    assert list(map(target, records)) == [y for _, y in rows]


def test_symbols_are_characters_or_stand_between_spaces(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    genes = ["".join(draw.choice(list("ACGT"), 30)) for _ in range(40)]
    for text, mode, vocabulary in (
        (genes, "char", set("acgt")),
        ([" ".join(gene) for gene in genes], "space", set("ACGT")),
    ):
        path = tmp_path / "genes.csv"
        rows = [[gene, "ab"[k % 2]] for k, gene in enumerate(text)]
        path.write_bytes(written([["seq", "class"], *rows]))
        settings = [f"data.tokens={mode}"] if mode == "space" else []
        prepared = prepare(str(path), resolve(assignments=[*TINY, *settings]).config, "stop")
        assert prepared.encoder.mode == mode
        assert vocabulary <= set(prepared.encoder.vocabulary.tokens)
        assert len(prepared.encoder.vocabulary) == 2 + 4
        assert set(prepared.train.lengths.tolist()) == {30}


# --- real data ------------------------------------------------------------------------------

REAL = Path(os.environ["SEQ_DATA"]) if "SEQ_DATA" in os.environ else None

TEXT_SETS = {  # rows to train on and to test on, labels
    "amazon_cells": (792, 198, 2),
    "amp_peptides": (3696, 924, 2),
    "bbc_news": (1699, 426, 5),
    "deb_sections": (5108, 1279, 12),
    "dna_splice": (2000, 1186, 3),
    "election_tweets": (4520, 1131, 2),
    "fine_foods": (4000, 1000, 2),
    "health_tweets": (48171, 12047, 16),
    "names_gender": (6402, 1601, 2),
    "reuters_r8": (5485, 2189, 8),
    "spam_subjects": (3010, 752, 2),
    "udhr_langs": (4373, 876, 34),
    "zh_reviews": (13889, 3472, 2),
    "zh_reviews_small": (2000, 500, 2),
    "zh_word_domains_small": (5760, 1440, 9),
}
SERIES_SETS = {  # the same, then channels, shortest and longest
    "ArrowHead": (36, 175, 3, 1, 251, 251),
    "BasicMotions": (40, 40, 4, 6, 100, 100),
    "DigitRows8x8": (1347, 450, 10, 8, 8, 8),
    "GunPoint": (50, 150, 2, 1, 150, 150),
    "ItalyPowerDemand": (67, 1029, 2, 1, 24, 24),
    "JapaneseVowels": (270, 370, 9, 12, 7, 29),
    "PLAID": (537, 537, 11, 1, 100, 1344),
    "PickupGestureWiimoteZ": (50, 50, 10, 1, 29, 361),
    "UnitTest": (20, 22, 2, 1, 24, 24),
}


def both_parts(folder: Path) -> tuple[list[Record], list[Record]]:
    train, test = sorted(
        folder.iterdir(), key=lambda path: path.name.startswith(("test.", f"{folder.name}_TEST"))
    )
    parts = []
    for path in (train, test):
        with open_source(path, ReadOptions(), needs_label=True) as source:
            parts.append(list(source))
    assert not [r.error for part in parts for r in part if r.error is not None]
    return parts[0], parts[1]


@pytest.mark.skipif(REAL is None, reason="SEQ_DATA names no folder of data sets")
@pytest.mark.parametrize("name", [*TEXT_SETS, *SERIES_SETS])
def test_real_sets_are_read_with_no_options(name: str) -> None:
    assert REAL is not None
    train, test = both_parts(REAL / name)
    labels = {r.label for r in train}
    assert labels == {r.label for r in test}
    found: tuple[int, ...] = (len(train), len(test), len(labels))
    kind = "text" if train[0].values is None else "series"
    print(f"{name:<24}{kind:<8}rows {len(train):,} / {len(test):,}, {len(labels)} labels", end="")
    if name in SERIES_SETS:
        values = [r.values for r in [*train, *test] if r.values is not None]
        lengths = [len(value) for value in values]
        (channels,) = {value.shape[1] for value in values}
        found += (channels, min(lengths), max(lengths))
        assert len(values) == len(train) + len(test)
        print(f", {channels} channels, {min(lengths)} to {max(lengths)} steps")
        assert found == SERIES_SETS[name]
    else:
        print()
        assert all(r.text for r in train)
        assert found == TEXT_SETS[name]


@pytest.mark.skipif(REAL is None, reason="SEQ_DATA names no folder of data sets")
def test_real_sets_are_all_expected() -> None:
    assert REAL is not None
    found = {folder.name for folder in REAL.iterdir() if folder.is_dir()}
    assert found - {"brown_pos"} == {*TEXT_SETS, *SERIES_SETS}
