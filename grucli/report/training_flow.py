"""How a training went from inside: a table whose columns are epochs."""

from __future__ import annotations

from collections.abc import Sequence

from grucli.inspection.training_flow import Row, TrainingFlow
from grucli.report.tables import field, percent, table

MOST_EPOCHS = 7  # in 80 columns
LEGEND = (
    "moments of it, on at most 64 of its sequences: how far back the gradient has 1/e of its size "
    "at the end, the mean of each gate, |dw| / |w| of a step"
)
TableRows = list[tuple[str, ...]]


def training_lines(flow: TrainingFlow) -> list[str]:
    """Return a legend, and a table of some epochs."""
    places = few(len(flow.epochs), MOST_EPOCHS)
    rows = flow_rows(flow, places)
    return [*field("TRAINING", LEGEND, indent=10), *table(rows, "l" + "r" * len(places))]


def flow_rows(flow: TrainingFlow, places: Sequence[int]) -> TableRows:
    """Return a heading and a row for each figure, of the epochs at these places."""
    farthest, last = max(flow.reach.items(), default=(0, ()))

    def row(name: str, cells: Sequence[str]) -> tuple[str, ...]:
        return (name, *(cells[k] for k in places))

    rows = [row("epoch", [str(epoch) for epoch in flow.epochs])]
    if last:
        rows += [
            row("gradient reach [steps]", [f"{steps:,}" for steps in flow.steps_reached]),
            row(f"gradient {farthest:,} back", [f"{share:.2g}" for share in last]),
        ]
    rows += [row(name, _plain(figures["mean"])) for name, figures in flow.gates.items()]
    rows.append(row("steps clipped", [percent(share, 0) for share in flow.clipped]))
    rows += [
        row(f"moved {name}", [f"{ratio:.0e}" for ratio in ratios])
        for name, ratios in flow.update.items()
        if "weight" in name
    ]
    return rows


def few(number: int, most: int) -> list[int]:
    """Return at most so many places of `number`, evenly spread, the first and the last of them."""
    if number <= most:
        return list(range(number))
    return [round(k * (number - 1) / (most - 1)) for k in range(most)]


def _plain(row: Row) -> list[str]:
    return [f"{value:.2f}" for value in row]
