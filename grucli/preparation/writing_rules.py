"""Rules for a network that writes its answers: each with its reason, and its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from grucli.data.encoder import Encoder
from grucli.data.text.symbols import FIRST
from grucli.engine.steps import Steps
from grucli.errors import ConfigError, percent
from grucli.preparation.defaults import AUTO, Choice
from grucli.preparation.training_rules import Facts

if TYPE_CHECKING:
    from grucli.config.schema import Config
    from grucli.data.encoded import Encoded
    from grucli.preparation.encoders import Fitted
    from grucli.tasks.writing_task import WritingTask

MANY_ROWS = 20_000  # from which on a large state pays
DROPOUT = 0.2, 0.3
"""Of what the decoder makes of its looks, for many rows and for fewer.

Of 4,000 words held out, after 15 passes over 12,000 others, .568 have all their phonemes right at
0.2 and .552 at 0.4; where the states that the decoder looks at are dropped, too, .554 and .523.
"""
LEAST_COPIED = 0.1  # of the symbols of targets
LOOKED_AT = 2000  # rows
LEAST_COUNTED = 1000  # rows, from which n-grams tell something of words that are none of them


def choose(
    facts: Facts, config: Config, fitted: Fitted, task: WritingTask, targets: Steps
) -> dict[str, Choice]:
    """Return the choices that differ from those of a head that reads what is pooled.

    Args:
        facts: of the training part.
        config: whose settings stand.
        fitted: its encoder, and the part as it is encoded.
        task: what is written.
        targets: of the training part.
    """
    many, rows = facts.rows >= MANY_ROWS, f"{facts.rows:,} rows"
    values: dict[str, tuple[Any, str]] = {
        "model.pooling": ((), "the decoder looks at each step"),
        "model.convolution": (False, "the decoder looks at each step"),
        "model.chain": (False, "one answer a sequence"),
        "model.hidden_size": (256 if many else 128, rows),
        "model.dropout": (DROPOUT[0 if many else 1], rows),
        "model.token_dropout": (0.0, "each step may count"),
        "model.attention": (True, "an answer rests on all of its input"),
        "model.copying": (False, "nothing looks at the input")
        if config.model.attention is False
        else _copying(fitted.encoder, fitted, task, targets),
        "training.label_smoothing": (0.1, "several texts may be right"),
        "training.schedule": ("plateau", "as long as it pays"),
    }
    return {path: Choice(value=value, reason=reason) for path, (value, reason) in values.items()}


def joint_ngrams(setting: Any, task: WritingTask, inputs: Encoded, judged_rows: int) -> Choice:
    """Return whether joint n-grams are counted: True, False, or "auto" where training shall tell.

    Args:
        setting: True, False or "auto".
        task: what is written.
        inputs: of the training part.
        judged_rows: inputs that are held out of training.

    Raises:
        ConfigError: they are asked for where inputs have no tokens, or answers are of byte pairs.
    """
    rows, why = len(inputs.lengths), None
    if inputs.texts is None:
        why = "numeric sequences have no tokens to pair"
    elif task.pairs is not None:
        why = "byte pairs are not written token by token"
    if setting != AUTO:
        if setting and why is not None:
            raise ConfigError(f"model.wide: {why}; delete it")
        return Choice(value=setting, reason="given")
    if why is None and rows < LEAST_COUNTED:
        why = f"{rows:,} rows: too few to count n-grams"
    if why is None and not judged_rows:
        why = "no validation can tell whether it pays"
    if why is not None:
        return Choice(value=False, reason=why)
    return Choice(value=AUTO, reason="if more held-out answers are right")


def check(facts: Facts, config: Config) -> None:
    """Refuse to copy what is no text, or what nothing looks at.

    Raises:
        ConfigError: it is asked for.
    """
    if config.model.copying and facts.kind != "text":
        raise ConfigError("model.copying: numeric sequences have no symbols to copy; delete it")
    if config.model.copying and config.model.attention is False:
        raise ConfigError("model.copying: what is copied is looked at; delete it or attention")


def _copying(
    encoder: Encoder, fitted: Fitted, task: WritingTask, targets: Steps
) -> tuple[bool, str]:
    """Return whether copies pay: they must be possible often enough."""
    if encoder.vocabulary is None:
        return False, "numbers have no symbols"
    encoded, held = fitted.encoded, task.copies_of(encoder.vocabulary)
    rows = min(LOOKED_AT, len(targets))
    sources = Steps(values=encoded.steps, lengths=encoded.lengths)[slice(0, rows)].per_sequence()
    found = total = 0
    for source, target in zip(sources, targets[slice(0, rows)].per_sequence(), strict=True):
        own = target[target >= FIRST]
        known = source[source < len(held)]
        found += int(np.isin(own, held[known]).sum())
        total += len(own)
    share = found / max(1, total)
    return share >= LEAST_COPIED, f"{percent(share)} of target symbols stand in their input"
