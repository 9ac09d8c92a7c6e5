"""Tagging where tags are parts of chunks: they are learned in one scheme, and answered in any.

Whatever the scheme of a file, its chunks are read by the rule of `chunks` and learned as IOB2; the
answers are written in the scheme of the training file. So the same chunks give the same model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.engine.packing import Floats, Integers
from grucli.engine.steps import Steps
from grucli.errors import DataError, counted, excerpt, expect
from grucli.notices import Notice
from grucli.tasks.answer_layer import AnswerLayer
from grucli.tasks.scorecard import Scorecard
from grucli.tasks.tag import chunks, tag_counts
from grucli.tasks.tag.answering import TAG_WIDTH
from grucli.tasks.tag.answers import Entity
from grucli.tasks.tag.chunks import OUTSIDE, SCHEMES, Marks, Tagged
from grucli.tasks.tag.decoding import Decoded
from grucli.tasks.tag.metrics import ChunkCounts
from grucli.tasks.tag.task import ACCURACY, LISTED_TAGS, MOST_CHAINED, Tag, steps_of_each
from grucli.tasks.target_facts import TargetFacts
from grucli.tasks.task import FigureKind
from grucli.values import dataclass

BARRIER = -1e4  # [nat]: no sum of scores makes up for it


@dataclass(frozen=True, kw_only=True)
class ChunkTag(Tag):
    """A tag for each step, parts of chunks.

    Attributes:
        tags: O, and B and I of the types, those of them that training has.
        scheme: in which answers are written, one of `chunks.SCHEMES`.
    """

    figures: ClassVar[tuple[FigureKind, ...]] = (
        ACCURACY,
        FigureKind(name="entity_f1", title="entity F1", high=1.0),
    )

    scheme: str

    def __post_init__(self) -> None:
        expect(self.scheme in SCHEMES, "scheme")
        expect(
            all(tag == OUTSIDE or chunks.parts(tag)[0] in ("B", "I") for tag in self.tags), "tags"
        )

    @classmethod
    def of(cls, records: Sequence[Record]) -> Self:
        """Return the task of records with two tags or more, parts of chunks."""
        sequences = _tags(records)
        tagged = Tagged.of(sequences)
        tags, (scheme, _) = tuple(sorted(set(_in_iob2(tagged)))), _scheme(sequences, tagged)
        return cls.with_words(records, tags, scheme=scheme)

    def grown(self, name: str, records: Sequence[Record]) -> Self:
        """Return the task of these tags and of those of a file; the scheme stays."""
        if not chunks.are_chunks(tuple(steps_of_each(records))):
            raise DataError(f"{name}: not all tags are parts of chunks, as in the model; mend them")
        others = sorted(set(_in_iob2(Tagged.of(_tags(records)))) - set(self.tags))
        return self.with_words(records, (*self.tags, *others), scheme=self.scheme)

    def to_json(self) -> dict[str, Any]:
        """Return what a model file keeps of it."""
        return {**super().to_json(), "scheme": self.scheme}

    @cached_property
    def types(self) -> tuple[str, ...]:
        """Names of the types, sorted."""
        return tuple(sorted({chunks.parts(tag)[1] for tag in self.tags if tag != OUTSIDE}))

    @cached_property
    def _said(self) -> npt.NDArray[np.int64]:
        """(K, 2) of each tag its type, -1 for none, and whether it begins a chunk."""
        said = [chunks.parts(tag) for tag in self.tags]
        return np.array(
            [(self.types.index(kind) if letter else -1, letter == "B") for letter, kind in said]
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The tags that can be answered, in the scheme of the training file."""
        letters = sorted({*SCHEMES[self.scheme], "B"})
        of_types = [chunks.text(one, kind) for kind in self.types for one in letters]
        return (*[OUTSIDE] * (OUTSIDE in self.tags), *of_types)

    @property
    def chain(self) -> tuple[bool, str]:
        """Whether tags are scored together if nobody says so, and why."""
        if len(self.tags) > MOST_CHAINED:
            return False, f"{len(self.tags)} tags have too many pairs"
        return True, "tags are parts of chunks"

    @cached_property
    def barriers(self) -> Floats:
        """A barrier where I would neither follow B nor I of its type."""
        kinds, begins = self._said.T
        goes_on = (kinds >= 0) & ~begins.astype(bool)
        walls = np.zeros((len(kinds) + 2, len(kinds)))
        walls[:-2][(kinds[:, None] != kinds) & goes_on] = BARRIER
        walls[-2, goes_on] = BARRIER
        return walls

    @property
    def answer_layer(self) -> AnswerLayer:
        """How scores become tags of IOB2; in which scheme they are written stands beside it."""
        layer = super().answer_layer
        return replace(layer, fields={**layer.fields, "scheme": self.scheme})

    def classes(self, sequences: Sequence[Sequence[str]]) -> npt.NDArray[np.int64]:
        """Return (S,) the class of each tag of sequences, in any scheme, -1 for an unknown type."""
        tagged = Tagged.of(sequences, self.types)
        table = np.full((len(tagged.types) + 1, 2), -1)
        for k, (kind, begins) in enumerate(self._said.tolist()):
            table[kind, begins] = k
        found: npt.NDArray[np.int64] = table[tagged.marks.kinds, tagged.marks.begins.astype(int)]
        return found

    def marks(self, tags: Integers, starts: Integers) -> Marks:
        """Return what the (S,) classes of sequences that begin at `starts` say."""
        kinds, begins = self._said[tags].T
        return Marks.read(kinds, begins > 0, np.zeros(len(tags), bool), starts)

    def written(self, tags: Integers, starts: Integers) -> list[str]:
        """Return the tags of sequences that begin at `starts` as the training file writes them."""
        marks = self.marks(tags, starts)
        letters = marks.letters(self.scheme, starts)
        return [
            chunks.text(letter, self.types[kind])
            for letter, kind in zip(letters, marks.kinds.tolist(), strict=True)
        ]

    def entities(self, found: Decoded) -> list[tuple[Entity, ...]]:
        """Return the chunks of each sequence."""
        starts = np.cumsum(found.lengths) - found.lengths
        rows: list[list[Entity]] = [[] for _ in found.lengths]
        spans = self.marks(found.tags, starts).spans(starts)
        of_spans = np.searchsorted(starts, spans[:, 0], side="right") - 1
        for row, (begin, end, kind) in zip(of_spans.tolist(), spans.tolist(), strict=True):
            first = int(starts[row])
            rows[row].append(Entity(type=self.types[kind], start=begin - first, end=end - first))
        return list(map(tuple, rows))

    def measure(self, scores: Steps, targets: Steps, records: Sequence[Record]) -> Scorecard:
        """Return how well the scores answer; the arguments are those of `Task`."""
        from grucli.tasks.tag.scorecard import chunk_scorecard

        one = self._answered(scores, targets, records)
        return chunk_scorecard(
            one, self._tagged(one.found.tags, targets), self._tagged(one.blind, targets)
        )

    def _tagged(self, tags: Integers, targets: Steps) -> Tagged:
        marks = self.marks(tags, targets.starts)
        return Tagged(marks=marks, types=self.types, starts=targets.starts)

    def judged(self, found: Integers, targets: Steps) -> dict[str, float]:
        """Return the figures of (S,) answers; an unknown type is one that no answer has."""
        kinds, begins = np.vstack((self._said, [[len(self.types), 1]]))[targets.values].T
        true = Marks.read(kinds, begins > 0, np.zeros(len(kinds), bool), targets.starts)
        answered = self.marks(found, targets.starts)
        starts = targets.starts
        f1 = ChunkCounts.of(true.spans(starts), answered.spans(starts), starts).f1.value
        return super().judged(found, targets) | {"entity_f1": f1 or 0.0}

    def knows(self, tag: str) -> bool:
        """Whether training has seen chunks of the type of a tag."""
        letter, kind = chunks.parts(tag)
        return kind in self.types if letter else tag in self.tags

    def describe(self, records: Sequence[Record]) -> str:
        """Return the types, each with its chunks."""
        tagged = Tagged.of(_tags(records), self.types)
        spans = tagged.spans
        counts = np.bincount(spans[:, 2], minlength=len(self.types))
        order = np.argsort(-counts, kind="stable")[:LISTED_TAGS].tolist()
        listed = ", ".join(
            f"{excerpt(self.types[k] or chunks.UNNAMED)} {counts[k]:,}" for k in order
        )
        more = f", and {len(self.types) - LISTED_TAGS} more" if len(order) < len(self.types) else ""
        tokens = len(tagged.marks.kinds)
        return (
            f"{counted(len(spans), 'chunk')} in {self.scheme} of {tokens:,} tokens: {listed}{more}"
        )

    def target_facts(self, records: Sequence[Record]) -> TargetFacts:
        """Return the steps of each tag, and the chunks of each type."""
        tagged = Tagged.of(_tags(records))  # of any types: a part held out may have its own
        counts = np.bincount(tagged.spans[:, 2], minlength=len(tagged.types)).tolist()
        names = [kind or chunks.UNNAMED for kind in tagged.types]
        found = dict(zip(names, counts, strict=True))
        return tag_counts.of_chunks(steps_of_each(records), found)

    @property
    def size(self) -> str:
        """How many types there are."""
        return f"{counted(len(self.types), 'type')} of chunks"

    @property
    def listed(self) -> str:
        """The first types, and the scheme of answers."""
        shown = ", ".join(
            excerpt(kind or chunks.UNNAMED, TAG_WIDTH) for kind in self.types[:LISTED_TAGS]
        )
        more = len(self.types) - LISTED_TAGS
        return f"{self.size} in {self.scheme}: {shown}{f' and {more} more' if more > 0 else ''}"

    def target_warnings(
        self, name: str, records: Sequence[Record], settings: Mapping[str, Any]
    ) -> Iterator[Notice]:
        """Yield what is odd in the tags of a training file."""
        from grucli.tasks.classify.checks import of_absent
        from grucli.tasks.tag import checks

        sequences, counts = _tags(records), steps_of_each(records)
        tagged = Tagged.of(sequences)
        against = _scheme(sequences, tagged)[1]
        yield from checks.rare(name, counts)
        found = {chunks.parts(tag)[1] for tag in counts}
        yield from of_absent(name, [kind for kind in self.types if kind not in found])
        yield from checks.against_scheme(name, self.scheme, against, len(tagged.spans))


def _tags(records: Sequence[Record]) -> list[tuple[str, ...]]:
    return [record.tags or () for record in records]


def _in_iob2(tagged: Tagged) -> list[str]:
    """Return the tag of each step as the head has it."""
    letters = tagged.marks.letters("IOB2", tagged.starts)
    kinds = [tagged.types[kind] if kind >= 0 else "" for kind in tagged.marks.kinds.tolist()]
    return [chunks.text(letter, kind) for letter, kind in zip(letters, kinds, strict=True)]


def _scheme(sequences: Sequence[Sequence[str]], tagged: Tagged) -> tuple[str, int]:
    """Return the scheme of tags, and how many chunks begin against it."""
    tags = [tag for sequence in sequences for tag in sequence]
    kinds, begun = tagged.marks.kinds, tagged.marks.begins.copy()
    first = np.zeros(len(kinds), bool)
    first[tagged.starts] = True
    begun[1:] &= (kinds[1:] != kinds[:-1]) | first[1:]
    letters = [chunks.parts(tags[k])[0] for k in np.flatnonzero(begun).tolist()]
    return chunks.scheme_of(sorted(set(tags)), letters)
