"""What a model that writes makes of its drafts: answers, scorecards.

What only scoring asks is imported when it is asked: predicting need not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.data.text.symbols import UNKNOWN, Symbols
from grucli.engine.beam import END
from grucli.engine.packing import Floats
from grucli.engine.steps import Steps
from grucli.errors import ConfigError, excerpt
from grucli.notices import Notice
from grucli.tasks.columns import AnswerOptions, Columns, Mistakes
from grucli.tasks.drafts import END_SHOWN, Draft, Drafts
from grucli.tasks.generate import answers
from grucli.tasks.generate.answers import TextAnswer
from grucli.tasks.thresholds import Wish, refuse

if TYPE_CHECKING:
    from grucli.tasks.blind_share import BlindShare
    from grucli.tasks.observed import Observed
    from grucli.tasks.pictures import Pictures
    from grucli.tasks.scorecard import Measure, Scorecard

Booleans = npt.NDArray[np.bool_]
UNLIKELY = 20.0  # [nat]


class TextAnswering:
    """The half of `Generate` that answers; its attributes are described there."""

    distance_title: ClassVar[str] = "the share of answers that are another text"

    symbols: Symbols
    longest: int
    growth: float

    def plain_outputs(self, number: int, labels: Sequence[str]) -> Floats:
        """Return (V, P + 1) how symbols follow from P outputs of another system, and what is added.

        What it has no output for is less likely, by UNLIKELY, than all of its own on average.

        Args:
            number: P.
            labels: (P,) the text of each; what is no symbol is the end of an answer.
        """
        found = np.full((len(self.symbols), number + 1), 1 / number)
        found[:, -1] = -UNLIKELY
        ids = self.symbols.of_tokens(labels)
        ids[ids == UNKNOWN] = END
        found[ids] = np.eye(number, number + 1)
        return found

    @property
    def answer_layer(self) -> NoReturn:
        """Refuse: texts are searched for, which a graph does not.

        Raises:
            ConfigError: always.
        """
        raise ConfigError("--onnx: texts are searched for symbol by symbol, by no graph; omit it")

    def answers(self, scores: Drafts, options: AnswerOptions) -> Columns:
        """Return the answers of drafts as columns."""
        return answers.columns([list(map(self._answer, own)) for own in scores], options)

    def typed_answers(self, scores: Drafts) -> list[TextAnswer]:
        """Return the best of each input's drafts as objects for other programs."""
        return list(map(self._answer, scores.best))

    def texts(self, scores: Drafts) -> list[str]:
        """Return the text that answers each input."""
        return [self._text(one) for one in scores.best]

    def pieces(self, draft: Draft) -> list[str]:
        """Return the text of each symbol of a draft."""
        return self.symbols.pieces(draft.symbols, draft.copied)

    def _text(self, draft: Draft) -> str:
        return self.symbols.decode(draft.symbols, draft.copied)

    def _answer(self, draft: Draft) -> TextAnswer:
        finish: answers.Finish = "end" if draft.is_ended else "length"
        return TextAnswer(text=self._text(draft), score=draft.score, finish=finish)

    def written(self, targets: Steps) -> list[str]:
        """Return the text of each target; its end is not part of it."""
        return [self.symbols.decode(own[:-1].tolist()) for own in targets.per_sequence()]

    @classmethod
    def measures(cls) -> Sequence[Measure]:
        """Return the figures of a scorecard."""
        from grucli.tasks.generate.scorecard import MEASURES

        return MEASURES

    def measure(self, scores: Drafts, targets: Steps, records: Sequence[Record]) -> Scorecard:
        """Return how well drafts answer; the arguments are those of `Task`."""
        from grucli.tasks.generate.scorecard import scorecard

        truths = [record.label or "" for record in records]
        return scorecard(self.texts(scores), truths, _sources(records), self.symbols.kind)

    def nearest_targets(self, scores: Drafts, records: Sequence[Record]) -> Steps:
        """Return the target of each record: its answer, if that is true of its input.

        Rows of one input list all that is true of it, and any of that is right in each.
        """
        sources, labels = _sources(records), [record.label for record in records]
        true = set(zip(sources, labels, strict=True))
        rows = zip(sources, self.texts(scores), labels, strict=True)
        return self.symbols.encode(
            [text if (source, text) in true else label or "" for source, text, label in rows]
        )

    def input_parts(
        self, texts: Sequence[str], records: Sequence[Record]
    ) -> list[tuple[Measure, Floats]]:
        """Return of each figure what every distinct input adds to it: (m, 2), to be divided.

        Args:
            texts: answers to records that have targets.
            records: those.
        """
        from grucli.tasks.generate.baseline import EDIT_RATE, EXACT_MATCH
        from grucli.tasks.generate.metrics import EditRate, compared, units_of

        truths = [record.label or "" for record in records]
        rows = compared(texts, truths, _sources(records))
        right, rate = [row.is_right for row in rows], EditRate.of(rows, units_of(self.symbols.kind))
        return [
            (EXACT_MATCH, np.stack((right, np.ones(len(rows))), axis=1)),
            (EDIT_RATE, np.stack((rate.edits, rate.sizes), axis=1).astype(np.float64)),
        ]

    def pictures(self, scores: Drafts, targets: Steps) -> Pictures:
        """Return which answers are wrong."""
        from grucli.tasks.pictures import Pictures, RowErrors
        from grucli.tasks.scorecard import Measure

        measure = Measure(name="wrong", title="wrong", larger_is_better=False)
        wrong = ~self.right(scores, targets)
        sizes, parts = wrong.astype(np.float64), np.ones(len(wrong), np.int64)
        return Pictures(errors=RowErrors(measure=measure, sizes=sizes, parts=parts))

    def baseline(self, targets: Steps) -> BlindShare:
        """Return what the most frequent text reaches."""
        from grucli.tasks.generate.baseline import blind_text
        from grucli.tasks.generate.metrics import Compared

        texts = enumerate(self.written(targets))
        return blind_text(
            [Compared(source=f"{k}\n{text}", answer="", truths=(text,)) for k, text in texts]
        )

    def has_learned(self, data: Mapping[str, Any], scores: Mapping[str, Any]) -> bool:
        """Whether validation found a right answer, unless the card is silent."""
        share: Any = scores.get("kept_exact_match", scores.get("valid_exact_match"))
        return not isinstance(share, float) or share > 0

    def unknown_warnings(self, name: str, records: Sequence[Record]) -> Iterator[Notice]:
        """Yield nothing: every text can be written."""
        yield from ()

    def calibration_error(self, scores: Any, targets: Any) -> None:
        """Return nothing: texts have no probabilities."""

    def sure(self, scores: Drafts, least: float) -> Booleans:
        """Refuse: texts have no probability."""
        raise ConfigError("--min-prob: a text has a score, but no probability; omit it")

    @property
    def calibration(self) -> tuple[str, ...]:
        """Return nothing: nothing is fitted to held-out rows."""
        return ()

    @property
    def decides_by_wish(self) -> bool:
        """Never: texts have no thresholds."""
        return False

    def check_wishes(self, wished: Sequence[Wish], targets: Steps | None) -> None:
        """Refuse any: texts have no thresholds; the arguments are those of `Task`."""
        refuse(wished, "generate")

    def mistakes(self, scores: Drafts, targets: Steps) -> Mistakes:
        """Return the wrong answers, the most confident first."""
        certainty = self.certainty(scores)
        wrong = np.flatnonzero(~self.right(scores, targets))
        rows = wrong[np.argsort(-certainty[wrong], kind="stable")]
        texts = self.texts(scores[rows])
        return Mistakes(rows=rows, answers={"predicted": texts, "score": certainty[rows].tolist()})

    @property
    def listed(self) -> str:
        """How long texts can be, and of what."""
        if not self.growth:
            return f"texts of at most {self.longest - 1:,} of {self.size}"
        return (
            f"texts of at most {self.longest - 1:,}, and {self.growth:g} more a step of the input, "
            f"of {self.size}"
        )

    @property
    def size(self) -> str:
        """How many symbols there are."""
        return f"{len(self.symbols):,} symbols"

    def stratum(self, record: Record) -> None:
        """Return the same for all records: a sample is drawn from the whole."""

    def right(self, scores: Drafts, targets: Steps) -> Booleans:
        """Return (n,) which answers are the text of the target."""
        pairs = zip(self.texts(scores), self.written(targets), strict=True)
        return np.array([own == truth for own, truth in pairs], bool)

    def num_answers(self, scores: Drafts) -> int:
        """Return how many different texts are answered."""
        return len(set(self.texts(scores)))

    def certainty(self, scores: Drafts) -> Floats:
        """Return (n,) the mean log-probability of a symbol of each answer."""
        return np.array([one.score for one in scores.best], np.float64)

    def support(self, scores: Drafts, targets: Steps) -> Floats:
        """Return (n,) 1 where the answer is the target, else 0."""
        return self.right(scores, targets).astype(np.float64)

    def observed(self, targets: Steps) -> Observed:
        """Return which symbol stands at which step of which text."""
        from grucli.tasks.observed import OF_TEXT, Observed

        return Observed.of_classes(targets, self._name_of, "symbol", OF_TEXT)

    def _name_of(self, symbol: int) -> str:
        return END_SHOWN if symbol == END else self.symbols.pieces([symbol])[0]

    def agree(self, scores: Drafts, others: Drafts) -> Booleans:
        """Return (n,) where two sets of drafts give the same text."""
        pairs = zip(self.texts(scores), self.texts(others), strict=True)
        return np.array([own == other for own, other in pairs], bool)

    def distance(self, scores: Drafts, others: Drafts) -> Floats:
        """Return (n,) 1 where the texts differ, else 0."""
        return (~self.agree(scores, others)).astype(np.float64)

    def explained(self, scores: Drafts, target: str | None) -> Any:
        """Refuse: what a text rests on differs from symbol to symbol."""
        raise ConfigError("inspect-gates: does not explain texts; omit --text and --example")

    def check_target(self, target: str) -> None:
        """Refuse any.

        Raises:
            ConfigError: always.
        """
        raise ConfigError(f"--target: texts are not explained, nor '{excerpt(target)}'; omit it")

    def arrays(self, scores: Drafts, targets: Steps) -> dict[str, npt.NDArray[Any]]:
        """Return true texts and answers."""
        texts = self.written(targets), self.texts(scores)
        return {
            name: np.array(each, np.str_)
            for name, each in zip(("targets", "predictions"), texts, strict=True)
        }


def _sources(records: Sequence[Record]) -> list[str]:
    """Return what tells inputs apart: texts; of numbers no two are taken for equal."""
    return [f"{record.number}" if record.text is None else record.text for record in records]
