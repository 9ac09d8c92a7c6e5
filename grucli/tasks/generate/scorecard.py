"""The scorecard of texts: names, meanings and groups of its metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from grucli.data.text.symbol_choice import Kind
from grucli.errors import at_end
from grucli.tasks.generate import text_scores
from grucli.tasks.generate.baseline import (
    EDIT_RATE,
    EXACT_MATCH,
    BlindEdits,
    blind_text,
    lead_words,
)
from grucli.tasks.generate.metrics import (
    Compared,
    EditRate,
    compared,
    exact_match,
    units_of,
)
from grucli.tasks.scorecard import Figure, FigureColumn, FigureTable, Measure, Scorecard

NO_WORDS = "no true text has several words"
NO_EXTRA = "it needs the extra generate (pip install 'grucli[generate]')"

BLIND_EDIT_RATE = Measure(
    name="baseline_edit_rate",
    title="blind edit rate",
    larger_is_better=False,
    undefined=EDIT_RATE.undefined,
)
WORD_ERROR_RATE = Measure(
    name="word_error_rate", title="word error rate", larger_is_better=False, undefined=NO_WORDS
)
SOURCES = Measure(name="sources", title="distinct inputs", larger_is_better=None)
CHRF = Measure(name="chrf", title="chrF", undefined=NO_EXTRA, has_unit=True)
BLEU = Measure(name="bleu", title="BLEU", undefined=NO_EXTRA, has_unit=True)
ROUGE_1 = Measure(name="rouge_1", title="ROUGE-1", undefined=NO_EXTRA)
ROUGE_2 = Measure(name="rouge_2", title="ROUGE-2", undefined=NO_EXTRA)
ROUGE_L = Measure(name="rouge_l", title="ROUGE-L", undefined=NO_EXTRA)
LEAD_ROUGE_L = Measure(
    name="baseline_rouge_l", title="blind ROUGE-L", undefined=NO_EXTRA, larger_is_better=None
)
ROWS = Measure(name="rows", title="inputs", larger_is_better=None)

_ROUGE = {"rouge1": ROUGE_1, "rouge2": ROUGE_2, "rougeL": ROUGE_L}
_OF_TEXTS = (CHRF, BLEU, *_ROUGE.values(), LEAD_ROUGE_L)
MEASURES = (EXACT_MATCH, EDIT_RATE, BLIND_EDIT_RATE, SOURCES, WORD_ERROR_RATE, *_OF_TEXTS)
RANGES = 4


def scorecard(
    answers: Sequence[str], truths: Sequence[str], sources: Sequence[str], kind: Kind
) -> Scorecard:
    """Score answers: what they are compared by is the exact match, of longer texts the edit rate.

    Args:
        answers, truths, sources: of the rows, at least one; equal inputs have equal answers.
        kind: of the symbols that answers are written with: texts, or given symbols.
    """
    rows, units = compared(answers, truths, sources), units_of(kind)
    share, interval = exact_match(rows)
    rate, blind = EditRate.of(rows, units), BlindEdits.of(rows, units)
    exact = Figure(measure=EXACT_MATCH, value=share, interval=interval)
    edits = Figure(measure=EDIT_RATE, value=rate.value, interval=rate.interval)
    are_long = kind == "pairs" and blind is not None
    return Scorecard(
        rows=len(truths),
        unknown=0,
        figures=(
            *((edits, exact) if are_long else (exact, edits, _blind_edit_rate(blind))),
            Figure(measure=SOURCES, value=len(rows), meaning="each counts once"),
        ),
        baseline=blind if are_long and blind else blind_text(rows),
        further=() if kind == "space" else (_word_error_rate(rows), *_of_texts(rows)),
        tables=(_by_length(rows, rate),),
    )


def _blind_edit_rate(blind: BlindEdits | None) -> Figure:
    if blind is None:
        return Figure(measure=BLIND_EDIT_RATE, value=None, meaning=BLIND_EDIT_RATE.undefined)
    return Figure(
        measure=BLIND_EDIT_RATE, value=blind.value, meaning=blind.meaning, subject=blind.subject
    )


def _word_error_rate(rows: Sequence[Compared]) -> Figure:
    if not any(len(truth.split()) > 1 for row in rows for truth in row.truths):
        return Figure(measure=WORD_ERROR_RATE, value=None, meaning=NO_WORDS)
    rate = EditRate.of(rows, str.split)
    return Figure(measure=WORD_ERROR_RATE, value=rate.value, interval=rate.interval)


def _of_texts(rows: Sequence[Compared]) -> Iterator[Figure]:
    """Yield what other programs score; without them, why it is undefined."""
    if not text_scores.are_installed():
        for measure in _OF_TEXTS:
            yield Figure(measure=measure, value=None, meaning=NO_EXTRA)
        return
    for measure, score in ((CHRF, text_scores.chrf(rows)), (BLEU, text_scores.bleu(rows))):
        yield Figure(measure=measure, value=score.value, meaning=score.how, interval=score.interval)
    found = text_scores.rouge(rows, list(_ROUGE))
    for measure, score in zip(_ROUGE.values(), found, strict=True):
        yield Figure(measure=measure, value=score.value, meaning=score.how, interval=score.interval)
    lead, number = lead_words(rows)
    (score,) = text_scores.rouge(lead, ["rougeL"])
    meaning = f"of the {at_end('first', number, 'word')} of the input"
    yield Figure(measure=LEAD_ROUGE_L, value=score.value, meaning=meaning)


def _by_length(rows: Sequence[Compared], rate: EditRate) -> FigureTable:
    """Return how inputs with short and with long true texts are answered."""
    right = np.array([row.is_right for row in rows])
    edges = np.unique(np.quantile(rate.sizes, np.arange(1, RANGES) / RANGES))
    parts = np.searchsorted(edges, rate.sizes)
    names, shares, rates, counts = (
        [],
        list[float | None](),
        list[float | None](),
        list[float | None](),
    )
    for part in np.unique(parts):
        own = parts == part
        low, high = rate.sizes[own].min(), rate.sizes[own].max()
        names.append(f"{low}" if low == high else f"{low} to {high}")
        shares.append(float(right[own].mean()))
        rates.append(EditRate(edits=rate.edits[own], sizes=rate.sizes[own]).value)
        counts.append(int(own.sum()))
    return FigureTable(
        name="by_length",
        title="length",
        rows=names,
        columns=(
            FigureColumn(measure=EXACT_MATCH, values=shares, has_bars=True),
            FigureColumn(measure=EDIT_RATE, values=rates),
            FigureColumn(measure=ROWS, values=counts),
        ),
        example=f"by_length.{names[0]}.edit_rate",
    )
