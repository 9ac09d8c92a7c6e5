"""Single sequences for people: marks beside each token, so that they read without colour."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grucli.data.wide_path import NAMES
from grucli.errors import excerpt
from grucli.gates.attribution import Attribution, Check
from grucli.gates.examples import Example, Part
from grucli.report.tables import fit, sparkline
from grucli.report.wrap import field, flow

FAINT = 0.1  # [logit] effects below it are a dot: they change odds by less than a tenth
TOKEN_WIDTH = 30
LABEL_WIDTH = 20
LISTED_CLASSES = 3
SPARKLINE_WIDTH = 60
LEGEND = (
    "▲ speaks for the class, ▼ against it: what the margin [logit] loses when it is deleted; "
    "· less than 0.1; ‹ › unknown in training"
)
HELD = "; {} are no part of it: what they add stays that of the whole sequence"


def examples(shown: Sequence[Example], labels: Sequence[str]) -> list[list[str]]:
    """Return a legend and a paragraph for each sequence; nothing if there is none."""
    if not shown:
        return []
    is_mixed = shown[0].attribution.wide_margin is not None
    held = HELD.format(NAMES[shown[0].kind]) if is_mixed else ""
    legend = field("WHY", LEGEND + held)
    return [legend, *(_example(one, labels) for one in shown)]


def _example(one: Example, labels: Sequence[str]) -> list[str]:
    unit = "token" if one.kind == "text" else "step"
    lines = field(one.name, _decision(one, labels), indent=len(one.name) + 2)
    lines += flow(map(_piece, one.parts, one.attribution.effect.tolist()), "  ", 2, "   ")
    if one.truncated:
        lines += field("  cut", f"the model reads the first {one.steps:,} {unit}s", indent=11)
    if one.steps > len(one.parts):
        size = one.parts[0].stop
        lines += field("  windows", f"of {size} {unit}s each, {one.steps:,} in all", indent=11)
    lines += _running(one, labels)
    if one.attribution.check is not None:
        lines += _check(one.attribution, one.attribution.check, labels)
    return lines


def _decision(one: Example, labels: Sequence[str]) -> str:
    """Return the truth, the most probable classes and the margin in words."""
    why = one.attribution
    order = sorted(range(len(labels)), key=lambda k: -why.probabilities[k])
    first, *others = (f"{_name(labels[k])} {why.probabilities[k]:.3f}" for k in order)
    rest = ", ".join(others[: LISTED_CLASSES - 1])
    truth = f"true {_name(one.label)}, " if one.label is not None else ""
    versus = f"{_name(labels[why.target])} over {_name(labels[why.other])} {why.margin:+.2f}"
    if why.wide_margin is not None:
        versus += f", of which {NAMES[one.kind]} {why.wide_margin:+.2f}"
    return f"{truth}predicted {first} ({rest}); margin of {versus}"


def _piece(part: Part, effect: float) -> str:
    return f"{_text(part)} {_mark(effect)}"


def _text(part: Part) -> str:
    """Return a token as it can be seen; of a numeric sequence, the steps from 1 and the values."""
    text = part.text.replace(" ", "␣") if part.text.isspace() else part.text
    text = fit(text, TOKEN_WIDTH) or "<empty>"
    return text if part.known else f"‹{text}›"


def _mark(effect: float) -> str:
    if not math.isfinite(effect) or abs(effect) < FAINT:
        return "·"
    return f"{'▲' if effect > 0 else '▼'}{abs(effect):.2f}"


def _running(one: Example, labels: Sequence[str]) -> list[str]:
    """Return the probability of the class after each part, and since when the decision stands."""
    why = one.attribution
    values = why.running[:, why.target].tolist()
    stride = -(-len(values) // SPARKLINE_WIDTH)
    drawn = values[len(values) - 1 :: -stride][::-1]
    head = f"  running  {sparkline(drawn, 0, 1)}"
    leading = why.running.argmax(axis=1).tolist()
    changes = [k for k in range(1, len(leading)) if leading[k] != leading[k - 1]]
    since = f"{_name(labels[leading[-1]])} leads from the start on"
    if changes:
        part = one.parts[changes[-1]]
        where = f"'{_text(part)}' ({changes[-1] + 1} of {len(leading)})"
        since = f"{_name(labels[leading[-1]])} leads from {where} on"
    sentence = f"p({_name(labels[why.target])}) {values[0]:.3f} to {values[-1]:.3f}; {since}"
    return flow(sentence.split(" "), head + "  ", 11, " ")


def _check(why: Attribution, check: Check, labels: Sequence[str]) -> list[str]:
    """Return what the top parts do to the probability, beside as many random ones."""
    p, whole = f"p({_name(labels[why.target])})", why.probabilities[why.target]
    number = check.parts
    return field(
        "  check",
        f"without the top {number}: {p} {whole - check.comprehensiveness:.3f} ({number} random: "
        f"{whole - check.random_comprehensiveness:.3f}); with nothing else: "
        f"{whole - check.sufficiency:.3f} (random: {whole - check.random_sufficiency:.3f})",
        indent=11,
    )


def _name(label: str) -> str:
    return f"'{excerpt(label, LABEL_WIDTH)}'"
