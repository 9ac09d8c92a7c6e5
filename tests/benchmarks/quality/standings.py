"""Where grucli stands on each set: what the file of results has of it, and its peers."""

from dataclasses import dataclass
from functools import cached_property
from statistics import mean

import numpy as np

from tests.benchmarks.quality import intervals, published, rows, sides

MEASURED, BEFORE, PUBLISHED = "measured", "measured before", "published"


@dataclass(frozen=True, kw_only=True, eq=False)
class Peer:
    """Another classifier on a test part.

    Attributes:
        name: of it.
        origin: MEASURED, BEFORE or PUBLISHED.
        accuracy: mean over seeds.
        right: (S, n) booleans where it was measured, None where only the figure is known.
    """

    name: str
    origin: str
    accuracy: float
    right: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """One set.

    Attributes:
        name: of the set.
        runs: the figures of grucli's defaults by seed.
        both: for each seed the run that has a wide path, if there is one.
        revision: of grucli.
        peers: all that are known.
    """

    name: str
    runs: dict
    both: dict
    revision: str
    peers: list

    @cached_property
    def rows(self):
        """Rows of the test part."""
        return next(iter(self.runs.values()))["rows"]

    @cached_property
    def is_text(self):
        """Whether it is one of texts or symbols."""
        return any(run.get("text") for run in self.runs.values())

    @cached_property
    def accuracy(self):
        """Mean over the seeds."""
        return self.mean("accuracy")

    @cached_property
    def best(self):
        """Return the best peer, None without any."""
        return max(self.peers, key=lambda peer: peer.accuracy, default=None)

    @cached_property
    def ahead(self):
        """By how much the defaults are above the best peer."""
        return self.accuracy - self.best.accuracy

    @property
    def known(self):
        """The peers whose figures were known before any was measured here."""
        return [peer for peer in self.peers if peer.origin != MEASURED]

    @property
    def ahead_of_known(self):
        """By how much the defaults are above the best of `known`."""
        return self.accuracy - max(peer.accuracy for peer in self.known)

    @cached_property
    def better(self):
        """Whether the interval of the difference to the best peer lies above 0."""
        return self.best is not None and self._apart(self.best)[0] > 0

    @cached_property
    def worse(self):
        """Whether the interval lies below 0 for the best measured peer or the best known one."""
        with_rows = [peer for peer in self.peers if peer.right is not None]
        without = [peer for peer in self.peers if peer.right is None]
        best = [max(each, key=lambda peer: peer.accuracy) for each in (with_rows, without) if each]
        return any(self._apart(peer)[1] < 0 for peer in best)

    def mean(self, figure):
        """Return the mean of a figure of the defaults."""
        return mean(run[figure] for run in self.runs.values())

    def part(self, name):
        """Return the mean accuracy of a part of the runs with a wide path, None without any."""
        runs = self.both.values()
        return mean(run["parts"][name]["accuracy"] for run in runs) if runs else None

    def whole(self):
        """Return the mean accuracy of the runs with a wide path, None without any."""
        return mean(run["accuracy"] for run in self.both.values()) if self.both else None

    def _apart(self, peer):
        if peer.right is None:
            return intervals.unpaired(self.accuracy, peer.accuracy, self.rows)
        return intervals.paired(_right(self.runs), peer.right)


def standings(results):
    """Return a Standing for each set on which grucli was measured, by name."""
    found = []
    for name, own in sorted(latest(results).items()):
        if "grucli" in own:
            revision, runs = own["grucli"]
            found.append(
                Standing(
                    name=name,
                    runs=runs,
                    both=_both(runs, *own.get(sides.BOTH, (None, {})), revision),
                    revision=revision,
                    peers=_peers(name, own),
                )
            )
    return found


def peers(results):
    """Return set -> rows of its test part or None, and its peers, for all that is known."""
    found = latest(results)
    names = {*found, *published.MEASURED_BEFORE, *published.PUBLISHED}
    return {name: _peers(name, found.get(name, {})) for name in sorted(names)}


def latest(results, figure="accuracy"):
    """Return set -> side -> revision measured last, and its figures by seed, of those with one."""
    found = {}
    for line in results.lines:
        if figure not in line["figures"]:
            continue
        own = found.setdefault(line["set"], {})
        revision, runs = own.get(line["side"], (None, {}))
        runs = runs if revision == line["revision"] else {}
        own[line["side"]] = line["revision"], runs | {line["seed"]: line["figures"]}
    return found


def _both(runs, revision, forced, wanted):
    """Return by seed the default run if it has parts, else the one in which they were asked for."""
    forced = forced if revision == wanted else {}
    candidates = {seed: run if "parts" in run else forced.get(seed) for seed, run in runs.items()}
    return {seed: run for seed, run in candidates.items() if run and "parts" in run}


def _peers(name, found):
    measured = [
        Peer(
            name=label,
            origin=MEASURED,
            accuracy=mean(run["accuracy"] for run in found[side][1].values()),
            right=_right(found[side][1]),
        )
        for side, label in sides.PEERS.items()
        if side in found
    ]
    known = ((published.MEASURED_BEFORE, BEFORE), (published.PUBLISHED, PUBLISHED))
    return measured + [
        Peer(name=label, origin=origin, accuracy=accuracy)
        for table, origin in known
        for label, accuracy in table.get(name, {}).items()
    ]


def _right(runs):
    return np.array([rows.unpacked(run["right"], run["rows"]) for run in runs.values()])
