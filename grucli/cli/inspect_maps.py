"""What `inspect-gates` prints, with the maps that --map asks for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grucli.cli import output
from grucli.cli.options import Common
from grucli.errors import ConfigError, did_you_mean, excerpt

if TYPE_CHECKING:
    from grucli.inspection.chosen import Shown
    from grucli.inspection.gate_traces import Kind
    from grucli.inspection.report import Report
    from grucli.modelfile.checkpoint import SavedModel


def kinds_of_maps(
    given: str | None, shown: Shown, models: Sequence[SavedModel], *, has_data: bool
) -> list[Kind]:
    """Return the kinds of maps to draw of what is explained.

    Args:
        given: the flag.
        shown: what is to be explained; of two models on data, also what they answer otherwise.
        models: one or two; a map that one of them has is drawn of that one.
        has_data: whether there is data.

    Raises:
        ConfigError: there is no such map, or nothing is explained.
    """
    if given is None:
        return []
    from grucli.inspection.gate_traces import kinds_of

    differs = has_data and len(models) > 1
    if not (shown.texts or shown.numbers or shown.picks or differs):
        raise ConfigError("--map: there is nothing to draw; add --text or --example")
    cells = list(dict.fromkeys(one.model.architecture.cell for one in models))
    kinds = {str(kind): kind for cell in cells for kind in kinds_of(cell)}
    words = [word.strip() for word in given.split(",")]
    for word in words:
        if word not in kinds:
            mend = did_you_mean(word, list(kinds)) or f"; there are {', '.join(kinds)}"
            raise ConfigError(f"--map: no map '{excerpt(word)}' of cell {' or '.join(cells)}{mend}")
    return [kinds[word] for word in dict.fromkeys(words)]


def write(report: Report, maps: Sequence[Kind], common: Common) -> None:
    """Write to stdout a JSON object, or text with these maps."""
    if common.json:
        output.write(json.dumps(report.to_json(), allow_nan=False) + "\n")
    else:
        from grucli.report.gate_maps import COLOURED_ROW
        from grucli.report.inspection import text

        if maps and not (report.examples or report.alignments):
            common.note("--map: both models answer all alike, so there is nothing to draw")
        is_coloured = bool(maps) and output.has_colour(common.no_color)
        found = text(report, maps, is_coloured=is_coloured)
        output.write(found, COLOURED_ROW if is_coloured else None)
    output.flush()
