"""The tables of accuracy in docs, made from the file of results."""

from pathlib import Path
from statistics import mean, median

import numpy as np

from tests.benchmarks.goals import checked
from tests.benchmarks.markdown import markdown, number, titled
from tests.benchmarks.quality import (
    intervals,
    label_set_tables,
    published,
    sides,
    written_tables,
)
from tests.benchmarks.quality.standings import (
    BEFORE,
    MEASURED,
    PUBLISHED,
    latest,
    peers,
    standings,
)
from tests.benchmarks.results import Results

KEY = ("set", "side", "seed", "revision")
RESULTS = Path(__file__).with_name("results.jsonl")
HEAD = [
    "set",
    "test rows",
    "grucli (95 % interval)",
    "macro-F1",
    "recurrence only",
    "wide only",
    "both",
    "best peer",
    "difference",
    "seconds",
]
OURS = (
    "Accuracy on the test part with the defaults, mean over the seeds, and the seconds of "
    "`grucli train`; the parts of the model by themselves where it has a wide path; the best peer; "
    "the difference to it in points (* outside of chance at 95 %):"
)
PEERS = (
    "The peers that were measured, mean over the seeds (in brackets what was known before), and "
    "the best that is published:"
)
FASTTEXT = (
    f"fastText runs with {sides.FASTTEXT_THREADS} threads and seeds from 1: with one thread nine "
    "tenths of its vectors begin as zeros, and its seeds 0 and 1 are one. No two runs of several "
    "threads are alike: its seeds lie {median:.1f} points apart on the middle set, {most:.1f} on "
    "the widest. What was known of it before was measured with a number of threads that was not "
    "kept.\n"
)
LEAST = {
    "dna_splice": 0.95,
    "reuters_r8": 0.971,
    "names_gender": 0.90,
    "zh_word_domains_small": 0.72,
    "JapaneseVowels": 0.99,
    "ItalyPowerDemand": 0.97,
    "GunPoint": 0.99,
    "BasicMotions": 1.0,
    "DigitRows8x8": 0.97,
    "PickupGestureWiimoteZ": 0.76,
    "PLAID": 0.90,
    "ArrowHead": 0.85,
}
GOALS = [
    (
        "mean difference of texts to the best peer [points]",
        "≥",
        1.0,
        lambda s: 100 * _mean_ahead(s),
    ),
    (
        "… to the best of those that were known before [points]",
        "≥",
        1.0,
        lambda s: 100 * mean(each.ahead_of_known for each in s if each.is_text and each.known),
    ),
    ("texts significantly worse", "≤", 0, lambda s: sum(x.worse for x in _compared(s))),
    ("share of texts above the best peer", "≥", 2 / 3, lambda s: _share_above(s)),
] + [
    (name, "≥", least, lambda s, name=name: next(x for x in s if x.name == name).accuracy)
    for name, least in LEAST.items()
]


def show(results):
    """Return all that has been measured: grucli beside the best peers, goals, the peers."""
    found = standings(results)
    ours = markdown(HEAD, [_line(each) for each in found])
    goals = checked(GOALS, found, digits=4) if found else ""
    others = [table.show(results) for table in (label_set_tables, written_tables)]
    parts = [titled({OURS: ours}), _summary(found), goals, _peers(results), *others]
    return "\n".join(part for part in parts if part)


def measured(path=RESULTS):
    """Return all tables that have been measured."""
    return show(Results(path, KEY))


def _line(each):
    low, high = intervals.share(each.accuracy, each.rows)
    parts = (each.part("recurrence"), each.part("wide"), each.whole())
    return [
        each.name,
        f"{each.rows:,}",
        f"{_share(each.accuracy)} ({_share(low)} to {_share(high)})",
        _share(each.mean("macro_f1")),
        *("" if part is None else _share(part) for part in parts),
        *_beside(each),
        number(each.mean("seconds")),
    ]


def _beside(each):
    """Return the cells of the best peer and of the difference to it."""
    if each.best is None:
        return "", ""
    apart = "*" if each.worse or each.better else ""
    best = f"{each.best.name} {_share(each.best.accuracy)} ({each.best.origin})"
    points = round(100 * each.ahead, 1) + 0  # + 0: no minus before a zero
    return best, f"{points:+.1f}{apart}"


def _share(value):
    """Return a share as the documents write it: .917, 1.000."""
    return f"{value:.3f}".removeprefix("0")


def _summary(found):
    """Say in sentences what the lines have in common."""
    compared = [each for each in found if each.best is not None]
    if not compared:
        return ""
    texts = _of_kind("texts and symbols", [each for each in compared if each.is_text])
    series = _of_kind("series", [each for each in compared if not each.is_text])
    seeds = sorted({seed for each in found for seed in each.runs})
    revisions = ", ".join(sorted({each.revision for each in found}))
    return (
        f"{texts}{series}Significant is outside of 95 %: of a paired bootstrap over the rows for "
        "measured peers, else of the difference of two shares. "
        f"Seeds {', '.join(map(str, seeds))}; grucli {revisions}. While the "
        f"defaults were chosen, {', '.join(published.ASIDE)} were kept aside.\n"
    )


def _of_kind(kind, own):
    """Return a sentence on the sets of one kind, none if there are none."""
    if not own:
        return ""
    worse = ", ".join(each.name for each in own if each.worse) or "none"
    return (
        f"Over the {len(own)} sets of {kind} with a peer the defaults are on average "
        f"{100 * mean(each.ahead for each in own):+.2f} points from the best peer; above it on "
        f"{len([each for each in own if each.ahead > 0])}; significantly worse: {worse}. "
    )


def _compared(found):
    """Return the texts: of series too few are large enough to compare means."""
    return [each for each in found if each.best is not None and each.is_text]


def _mean_ahead(found):
    return mean(each.ahead for each in _compared(found))


def _share_above(found):
    return mean(each.ahead > 0 for each in _compared(found))


def _peers(results):
    """Return the table of what peers are known on each set that has been measured at all."""
    known = peers(results)
    lines = [[name, *_known(known[name])] for name in sorted(latest(results))]
    head = ["set", *sides.PEERS.values(), "best published"]
    parts = [titled({PEERS: markdown(head, lines)}), _of_fasttext(known)]
    return "\n".join(part for part in parts if part)


def _of_fasttext(known):
    """Say how fastText was run and how far its seeds lie apart, if it was measured."""
    measured = (sides.PEERS["fasttext"], MEASURED)
    found = [x for each in known.values() for x in each if (x.name, x.origin) == measured]
    apart = [100 * float(np.ptp(peer.right.mean(axis=1))) for peer in found]
    return FASTTEXT.format(median=median(apart), most=max(apart)) if apart else ""


def _known(known):
    cells = []
    for label in sides.PEERS.values():
        measured = [_share(x.accuracy) for x in known if (x.name, x.origin) == (label, MEASURED)]
        before = [f"({_share(x.accuracy)})" for x in known if (x.name, x.origin) == (label, BEFORE)]
        cells.append(" ".join(measured + before))
    others = [x for x in known if x.origin == PUBLISHED]
    best = max(others, key=lambda peer: peer.accuracy, default=None)
    return [*cells, f"{best.name} {_share(best.accuracy)}" if best else ""]
