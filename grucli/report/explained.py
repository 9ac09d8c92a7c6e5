"""What is explained, with the maps of gates that are asked for, for people."""

from __future__ import annotations

from collections.abc import Sequence

from grucli.inspection.alignment import Alignment
from grucli.inspection.gate_traces import Kind
from grucli.inspection.report import Picked
from grucli.inspection.sequences import Example
from grucli.report.alignments import alignments
from grucli.report.gate_maps import gate_maps, legend, of_alignment, of_example
from grucli.report.sequences import examples
from grucli.report.tables import field


def explained(
    shown: tuple[Sequence[Example], Sequence[Alignment]],
    picked: Sequence[Picked],
    maps: Sequence[Kind],
    *,
    is_coloured: bool,
) -> list[list[str]]:
    """Return a legend, then a paragraph for each sequence, its maps below it.

    Args:
        shown: sequences with the reasons of their answers, and inputs with what is written.
        picked: how the former were chosen.
        maps: kinds of maps.
        is_coloured: whether they are in colour.
    """
    answered, aligned = examples(shown[0], picked), alignments(shown[1])
    if not (maps and (answered or aligned)):
        return answered + aligned
    tracks = [*map(of_example, shown[0]), *map(of_alignment, shown[1])]
    for lines, own in zip((*answered[1:], *aligned), tracks, strict=True):
        lines += gate_maps(own, maps, is_coloured=is_coloured)
    every = [one for own in tracks for one in own]
    key = field("MAPS", legend(every, is_coloured=is_coloured))
    return [*answered[:1], key, *answered[1:], *aligned]
