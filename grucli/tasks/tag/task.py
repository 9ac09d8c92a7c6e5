"""Tagging: one tag for each step of a sequence, out of those that training has seen.

What only training asks is imported when it is asked: predicting need not wait for it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record, TargetForm
from grucli.engine.packing import Floats, Integers
from grucli.engine.steps import Steps
from grucli.errors import ConfigError, DataError, counted, excerpt, expect, show_path
from grucli.notices import Notice
from grucli.tasks import unknown_labels
from grucli.tasks.no_linear_path import NoLinearPath
from grucli.tasks.tag import decoding, tag_counts
from grucli.tasks.tag.answering import TagAnswering
from grucli.tasks.tag.baseline import WordTags
from grucli.tasks.tag.learning import TagLoss
from grucli.tasks.target_facts import TargetFacts
from grucli.tasks.task import FigureKind, HeldOut
from grucli.tasks.unfit_settings import refuse_loss
from grucli.values import dataclass

MOST_CHAINED = 64  # tags: a chain looks at each pair of them
LISTED_TAGS = 12
ACCURACY = FigureKind(name="accuracy", title="accuracy", high=1.0)


@dataclass(frozen=True, kw_only=True)
class Tag(NoLinearPath, TagAnswering):
    """One of K tags for each step.

    Attributes:
        tags: (K,) distinct, at least 2; the class of a tag is its index.
        words: each token's most frequent tag there.
    """

    name: ClassVar[str] = "tag"
    noun: ClassVar[str] = "tag"
    stratum_name: ClassVar[str] = "tag"
    target_forms: ClassVar[tuple[TargetForm, ...]] = ("tags",)
    reads_steps: ClassVar[bool] = True
    writes: ClassVar[bool] = False
    objective_type: ClassVar[type[TagLoss]] = TagLoss
    loss_unit: ClassVar[str] = "nat"
    figures: ClassVar[tuple[FigureKind, ...]] = (ACCURACY,)

    tags: tuple[str, ...]
    words: WordTags

    @classmethod
    def fit(cls, name: str, records: Sequence[Record]) -> Self:
        """Return the task of a file's distinct tags, sorted; of chunks if they are parts of such.

        Raises:
            DataError: there are fewer than two.
        """
        from grucli.tasks.tag.chunk_task import ChunkTag
        from grucli.tasks.tag.chunks import are_chunks

        counts = steps_of_each(records)
        if len(counts) < 2:
            found = "".join(f" ({excerpt(tag)})" for tag in counts)
            raise DataError(f"{name}: has {counted(len(counts), 'tag')}{found}; need two")
        fitted = ChunkTag if are_chunks(tuple(counts)) else Tag
        return fitted.of(records)  # type: ignore[return-value]

    @classmethod
    def of(cls, records: Sequence[Record]) -> Self:
        """Return the task of records that have two tags or more."""
        return cls.with_words(records, tuple(sorted(steps_of_each(records))))

    @classmethod
    def with_words(cls, records: Sequence[Record], tags: tuple[str, ...], **more: Any) -> Self:
        """Return the task of these tags, with what else it keeps of the records."""
        words = WordTags(default=0, tokens=((),) * len(tags))
        task = cls(tags=tags, words=words, **more)
        values = task.encode(records).values.tolist()
        return dataclasses.replace(task, words=WordTags.of(records, values, len(tags)))

    def grown(self, name: str, records: Sequence[Record]) -> Self:
        """Return the task of these tags and of those of a file, which follow in their order.

        Raises:
            DataError: these tags are parts of chunks, and those of the file are not.
        """
        others = sorted(steps_of_each(records).keys() - set(self.tags))
        return self.with_words(records, (*self.tags, *others))

    def outputs_from(self, other: Self) -> Floats:
        """Return (K, P) of a task with the first tags of this one."""
        return np.eye(len(self.tags), len(other.tags))

    @classmethod
    def from_json(cls, meta: Mapping[str, Any]) -> Self:
        """Return the task of a model file's object.

        Raises:
            KeyError, TypeError, ValueError: something is missing, or does not fit.
        """
        from grucli.tasks.tag.chunk_task import ChunkTag

        tags, words = tuple(meta["labels"]), meta["words"]
        tokens = tuple(map(tuple, words["tokens"]))
        are_texts = all(isinstance(text, str) for own in (tags, *tokens) for text in own)
        expect(len(tags) > 1 and len(set(tags)) == len(tags) and are_texts, "tags or words")
        expect(len(tokens) == len(tags) and words["default"] in range(len(tags)), "words")
        more = {"scheme": meta["scheme"]} if "scheme" in meta else {}
        return (ChunkTag if more else Tag)(  # type: ignore[return-value]
            tags=tags,
            words=WordTags(default=words["default"], tokens=tokens),
            **more,
        )

    def to_json(self) -> dict[str, Any]:
        """Return what a model file keeps of it."""
        return {
            "task": self.name,
            "labels": list(self.tags),
            "words": {"default": self.words.default, "tokens": list(map(list, self.words.tokens))},
        }

    @property
    def num_outputs(self) -> int:
        """K."""
        return len(self.tags)

    @property
    def chain(self) -> tuple[bool, str]:
        """Whether tags are scored together if nobody says so, and why."""
        return False, "each tag stands for itself"

    def head_json(self) -> dict[str, int]:
        """Return K, by its name in a model file."""
        return {"num_tags": len(self.tags)}

    def encode(self, records: Sequence[Record]) -> Steps:
        """Return the tags of each record, -1 for one that is not known; at least one step each."""
        sizes = [max(1, len(steps_of(record))) for record in records]
        values = np.full(sum(sizes), -1)
        has_tags = np.repeat([bool(record.tags) for record in records], sizes)
        values[has_tags] = self.classes([record.tags for record in records if record.tags])
        return Steps(values=values, lengths=np.array(sizes, np.int64))

    def classes(self, sequences: Sequence[Sequence[str]]) -> npt.NDArray[np.int64]:
        """Return (S,) the class of each tag of sequences, -1 for one that is not known."""
        index = {tag: k for k, tag in enumerate(self.tags)}
        found = [index.get(tag, -1) for sequence in sequences for tag in sequence]
        return np.array(found, np.int64)

    def describe(self, records: Sequence[Record]) -> str:
        """Return the first tags, each with its steps."""
        counts = steps_of_each(records)
        listed = ", ".join(
            f"{excerpt(tag)} {count:,}" for tag, count in counts.most_common(LISTED_TAGS)
        )
        more = f", and {len(counts) - LISTED_TAGS} more" if len(counts) > LISTED_TAGS else ""
        return f"{len(counts)} tags of {counts.total():,} tokens: {listed}{more}"

    def facts(self, records: Sequence[Record]) -> dict[str, Any]:
        """Return the steps of each tag."""
        values = self.encode(records).values
        return {"tag_steps": np.bincount(values, minlength=len(self.tags)).tolist()}

    def target_facts(self, records: Sequence[Record]) -> TargetFacts:
        """Return the steps of each tag."""
        return tag_counts.of_steps(steps_of_each(records))

    def named_facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return facts with the steps of each tag beside its name."""
        others = {name: value for name, value in facts.items() if name != "tag_steps"}
        return {**others, "tags": dict(zip(self.tags, facts["tag_steps"], strict=True))}

    def strata(self, targets: Steps) -> Integers:
        """Return the rarest tag of each sequence: each part of a split has its share of it."""
        counts = np.bincount(targets.values + 1, minlength=len(self.tags) + 1)
        rank = np.argsort(np.argsort(counts, kind="stable"))
        rarest: Integers = np.minimum.reduceat(rank[targets.values + 1], targets.starts)
        return rarest

    def can_learn_from(self, targets: Steps) -> bool:
        """Whether there are two tags or more."""
        return len(np.unique(targets.values)) > 1

    def check_known(self, name: str, records: Sequence[Record], owner: str) -> None:
        """Refuse data of which no step has one of the tags; the arguments are those of `Task`.

        Raises:
            DataError: none has.
        """
        counts = steps_of_each(records)
        unseen = self.unseen(records)
        if not counts:
            raise DataError(f"{show_path(name, 60)}: has no tags; name a file with some")
        if unseen.total() == counts.total():
            raise DataError(
                f"{show_path(name, 60)}: no token has a tag of {owner} "
                f"({excerpt(', '.join(self.labels))}): "
                f"{unknown_labels.listed(unseen, self.labels)}; rename them, or name another file "
                "or column"
            )

    def target_warnings(
        self, name: str, records: Sequence[Record], settings: Mapping[str, Any]
    ) -> Iterator[Notice]:
        """Yield what is odd in the tags of a training file."""
        from grucli.tasks.classify.checks import of_absent
        from grucli.tasks.tag import checks

        counts = steps_of_each(records)
        yield from checks.rare(name, counts)
        yield from of_absent(name, [tag for tag in self.tags if not counts[tag]])
        yield from checks.nearly_chunks(name, sorted(counts))
        yield from checks.written_otherwise(name, sorted(counts))

    def unseen_warnings(
        self, train: Sequence[Record], name: str, valid: Sequence[Record]
    ) -> Iterator[Notice]:
        """Yield what tags the validation part of this name has that the training part lacks."""
        from grucli.tasks.tag import checks

        learned = steps_of_each(train)
        counts = steps_of_each(valid)
        lacking = {tag: count for tag, count in counts.items() if tag not in learned}
        return checks.unknown(name, lacking, sorted(learned))

    def size_warnings(self, targets: Steps) -> Iterator[Notice]:
        """Yield nothing: even a few sequences have many tags."""
        return iter(())

    def objective(self, settings: Mapping[str, Any]) -> TagLoss:
        """Return the loss, as the config's section `training` has it.

        Raises:
            ConfigError: it names the loss of another task.
        """
        refuse_loss(settings)
        return TagLoss(label_smoothing=settings["label_smoothing"])

    def known(self, targets: Steps) -> npt.NDArray[np.bool_]:
        """Return (n,) which sequences have a known tag."""
        return decoding.sums(targets.values >= 0, targets.lengths) > 0

    def row_losses(self, scores: Steps, targets: Steps) -> Floats:
        """Return (n,) the loss of each sequence [nat]."""
        return decoding.row_losses(scores, targets)

    def held_out(self, scores: Steps, targets: Steps) -> HeldOut:
        """Score rows that were not learned from; the loss is the mean of a step."""
        found = decoding.tags_of(scores, self.barriers)
        num_known = max(1, int(np.count_nonzero(targets.values >= 0)))
        loss = float(decoding.row_losses(scores, targets).sum()) / num_known
        return HeldOut(loss=loss, figures=self.judged(found, targets))

    def judged(self, found: Integers, targets: Steps) -> dict[str, float]:
        """Return the figures of (S,) answers."""
        return {"accuracy": float(np.mean(found == targets.values))}

    def blend(self, branches: Sequence[Steps], targets: Steps) -> Floats:
        """Return (1,) the factor of the scores of the recurrence that loses least."""
        (scores,) = branches
        return np.array([decoding.factor(scores, targets)])

    def calibrated(self, scores: Steps, targets: Steps, settings: Mapping[str, Any]) -> Self:
        """Return the same task: the factor of its scores is all that is fitted (`blend`)."""
        return self

    @property
    def calibration(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def row_factors(self, targets: Steps, settings: Mapping[str, Any]) -> None:
        """Return nothing: sequences weigh alike.

        Raises:
            ConfigError: tags are to weigh differently.
        """
        if settings["class_weight"] != "none":
            raise ConfigError(
                "training.class_weight: weighs rows by a label, but a row has many tags; omit it"
            )


def steps_of(record: Record) -> Sequence[str]:
    """Return the tokens of a record: as they are given, or what blanks separate."""
    return (record.text or "").split() if record.tokens is None else record.tokens


def steps_of_each(records: Sequence[Record]) -> Counter[str]:
    """Return how many steps have each tag."""
    return Counter(tag for record in records for tag in record.tags or ())
