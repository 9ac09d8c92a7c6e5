"""Warnings. Each has a name that stays as it is, by which the documents explain it."""

from dataclasses import dataclass
from typing import Literal, get_args

Name = Literal[
    "data.absent_label",
    "data.axes",
    "data.contradiction",
    "data.cut",
    "data.empty_text",
    "data.imbalance",
    "data.leak",
    "data.list_labels",
    "data.missing_labels",
    "data.mixed_case",
    "data.nothing_known",
    "data.number_labels",
    "data.odd_tags",
    "data.rare_label",
    "data.repeated_rows",
    "data.similar_labels",
    "data.small_validation",
    "data.spelling",
    "data.text_labels",
    "data.unknown_tokens",
    "data.unseen_label",
    "data.untested_label",
    "data.wild_values",
    "model.last_weights",
    "run.cut_short",
    "run.idle_ranks",
    "run.resumed_differently",
    "score.chance",
    "score.of_training_data",
    "score.unreached",
    "vectors.bad_rows",
    "vectors.cut_off",
    "vectors.few_known",
]
NAMES: tuple[str, ...] = get_args(Name)


@dataclass(frozen=True)
class Notice:
    """A warning.

    Attributes:
        name: that scripts and readers of the documents look for.
        text: one line for people: place, what is odd, what to do; fit to be shown.
    """

    name: Name
    text: str
