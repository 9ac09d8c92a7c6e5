"""From the training part to an encoder, and the settings that its tokens and lengths decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from grucli.data.encoded import Encoded
from grucli.data.encoder import Encoder
from grucli.data.records import Record
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.series.views import orders_of_spread
from grucli.data.text import tokens
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.tokenized import Tokenized
from grucli.data.text.vocabulary import Vocabulary
from grucli.errors import ConfigError
from grucli.model.network import Architecture
from grucli.preparation import data_rules
from grucli.preparation.defaults import Choice, unless_given

if TYPE_CHECKING:
    from grucli.config.schema import Config

AS_IN_ORIGIN = "as in the model of --init-from"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The model whose weights training starts from; what is left `auto` becomes as there.

    Attributes:
        architecture: of the model.
        settings: by which its encoder was made, by dotted key.
        sha256: of its file, the first 12 digits.
    """

    architecture: Architecture
    settings: Mapping[str, Any]
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """An encoder, the training part as it encodes it, and the choices made for it.

    `steps` are those of each record before a cut.
    """

    encoder: Encoder
    encoded: Encoded
    choices: dict[str, Choice]
    steps: list[int]


def mode_of(texts: Iterable[str], config: Config, origin: Origin | None) -> str:
    """Return how texts become tokens: as set, as in the origin, or as the texts speak for."""
    if origin is not None and "data.tokens" in origin.settings and config.data.tokens == "auto":
        return str(origin.settings["data.tokens"])
    return tokens.resolve(config.data.tokens, texts)


def fit(records: Sequence[Record], config: Config, origin: Origin | None) -> Fitted:
    """Fit the encoder on the training part.

    Args:
        records: texts, or numeric sequences; at least one.
        config: validated; None where the data decides.
        origin: what training will start from.

    Raises:
        ConfigError: the config asks for n-grams of numbers.
    """
    if records[0].values is not None:
        return _fit_series(records, config, origin)
    data, texts = config.data, [record.text or "" for record in records]
    mode = mode_of(texts, config, origin)
    tokenized = Tokenized.of(texts, tokens.tokenizer(mode))
    steps = np.maximum(tokenized.lengths, 1)
    longest = unless_given(data.max_length, data_rules.maximum_length(steps))
    vocabulary = Vocabulary.fit(tokenized.counts(), data.min_count, data.max_vocabulary)
    mean_characters = tokenized.total(tokens.letters) / max(int(tokenized.lengths.sum()), 1)
    default = data_rules.subwords(config.model.wide, mean_characters)
    if origin is not None:
        default = Choice(value=origin.architecture.buckets or False, reason=AS_IN_ORIGIN)
    subwords = unless_given(config.model.subwords, default)
    spelled = subwords.value if mean_characters >= data_rules.WORD_CHARACTERS else False
    encoder = TextEncoder(vocabulary, mode, longest.value, buckets=spelled or 0)
    return Fitted(
        encoder=encoder,
        encoded=encoder.encode_tokens(tokenized),
        choices={"data.max_length": longest, "model.subwords": subwords},
        steps=steps.tolist(),
    )


def _fit_series(records: Sequence[Record], config: Config, origin: Origin | None) -> Fitted:
    data = config.data
    if config.model.subwords:
        raise ConfigError("model.subwords: numeric sequences have no n-grams; delete it")
    values = [record.values for record in records if record.values is not None]
    steps = [len(value) for value in values]
    longest = unless_given(data.max_length, data_rules.maximum_length(np.array(steps)))
    channels = unless_given(data.channels, data_rules.channels(orders_of_spread(values)))
    if origin is not None and "data.channels" in origin.settings and data.channels is None:
        channels = Choice(value=origin.settings["data.channels"], reason=AS_IN_ORIGIN)
    encoder = SeriesEncoder.fit(values, longest.value, data.missing, channels.value)
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
