"""What a tagger makes of its scores: answers, scorecards, explanations.

What only scoring asks is imported when it is asked: predicting need not wait for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.engine.packing import Floats, Integers
from grucli.engine.steps import Steps
from grucli.errors import ConfigError, excerpt
from grucli.notices import Notice
from grucli.tasks import label_names
from grucli.tasks.answer_layer import AnswerLayer
from grucli.tasks.columns import AnswerOptions, Columns, Mistakes
from grucli.tasks.tag import answers, decoding
from grucli.tasks.tag.answers import Entity, TagAnswer
from grucli.tasks.tag.decoding import Decoded
from grucli.tasks.tag.explanation import TagMargin
from grucli.tasks.thresholds import Wish, refuse

if TYPE_CHECKING:
    from grucli.tasks.blind_share import BlindShare
    from grucli.tasks.observed import Observed
    from grucli.tasks.pictures import Pictures
    from grucli.tasks.scorecard import Measure, Scorecard
    from grucli.tasks.tag.baseline import WordTags
    from grucli.tasks.tag.scorecard import Answered

LISTED_TAGS, TAG_WIDTH = 12, 24

Booleans = npt.NDArray[np.bool_]


class TagAnswering:
    """The half of `Tag` that answers.

    Attributes:
        tags: (K,) as the head has them.
        words: each token's most frequent tag.
    """

    distance_title: ClassVar[str] = "the mean change of the probabilities"

    tags: tuple[str, ...]
    words: WordTags

    @property
    def barriers(self) -> Floats | None:
        """Which tags must not follow which, as in `decoding.decode`; None for none."""
        return None

    def plain_outputs(self, number: int, labels: Sequence[str]) -> Floats:
        """Return (K, number + 1) what each output is of logits in the order of these tags."""
        return label_names.plain_outputs(self.tags, labels)

    def decoded(self, scores: Steps) -> Decoded:
        """Return tags and probabilities of all steps."""
        return decoding.decode(scores, self.barriers)

    def written(self, tags: Integers, starts: Integers) -> list[str]:
        """Return (S,) tags of sequences that begin at `starts`, as the training file has them."""
        return [self.tags[k] for k in tags.tolist()]

    def entities(self, found: Decoded) -> list[tuple[Entity, ...]]:
        """Return the chunks of each sequence."""
        return [()] * len(found.lengths)

    @property
    def answer_layer(self) -> AnswerLayer:
        """How the scores of a step become probabilities, unless tags are scored together."""
        return AnswerLayer(
            output="probabilities",
            size=len(self.tags),
            link="softmax",
            walls=self.barriers,
            fields={"labels": list(self.tags)},
        )

    def answers(self, scores: Steps, options: AnswerOptions) -> Columns:
        """Return the answers to the scores of n sequences as columns."""
        found = self.decoded(scores)
        tags, probabilities = self._of_rows(found)
        return answers.columns(tags, probabilities, options)

    def typed_answers(self, scores: Steps) -> list[TagAnswer]:
        """Return the answers to the scores of n sequences as objects for other programs."""
        found = self.decoded(scores)
        every = zip(*self._of_rows(found), self.entities(found), strict=True)
        return [
            TagAnswer(tags=tuple(tags), probabilities=tuple(p), entities=entities)
            for tags, p, entities in every
        ]

    def _of_rows(self, found: Decoded) -> tuple[list[list[str]], list[list[float]]]:
        """Return tags and probabilities of the steps of each sequence."""
        ends = np.cumsum(found.lengths)
        starts = (ends - found.lengths).tolist()
        bounds = list(zip(starts, ends.tolist(), strict=True))
        tags = self.written(found.tags, ends - found.lengths)
        p: list[float] = found.certainty.tolist()
        return [tags[a:b] for a, b in bounds], [p[a:b] for a, b in bounds]

    @classmethod
    def measures(cls) -> Sequence[Measure]:
        """Return the figures of a scorecard."""
        from grucli.tasks.tag.scorecard import MEASURES

        return MEASURES

    def measure(self, scores: Steps, targets: Steps, records: Sequence[Record]) -> Scorecard:
        """Return how well the scores answer; the arguments are those of `Task`."""
        from grucli.tasks.tag.scorecard import scorecard

        return scorecard(self._answered(scores, targets, records))

    def pictures(self, scores: Steps, targets: Steps) -> Pictures:
        """Return what the scores of n sequences give to be drawn."""
        from grucli.tasks.tag.scorecard import pictures

        return pictures(self.tags, self.decoded(scores), targets)

    def _answered(self, scores: Steps, targets: Steps, records: Sequence[Record]) -> Answered:
        from grucli.tasks.tag.scorecard import Answered

        return Answered(
            tags=self.tags,
            found=self.decoded(scores),
            targets=targets,
            records=records,
            blind=self.words.answers(records),
            unseen=self.unseen(records),
        )

    def unseen(self, records: Sequence[Record]) -> Counter[str]:
        """Return the steps of each tag that training lacks."""
        counts = Counter(tag for record in records for tag in record.tags or ())
        return Counter({tag: n for tag, n in counts.items() if not self.knows(tag)})

    def knows(self, tag: str) -> bool:
        """Whether training has seen a tag."""
        return tag in self.tags

    def baseline(self, targets: Steps) -> BlindShare:
        """Return what the most frequent tag of all reaches."""
        from grucli.tasks.tag.scorecard import majority

        return majority(self.tags, targets)

    def has_learned(self, data: Mapping[str, Any], scores: Mapping[str, Any]) -> bool:
        """Whether validation found more than the majority reaches, unless the card is silent."""
        counts: Any = data.get("tag_steps")
        accuracy: Any = scores.get("kept_accuracy", scores.get("valid_accuracy"))
        try:
            return bool(accuracy > max(counts) / sum(counts))
        except (TypeError, ValueError, ArithmeticError):
            return True

    def unknown_warnings(self, name: str, records: Sequence[Record]) -> Iterator[Notice]:
        """Yield which tags of data of this name training lacks, in one line."""
        from grucli.tasks.tag import checks

        return checks.unknown(name, self.unseen(records), self.labels)

    @property
    def decides_by_wish(self) -> bool:
        """Never: tags have no thresholds."""
        return False

    def check_wishes(self, wished: Sequence[Wish], targets: Steps | None) -> None:
        """Refuse any: tags have no thresholds; the arguments are those of `Task`."""
        refuse(wished, "tag")

    def sure(self, scores: Steps, least: float) -> Booleans:
        """Refuse: each tag of an answer has its own probability."""
        raise ConfigError("--min-prob: each tag of an answer has its own probability; omit it")

    def calibration_error(self, scores: Steps, targets: Steps) -> float:
        """Return the mean gap between the probabilities of tags and how many of them are right."""
        from grucli.tasks.class_scores import calibration_error

        found, known = self.decoded(scores), targets.values >= 0
        hits = found.tags == targets.values
        return calibration_error(found.certainty[known], hits[known])

    @property
    def labels(self) -> tuple[str, ...]:
        """The tags that can be answered."""
        return self.tags

    def mistakes(self, scores: Steps, targets: Steps) -> Mistakes:
        """Return the steps with a wrong tag, the most confident first."""
        found = self.decoded(scores)
        return answers.mistakes(found, self.written(found.tags, targets.starts), targets)

    @property
    def listed(self) -> str:
        """How many tags there are, and the first of them."""
        shown = ", ".join(excerpt(tag, TAG_WIDTH) for tag in self.labels[:LISTED_TAGS])
        more = len(self.labels) - LISTED_TAGS
        return f"{self.size}: {shown}{f' and {more} more' if more > 0 else ''}"

    @property
    def size(self) -> str:
        """How many tags there are."""
        return f"{len(self.labels)} tags"

    def stratum(self, record: Record) -> None:
        """Return nothing: a sample is drawn of all sequences alike."""

    def right(self, scores: Steps, targets: Steps) -> Booleans:
        """Return (n,) of which sequences every tag is right."""
        wrong = self._tags(scores) != targets.values
        right: Booleans = decoding.sums(wrong, targets.lengths) == 0
        return right

    def num_answers(self, scores: Steps) -> int:
        """Return how many tags are an answer."""
        return len(np.unique(self._tags(scores)))

    def certainty(self, scores: Steps) -> Floats:
        """Return (n,) how probable the least probable tag of each sequence is."""
        found = self.decoded(scores)
        least: Floats = np.minimum.reduceat(found.certainty, scores.starts)
        return least

    def support(self, scores: Steps, targets: Steps) -> Floats:
        """Return (n,) how probable the least probable true tag of each sequence is."""
        p = self.decoded(scores).p[np.arange(len(targets.values)), targets.values]
        truth = np.where(targets.values >= 0, p, 0.0)
        least: Floats = np.minimum.reduceat(truth, targets.starts)
        return least

    def observed(self, targets: Steps) -> Observed:
        """Return which steps have which tag."""
        from grucli.tasks.observed import OF_TAGS, Observed

        return Observed.of_classes(targets, self.tags.__getitem__, "tag", OF_TAGS)

    def agree(self, scores: Steps, others: Steps) -> Booleans:
        """Return (n,) where all tags are the same."""
        differ = self._tags(scores) != self._tags(others)
        same: Booleans = decoding.sums(differ, scores.lengths) == 0
        return same

    def distance(self, scores: Steps, others: Steps) -> Floats:
        """Return (n,) the mean total variation between the probabilities of a step, in [0, 1]."""
        change = np.abs(self.decoded(others).p - self.decoded(scores).p).sum(axis=1) / 2
        return decoding.sums(change, scores.lengths) / scores.lengths

    def _tags(self, scores: Steps) -> npt.NDArray[np.int64]:
        return decoding.tags_of(scores, self.barriers)

    def explained(self, scores: Steps, target: str | None) -> TagMargin:
        """Return the margin of the tag of a step, the least certain one if `target` is None.

        A step behind the last one is the last one.
        """
        step = None if target is None else min(int(target), len(scores.values)) - 1
        return TagMargin.of(self.tags, scores, self.decoded, step)

    def check_target(self, target: str) -> None:
        """Refuse what is no number of a step.

        Raises:
            ConfigError: it is none.
        """
        if not (target.isascii() and target.isdecimal() and int(target)):
            raise ConfigError(
                f"--target: must be the number of a step, from 1, got '{excerpt(target)}'"
            )

    def arrays(self, scores: Steps, targets: Steps) -> dict[str, npt.NDArray[Any]]:
        """Return true tags, answers and probabilities of all steps, sequence after sequence.

        They are places in `labels`, the tags as they are learned.
        """
        found = self.decoded(scores)
        return {
            "labels": np.array(self.tags, np.str_),
            "targets": targets.values,
            "predictions": found.tags,
            "probabilities": found.p,
        }
