"""What gates do at each step, as pictures: a row a unit, a column a step, and how old memory is."""

from __future__ import annotations

from collections.abc import Sequence

from grucli.engine.packing import Floats
from grucli.inspection.gate_traces import AGES, GateTrace, Kind, columns
from grucli.report.gate_maps import TITLES, Track, ages, full_scale, words
from grucli.report.page.markup import Markup, joined, tag
from grucli.report.page.plot import FINE, Axis, Scale, plot, spaced, stretched
from grucli.report.page.png import data_uri

MOST_MAPS = 40  # on a page, which is to stay small: of more the first ones are drawn
MOST_EXPLAINED = 8  # sequences on a page: of more no gates are drawn
MOST_BYTES = 160_000  # of all pictures: if they are more, neighbours are joined
MOST_BANDS = 100  # columns of bands
FINEST = (400, 200, 128, 96, 64, 48, 32, 16)  # rows and columns of a picture at most
SHARES = ((0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %"))
INTRO = (
    "Maps of all gates: a row for each unit, a column for each step. Units that move together "
    "stand together: they are in the order of the first principal component of their states."
)
Drawn = tuple[Track, GateTrace]
Uris = dict[tuple[int, int, Kind], str]
"""Pictures by example, trace and kind."""


def pictured(shown: Sequence[Sequence[Track]]) -> list[Markup | None]:
    """Return what the gates do for each sequence; nothing for those beyond what a page holds."""
    kept, maps = list[Sequence[Drawn]](), 0
    for tracks in shown if len(shown) <= MOST_EXPLAINED else ():
        maps += sum(len(trace.maps) for track in tracks for trace in track.traces)
        if kept and maps > MOST_MAPS:
            break
        kept.append(_drawn(tracks))
    uris = _uris(kept)
    drawn = [_gates(k, one, uris) for k, one in enumerate(kept)]
    return [*drawn, *[None] * (len(shown) - len(kept))]


def _uris(shown: Sequence[Sequence[Drawn]]) -> Uris:
    """Return all pictures, as fine as they may be together."""
    found: Uris = {}
    for most in FINEST:
        found = {
            (k, j, kind): data_uri(trace.shrunk(kind, most, most) / full_scale(trace, kind))
            for k, one in enumerate(shown)
            for j, (_, trace) in enumerate(one)
            for kind in trace.maps
        }
        if sum(map(len, found.values())) <= MOST_BYTES:
            break
    return found


def _drawn(tracks: Sequence[Track]) -> list[Drawn]:
    """Return the layers and directions that are drawn: the first ones, where there are many."""
    pairs = [(track, trace) for track in tracks for trace in track.traces]
    return pairs[: MOST_MAPS // len(pairs[0][1].maps)] if pairs else []


def _gates(k: int, shown: Sequence[Drawn], uris: Uris) -> Markup:
    """Return the pictures of a sequence, folded by layer and direction."""
    parts = [
        tag(
            "details",
            tag("summary", f"gates of {trace.name}"),
            tag(
                "div",
                *(_map(one, trace, kind, uris[k, j, kind]) for kind in trace.maps),
                _carried(one, trace),
                class_="cards maps",
            ),
            _order(trace),
            open=None if j else "",
        )
        for j, (one, trace) in enumerate(shown)
    ]
    return joined(*parts)


def _map(one: Track, trace: GateTrace, kind: Kind, uri: str) -> Markup:
    size = full_scale(trace, kind)
    key = f"blue is {size:.2g}, no colour 0"
    if kind == "state":
        key = f"blue is {size:.2g}, orange -{size:.2g}"
    image = tag("image", href=uri, width="100%", height="100%", preserveAspectRatio="none")
    half = 0.5 / len(trace.order)
    units = [(1 - half, f"u{trace.order[0]}"), (half, f"u{trace.order[-1]}")]
    return plot(
        TITLES[kind],
        words(one, trace, kind),
        _steps(one, trace),
        Axis(name="unit", ticks=units if len(trace.order) > 1 else units[:1]),
        image,
        caption=f"{key}; {words(one, trace, kind)}",
        size="map",
    )


def _order(trace: GateTrace) -> Markup:
    """Return the units from the top of a map to its bottom."""
    return tag("p", f"units from the top: {' '.join(map(str, trace.order))}", class_="faint")


def _carried(one: Track, trace: GateTrace) -> Markup | None:
    """Draw how old the state is at each step, as bands: the older the lower and the deeper."""
    found = ages(trace)
    if found is None or trace.carried is None:
        return None
    end = "first" if trace.direction == "backward" else "last"
    carried = columns(trace.carried, -(-len(trace.carried) // MOST_BANDS))
    bands = [_band(carried[:, k]) for k in range(len(AGES))]
    return plot(
        "memory that keep carries",
        f"after the {end} step: {found}",
        _steps(one, trace),
        Axis(name="of the state", ticks=SHARES),
        stretched(*bands),
        caption=f"bands, the deeper the older: at least {', '.join(map(str, AGES))} steps; after "
        f"the {end} step {found}",
        size="map",
    )


def _band(shares: Floats) -> Markup:
    """Return the area below shares (C,), each as wide as its column."""
    number = len(shares)
    moves = [f"M0,{FINE}"]
    for column, share in enumerate(shares.tolist()):
        moves.append(f"V{round(FINE * (1 - share))}H{round(FINE * (column + 1) / number)}")
    return tag("path", class_="age", d="".join(moves) + f"V{FINE}")


def _steps(one: Track, trace: GateTrace) -> Axis:
    """Return the axis of steps: tokens where all have room, else numbers."""
    number = len(trace.maps["state"]) * trace.window
    parts = zip(
        (0, *one.stops), one.stops, one.labels, strict=False
    )  # none where there are numbers
    ticks = [
        ((start + stop) / 2 / number, label) for start, stop, label in parts if stop <= one.steps
    ]
    if not one.labels or len(spaced(ticks)) < len(ticks):
        stride = max(1, round(Scale.over(0, one.steps, 4).step))
        steps = sorted({1, *range(stride, one.steps - stride // 2, stride), one.steps})
        ticks = [((step - 0.5) / number, f"{step:,}") for step in steps]
    return Axis(name=one.unit, ticks=ticks)
