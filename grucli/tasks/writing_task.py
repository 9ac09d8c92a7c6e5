"""What a task has to answer beside all others if a decoder writes its answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, Self, cast

import numpy as np
import numpy.typing as npt

from grucli.data.encoder import Encoder
from grucli.data.records import Record
from grucli.data.text.byte_pairs import BytePairs
from grucli.data.text.vocabulary import Vocabulary
from grucli.engine.packing import Floats, Integers
from grucli.engine.steps import Steps
from grucli.tasks.drafts import Draft, Drafts
from grucli.tasks.task import Scores, Targets, Task

if TYPE_CHECKING:
    from grucli.tasks.scorecard import Measure


class WritingTask(Task, Protocol):
    """A task whose answers are sequences of their own.

    Attributes:
        beam: sequences that are kept while an answer is written.
    """

    beam: int

    @property
    def pairs(self) -> BytePairs | None:
        """What byte pairs answers are written with; None for other symbols."""

    def bounded(self, lengths: Integers, targets: Steps) -> Self:
        """Return the task whose answers are as long as targets are to inputs of these lengths."""

    def limits(self, lengths: Integers) -> Integers:
        """Return (n,) how many symbols the answer to an input of so many steps may have.

        Its end is one of them.
        """

    def reading(self, records: Sequence[Record]) -> str:
        """Return the mode of tokens by which inputs with targets are read, if nobody says so."""

    def pieces(self, draft: Draft) -> Sequence[str]:
        """Return the text of each symbol of a draft."""

    def texts(self, scores: Drafts) -> list[str]:
        """Return the text that answers each input."""

    def nearest_targets(self, scores: Drafts, records: Sequence[Record]) -> Steps:
        """Return the target of each record: its answer, if that is true of its input."""

    def input_parts(
        self, texts: Sequence[str], records: Sequence[Record]
    ) -> list[tuple[Measure, Floats]]:
        """Return of each figure, the share of right answers first, what each input adds to it.

        It is (m, 2), one sum to be divided by the other, of m distinct inputs: rows of one input
        list all that is true of it.

        Args:
            texts: answers to records that have targets.
            records: those.
        """

    def searching(self, beam: int) -> Self:
        """Return the same with another beam."""

    def copies_of(self, vocabulary: Vocabulary) -> npt.NDArray[np.int32]:
        """Return (V,) of each token of a vocabulary the symbol that a copy of it is."""


def targets_of(task: Task, scores: Scores, records: Sequence[Record]) -> Targets:
    """Return what answers are held to; of several texts that are true of an input any is right."""
    if task.writes:
        return cast(WritingTask, task).nearest_targets(cast(Drafts, scores), records)
    return task.encode(records)


def give_copies_(encoder: Encoder, task: Task) -> None:
    """Let an encoder of texts say what copies of its tokens are in answers of a task that writes.

    Raises:
        ValueError: it reads no tokens.
    """
    if encoder.vocabulary is None:
        raise ValueError("numbers have no symbols to copy")
    encoder.copies = cast(WritingTask, task).copies_of(encoder.vocabulary)
