"""The n-grams of characters within tokens, each distinct token looked at once.

Source: Bojanowski et al. 2017 (arXiv:1607.04606).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grucli.data.text.ngram_hashes import BASE, Hashes, Places, code_points, mixed, windows
from grucli.engine.bags import NONE
from grucli.values import dataclass

SUBWORD_SIZES = range(1, 5)


def apart(hashes: Hashes) -> Hashes:
    """Tell hashes of windows over characters apart from those of windows over tokens."""
    return mixed(hashes ^ BASE)


@dataclass(frozen=True, kw_only=True)
class Subwords:
    """The subwords of distinct tokens.

    Attributes:
        hashes: those of one token after the other.
        starts, lengths: where those of each token stand.
    """

    hashes: Hashes
    starts: Places
    lengths: Places

    @classmethod
    def of(cls, tokens: list[str], sizes: range) -> Subwords:
        """Find the subwords of these sizes in tokens, none of which is empty."""
        codes, lengths = code_points(tokens)
        row, hashes = windows(mixed(codes), lengths, sizes)
        order = np.argsort(row, kind="stable")
        counts = np.bincount(row, minlength=len(tokens))
        return cls(hashes=apart(hashes[order]), starts=np.cumsum(counts) - counts, lengths=counts)

    def gather(self, tokens: npt.NDArray[np.int32], row: Places) -> tuple[Places, Hashes]:
        """Return the text and the hash of each subword of a run of tokens."""
        lengths = self.lengths[tokens]
        ends = np.cumsum(lengths)
        index = np.repeat(self.starts[tokens] - (ends - lengths), lengths)
        index += np.arange(len(index))
        return np.repeat(row, lengths), self.hashes[index]

    def bags(self, buckets: int, most: int) -> npt.NDArray[np.int32]:
        """Return (tokens, G) the buckets of the first subwords of each token, at most `most`."""
        lengths = np.minimum(self.lengths, most)
        place = np.arange(int(lengths.max(initial=0)))
        held = place < lengths[:, None]
        bags = np.full(held.shape, NONE, np.int32)
        index = (self.starts[:, None] + place)[held]
        bags[held] = self.hashes[index] % np.uint64(buckets)
        return bags
