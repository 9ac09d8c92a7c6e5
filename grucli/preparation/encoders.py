"""From the training part to an encoder, and the settings that its tokens and lengths decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import UNLIMITED, Encoded
from grucli.data.encoder import Encoder
from grucli.data.records import Record
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.series.views import orders_of_spread
from grucli.data.spilled import spilled
from grucli.data.stored import column
from grucli.data.text import GIVEN, tokens
from grucli.data.text.byte_pairs import BytePairs
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.tokenized import Tokenized, tokens_of_each
from grucli.data.text.vocabulary import Vocabulary
from grucli.errors import ConfigError
from grucli.model.linear_path import LinearPath
from grucli.model.network import Architecture
from grucli.preparation import data_rules
from grucli.preparation.defaults import Choice, unless_given
from grucli.tasks.task import Task
from grucli.tasks.writing_task import WritingTask, give_copies_
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.config.schema import Config

AS_IN_ORIGIN = "as in the model of --init-from"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The model whose weights training starts from; what is left `auto` becomes as there.

    Attributes:
        architecture: of the model.
        encoder: how it reads, which stays so and grows.
        linear: what its linear path adds to an answer, None without one.
        task: what it answers, as well.
        label, label_separator: the label column of what it was trained on, and what stands between
            the labels of a cell there; None without.
        sha256: of its file, the first 12 digits.
    """

    architecture: Architecture
    encoder: Encoder
    linear: LinearPath | None
    task: Task
    label: str | None = None
    label_separator: str | None = None
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """An encoder, the training part as it encodes it, and the choices made for it.

    `steps` (n,) int64 are those of each record before a cut.
    """

    encoder: Encoder
    encoded: Encoded
    choices: dict[str, Choice]
    steps: npt.NDArray[np.int64]

    def copied(self, task: Task) -> Fitted:
        """Return the same, with what copies of tokens are in answers of a task that writes."""
        give_copies_(self.encoder, task)
        return replace(self, encoded=replace(self.encoded, copies=self.encoder.copies))


def mode_of(
    records: Sequence[Record], config: Config, origin: Origin | None, task: Task | None
) -> str:
    """Return how texts become tokens: as set, as in the origin, or as the texts speak for.

    A task that writes, if there is one, says what suits what it writes.

    Raises:
        ConfigError: it is set, but the records hold tokens.
    """
    if records[0].tokens is not None:
        if config.data.tokens not in ("auto", GIVEN):
            raise ConfigError("data.tokens: the data hold tokens, which are kept; delete it")
        return GIVEN
    if origin is not None and config.data.tokens == "auto":
        settings = origin.encoder.settings()
        if "data.tokens" in settings:
            return str(settings["data.tokens"])
    if task is not None and task.writes and config.data.tokens == "auto":
        return cast(WritingTask, task).reading(records)
    return tokens.resolve(config.data.tokens, (text or "" for text in column(records, "text")))


def fit(records: Sequence[Record], config: Config, origin: Origin | None, task: Task) -> Fitted:
    """Fit the encoder on the training part.

    Args:
        records: texts, or numeric sequences; at least one.
        config: validated; None where the data decides.
        origin: what training will start from.
        task: what is learned: one whose head reads each step reads all, however many.

    Raises:
        ConfigError: the config asks for n-grams of numbers.
    """
    if records[0].values is not None:
        return _fit_series(records, config, origin)
    data, mode = config.data, mode_of(records, config, origin, task)
    known = origin.encoder if origin is not None else None
    tokenize, pairs, end = tokens.tokenizer(mode), None, ""
    if isinstance(known, TextEncoder) and known.mode == mode:
        tokenize, pairs = known.tokenize, known.pairs  # maybe of an earlier edition
        end = known.end
    elif mode == "pairs":
        own = cast(WritingTask, task).pairs if task.writes else None
        pairs = own or BytePairs.learn(text or "" for text in column(records, "text"))
        tokenize = pairs.split
    tokenized = Tokenized.of_tokens(tokens_of_each(records, mode, tokenize))
    steps = spilled(np.maximum(tokenized.lengths, 1))
    longest = _longest(steps, config, origin)
    vocabulary = Vocabulary.fit(
        tokenized.counts(),
        data.min_count,
        data.max_vocabulary if config.training.epochs != 0 else 0,  # nothing would learn of more
        () if known is None or known.vocabulary is None else known.vocabulary.tokens,
    )
    mean_characters = tokenized.total(tokens.letters) / max(int(tokenized.lengths.sum()), 1)
    are_given = mode == GIVEN
    given = len(tokenized.tokens) if are_given else None
    default = data_rules.subwords(config.model.wide, mean_characters, given)
    are_words = are_given or mean_characters >= data_rules.WORD_CHARACTERS
    if origin is not None:
        default = Choice(value=origin.architecture.buckets or False, reason=AS_IN_ORIGIN)
        if origin.architecture.subwords:
            are_words = origin.architecture.subwords == "characters"
    subwords = unless_given(config.model.subwords, default)
    spelled = subwords.value if are_words else False
    kept = UNLIMITED if task.reads_steps else longest.value
    encoder = TextEncoder(vocabulary, mode, kept, buckets=spelled or 0, pairs=pairs, end=end)
    return Fitted(
        encoder=encoder,
        encoded=encoder.encode_tokens(tokenized),
        choices={"data.max_length": longest, "model.subwords": subwords},
        steps=steps,
    )


def _fit_series(records: Sequence[Record], config: Config, origin: Origin | None) -> Fitted:
    data = config.data
    if config.model.subwords:
        raise ConfigError("model.subwords: numeric sequences have no n-grams; delete it")
    values = [each for each in column(records, "values") if each is not None]
    steps = np.array([len(each) for each in values])
    longest = _longest(steps, config, origin)
    channels = unless_given(data.channels, data_rules.channels(orders_of_spread(values)))
    known = origin.encoder if origin is not None else None
    if isinstance(known, SeriesEncoder) and data.channels is None:
        channels = Choice(value=known.channels, reason=AS_IN_ORIGIN)
    encoder = SeriesEncoder.fit(values, longest.value, data.missing, channels.value)
    if isinstance(known, SeriesEncoder):
        encoder = encoder.scaled_as(known)
    return Fitted(
        encoder=encoder,
        encoded=encoder.encode(records),
        choices={
            "data.max_length": longest,
            "data.channels": channels,
            "model.subwords": Choice(value=False, reason="series have no n-grams"),
        },
        steps=steps,
    )


def _longest(steps: npt.NDArray[np.int64], config: Config, origin: Origin | None) -> Choice:
    """Return the steps to keep: what the origin reads to its end is still read so.

    One that reads just as far is not the reason: a resumed run, its own origin, says the same.
    """
    default = data_rules.maximum_length(steps)
    if origin is not None and origin.encoder.max_length > default.value:
        default = Choice(value=origin.encoder.max_length, reason=AS_IN_ORIGIN)
    return unless_given(config.data.max_length, default)
