"""What `inspect-gates` prints, with the maps that --map asks for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grucli.cli import output
from grucli.cli.options import Common
from grucli.errors import ConfigError, did_you_mean, excerpt

if TYPE_CHECKING:
    from grucli.inspection.gate_traces import Kind
    from grucli.inspection.measure import Shown
    from grucli.inspection.report import Report
    from grucli.modelfile.checkpoint import SavedModel


def kinds_of_maps(given: str | None, shown: Shown, models: Sequence[SavedModel]) -> list[Kind]:
    """Return the kinds of maps to draw of what is explained.

    Raises:
        ConfigError: there are two models or one that writes, no such map, or nothing is explained.
    """
    if given is None:
        return []
    from grucli.inspection.gate_traces import kinds_of

    saved, *others = models
    if others:
        raise ConfigError("--map: draws one model; leave out --compare, or look at its --html")
    if saved.task.writes:
        raise ConfigError("--map: draws no model that writes texts; --npz has its gates")
    if not (shown.texts or shown.numbers or shown.picks):
        raise ConfigError("--map: there is nothing to draw; add --text or --example")
    kinds = {str(kind): kind for kind in kinds_of(saved.model.architecture.cell)}
    words = [word.strip() for word in given.split(",")]
    for word in words:
        if word not in kinds:
            cell, listed = saved.model.architecture.cell, ", ".join(kinds)
            mend = did_you_mean(word, list(kinds)) or f"; there are {listed}"
            raise ConfigError(f"--map: no map '{excerpt(word)}' of cell {cell}{mend}")
    return [kinds[word] for word in dict.fromkeys(words)]


def write(report: Report, maps: Sequence[Kind], common: Common) -> None:
    """Write to stdout a JSON object, or text with these maps."""
    if common.json:
        output.write(json.dumps(report.to_json(), allow_nan=False) + "\n")
    else:
        from grucli.report.gate_maps import COLOURED_ROW
        from grucli.report.inspection import text

        is_coloured = bool(maps) and output.has_colour(common.no_color)
        found = text(report, maps, is_coloured=is_coloured)
        output.write(found, COLOURED_ROW if is_coloured else None)
    output.flush()
