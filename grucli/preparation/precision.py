"""Whether values that differ are still told apart once they are scaled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples, starts_of
from grucli.data.encoder import Encoder
from grucli.data.numbers import Floats
from grucli.data.records import Record
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.series.views import width
from grucli.errors import counted
from grucli.notices import Notice

LOOKED_AT = 1 << 18  # numbers that tell it of all
DECIMALS = 6  # of a standard deviation: finer than float32 has them, and than training sees
LEAST_TOLD = 0.5  # of the steps from one different value to the next


def lost(
    name: str, records: Sequence[Record], examples: Examples, encoder: Encoder
) -> Iterator[Notice]:
    """Yield that most values of a channel have become equal, in all views of it together.

    Args:
        name: of the file.
        records: texts, of which there is nothing to say, or numeric sequences; at least one.
        examples: the records as `encoder` encodes them.
        encoder: fitted on them.
    """
    if not isinstance(encoder, SeriesEncoder):
        return
    every = -(-examples.steps.size // LOOKED_AT)
    kept = [record.values[: encoder.max_length] for record in records if record.values is not None]
    starts = starts_of(examples.lengths)[::every].tolist()
    raw = kept[::every]
    parts = zip(starts, raw, strict=True)
    seen = np.concatenate([examples.steps[start : start + len(own)] for start, own in parts])
    values = np.concatenate(raw)
    channels = [k for k in range(values.shape[1]) if _is_lost(values[:, k], seen, k, encoder)]
    if not channels:
        return
    low, high = _range(kept, channels[0])
    more = f" and {counted(len(channels) - 1, 'other')}" if len(channels) > 1 else ""
    logs = "" if "log" in encoder.channels else " or add log to data.channels"
    yield Notice(
        "data.wild_values",
        f"{name}: channel {channels[0] + 1}{more} spans {low:.3g} to {high:.3g}: most values "
        f"are equal in float32; blank wild ones (--missing mask){logs}",
    )


def _is_lost(
    values: Floats, seen: npt.NDArray[np.float32], channel: int, encoder: SeriesEncoder
) -> bool:
    present = ~np.isnan(values)
    different = len(np.unique(values[present]))
    sizes = [width([view], encoder.num_channels) for view in encoder.channels]
    starts = np.cumsum(sizes) - sizes
    columns = [
        start + channel
        for start, view in zip(starts.tolist(), encoder.channels, strict=True)
        if view != "place"
    ]
    told = len(np.unique(seen[np.ix_(present, columns)].round(DECIMALS), axis=0))
    return different > 1 and told - 1 <= LEAST_TOLD * (different - 1)


def _range(sequences: Sequence[Floats], channel: int) -> tuple[float, float]:
    low = min(np.fmin.reduce(values[:, channel]) for values in sequences)
    return float(low), float(max(np.fmax.reduce(values[:, channel]) for values in sequences))
