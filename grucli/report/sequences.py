"""Single sequences for people: marks beside each token, so that they read without colour."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from grucli.errors import counted, excerpt
from grucli.inspection.attribution import Attribution, Check
from grucli.inspection.sequences import Example, Part
from grucli.model.linear_path import NAMES
from grucli.report.model_card import Facts
from grucli.report.tables import fit, sparkline
from grucli.report.wrap import field, flow

FAINT = 0.1  # [logit] effects below it are a dot: they change odds by less than a tenth
TOKEN_WIDTH = 30
LABEL_WIDTH = 20
LISTED_CLASSES = 3
SPARKLINE_WIDTH = 60
UNDEFINED = "–"
LEGEND = (
    "▲ speaks for the class, ▼ against it: what the margin [logit] loses when it is deleted; "
    "· less than 0.1"
)


def examples(shown: Sequence[Example], labels: Sequence[str]) -> list[list[str]]:
    """Return a legend and a paragraph for each sequence; nothing if there is none."""
    if not shown:
        return []
    return [field("WHY", legend(shown)), *(_example(one, labels) for one in shown)]


def legend(shown: Sequence[Example]) -> str:
    """Return what the marks mean; the rarer ones only where they occur."""
    words = LEGEND
    if any(np.isnan(one.attribution.effect).any() for one in shown):
        words += f"; {UNDEFINED} nothing is left without it"
    if any(not part.known for one in shown for part in one.parts):
        words += "; ‹ › unknown in training"
    return words


def _example(one: Example, labels: Sequence[str]) -> list[str]:
    lines = field(one.name, decision(one, labels), indent=len(one.name) + 2)
    lines += flow(map(_piece, one.parts, one.attribution.effect.tolist()), "  ", 2, "   ")
    for name, sentence in windows(one):
        lines += field(f"  {name}", sentence, indent=11)
    head = f"  running  {sparkline(_drawn(one.attribution), 0, 1)}"
    lines += flow(running(one, labels).split(" "), head + "  ", 11, " ")
    if one.attribution.check is not None:
        sentence = check(one.attribution, one.attribution.check, labels)
        lines += field("  check", sentence, indent=11)
    return lines


def windows(one: Example) -> Facts:
    """Return what was cut, and how steps were joined to windows."""
    facts, total = [], one.parts[-1].stop
    if total > one.steps:
        sentence = (
            f"the recurrence reads the first {counted(one.steps, one.unit)}, {NAMES[one.unit]} all"
        )
        facts.append(("cut", sentence))
    elif one.truncated:
        facts.append(("cut", f"the model reads the first {counted(one.steps, one.unit)}"))
    if total > len(one.parts):
        number, size = counted(len(one.parts), "window"), counted(one.parts[0].stop, one.unit)
        facts.append(("windows", f"of {size} each, {number} for {counted(total, one.unit)}"))
    return facts


def decision(one: Example, labels: Sequence[str]) -> str:
    """Return the truth, the most probable classes and the margin in words."""
    why = one.attribution
    order = sorted(range(len(labels)), key=lambda k: -why.probabilities[k])
    first, *others = (f"{_name(labels[k])} {why.probabilities[k]:.3f}" for k in order)
    rest = ", ".join(others[: LISTED_CLASSES - 1])
    truth = f"true {_name(one.label)}, " if one.label is not None else ""
    versus = f"{_name(labels[why.target])} over {_name(labels[why.other])} {why.margin:+.2f}"
    if why.linear_margin is not None:
        versus += f", of which {NAMES[one.unit]} {why.linear_margin:+.2f}"
    return f"{truth}predicted {first} ({rest}); margin of {versus}"


def _piece(part: Part, effect: float) -> str:
    return f"{token(part)} {mark(effect)}"


def token(part: Part) -> str:
    """Return a token as it can be seen; of a numeric sequence, the steps from 1 and the values."""
    text = part.text.replace(" ", "␣") if part.text.isspace() else part.text
    text = fit(text, TOKEN_WIDTH) or "<empty>"
    return text if part.known else f"‹{text}›"


def mark(effect: float) -> str:
    """Return the sign of an effect as a triangle, and its size; NaN is no effect at all."""
    if math.isnan(effect):
        return UNDEFINED
    if abs(effect) < FAINT:
        return "·"
    return f"{'▲' if effect > 0 else '▼'}{abs(effect):.2f}"


def _drawn(why: Attribution) -> list[float]:
    """Return the probabilities of the class after each part, few enough to be drawn."""
    values: list[float] = why.running[:, why.target].tolist()
    stride = -(-len(values) // SPARKLINE_WIDTH)
    return values[len(values) - 1 :: -stride][::-1]


def last_change(why: Attribution) -> int | None:
    """Return the part from which on the last answer leads; None if from the start on."""
    leading = why.running.argmax(axis=1).tolist()
    return next((k for k in reversed(range(1, len(leading))) if leading[k] != leading[k - 1]), None)


def running(one: Example, labels: Sequence[str]) -> str:
    """Return the probability of the class at both ends, and since when the decision stands."""
    why = one.attribution
    values = why.running[:, why.target].tolist()
    changed, where = last_change(why), "the start"
    if changed is not None:
        where = f"'{token(one.parts[changed])}' ({changed + 1} of {len(values)})"
    leader = _name(labels[int(why.running[-1].argmax())])
    return (
        f"p({_name(labels[why.target])}) {values[0]:.3f} to {values[-1]:.3f}; "
        f"{leader} leads from {where} on"
    )


def check(why: Attribution, found: Check, labels: Sequence[str]) -> str:
    """Return what the top parts do to the probability, beside as many random ones."""
    p, whole = f"p({_name(labels[why.target])})", why.probabilities[why.target]
    number = found.parts
    return (
        f"without the top {number}: {p} {whole - found.comprehensiveness:.3f} ({number} random: "
        f"{whole - found.random_comprehensiveness:.3f}); with nothing else: "
        f"{whole - found.sufficiency:.3f} (random: {whole - found.random_sufficiency:.3f})"
    )


def _name(label: str) -> str:
    return f"'{excerpt(label, LABEL_WIDTH)}'"
