"""Scores that other programs define: chrF and BLEU of sacrebleu, ROUGE of rouge-score.

Both packages are the extra `generate`. Sources: Popović 2015 (chrF), Papineni et al. 2002 (BLEU),
Post 2018 (arXiv:1804.08771, signatures), Lin 2004 (ROUGE).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import chain
from typing import Any

import numpy as np

from grucli.data.text import scripts
from grucli.data.text.tokens import tokenizer
from grucli.engine.packing import Floats
from grucli.random import RESAMPLING, generator
from grucli.tasks.generate.metrics import Compared
from grucli.tasks.intervals import Interval, mean_interval
from grucli.values import dataclass

RESAMPLES = 1000
PACKAGES = "sacrebleu", "rouge_score"
_TOKENIZERS = {"Han": "zh", "Kana": "char", "Hangul": "char", "Thai": "char"}
"""Those of sacrebleu for scripts without spaces, or whose words many particles end."""


@dataclass(frozen=True, kw_only=True)
class TextScore:
    """A score of n answers.

    Attributes:
        value: from 0 to 100, or to 1 for ROUGE.
        how: by which rules it was counted.
        interval: its 95 % interval; None where nobody knows.
    """

    value: float
    how: str
    interval: Interval | None = None


def are_installed() -> bool:
    """Whether there is what scores texts."""
    try:
        for name in PACKAGES:
            import_module(name)
    except ImportError:
        return False
    return True


def chrf(rows: Sequence[Compared]) -> TextScore:
    """Return the F2 of n-grams of characters, of all answers together."""
    return _of_sacrebleu(import_module("sacrebleu").CHRF(), rows)


def bleu(rows: Sequence[Compared]) -> TextScore:
    """Return the precision of n-grams of tokens, of all answers together.

    What a token is goes by the script in which most true texts are written.
    """
    script = scripts.of_texts(chain.from_iterable(row.truths for row in rows)).most_common(1)[0][0]
    tokenize = _TOKENIZERS.get(script, "13a")
    return _of_sacrebleu(import_module("sacrebleu").BLEU(tokenize=tokenize, force=True), rows)


def rouge(rows: Sequence[Compared], kinds: Sequence[str]) -> list[TextScore]:
    """Return the mean F1 of each kind, by tokens of any script; of several truths the best counts.

    Args:
        rows: n answers.
        kinds: such as "rouge1", "rougeL".
    """
    scorer = import_module("rouge_score.rouge_scorer").RougeScorer(kinds, tokenizer=_Tokens())
    found = [scorer.score_multi(row.truths, row.answer) for row in rows]
    scores = np.array([[one[kind].fmeasure for kind in kinds] for one in found])
    errors = scores.std(axis=0) / math.sqrt(len(rows))
    return [
        TextScore(
            value=float(mean),
            how="F1 of tokens of any script",
            interval=mean_interval(float(mean), float(error), len(rows)),
        )
        for mean, error in zip(scores.mean(axis=0), errors, strict=True)
    ]


class _Tokens:
    """What rouge-score asks for tokens; its own leaves all but a to z and digits out."""

    def tokenize(self, text: str) -> list[str]:
        return _words(text)


_words = tokenizer("auto")


def _of_sacrebleu(metric: Any, rows: Sequence[Compared]) -> TextScore:
    most = max(len(row.truths) for row in rows)
    references = [
        [row.truths[k] if k < len(row.truths) else None for row in rows] for k in range(most)
    ]
    answers = [row.answer for row in rows]
    parts = np.array(metric._extract_corpus_statistics(answers, references), np.float64)

    def score(sums: Floats) -> float:
        return float(metric._compute_score_from_stats(sums.astype(np.int64).tolist()).score)

    return TextScore(
        value=score(parts.sum(axis=0)),
        how=metric.get_signature().format(short=True),
        interval=_resampled(parts, score),
    )


def _resampled(parts: Floats, score: Callable[[Floats], float]) -> Interval | None:
    """Return the 95 % interval of a score of sums of (n, k), by resampling the n inputs.

    There is none where all resamples have one score, such as 0.

    Source: Koehn 2004 (W04-3250), as sacrebleu's --confidence; its own takes n * k numbers for each
    of the resamples at once.
    """
    rows, rng = len(parts), generator(0, RESAMPLING)
    found = [
        score(np.bincount(rng.integers(0, rows, rows), minlength=rows) @ parts)
        for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(found, (2.5, 97.5))
    return (float(low), float(high)) if low < high else None
