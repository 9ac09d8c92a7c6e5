"""Measure the accuracy of the defaults beside peers on every set of a folder, and show it.

    python -m tests.benchmarks quality --data DIR              # all of it; goes on where it stopped
    python -m tests.benchmarks quality --data DIR --peers none --sets names_gender,GunPoint
    python -m tests.benchmarks quality                         # show what has been measured

DIR holds texts as NAME/{train,test}.csv.gz with the columns text and label, or labels with |
between several of a row, or source and target or text and summary of texts to be written; series as
NAME/NAME_{TRAIN,TEST}.ts.gz. All choices are made within the training files; the test files are
answered once a seed. grucli is measured again after a change of its code, a peer is not. The
environments of the peers are made in --envs, unless --python names an interpreter that has them.
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import machine, peers
from tests.benchmarks.quality import sets, sides, tables
from tests.benchmarks.results import Results
from tests.benchmarks.run import say

SEEDS_HELP = "of training; 0,1,2, which are 1,2,3 for fastText"
NAMES = [*sides.PEERS, *sides.WRITERS]
PEERS_HELP = f"of {', '.join(NAMES)}; ngram,fasttext (the others but phonetisaurus take long)"


def main(words):
    """Measure what is asked for, then show everything."""
    arguments = _arguments(words)
    results = Results(arguments.results, tables.KEY)
    if arguments.data:
        with tempfile.TemporaryDirectory() as folder:
            run = Run.begin(arguments, results, Path(folder))
            for each in sets.find(arguments.data, arguments.sets):
                run.measure(each)
    print(tables.show(results), end="")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was asked for, and where it goes.

    Attributes:
        arguments: of the command line.
        results: the file.
        folder: for models.
        machine, revision: what is measured.
    """

    arguments: argparse.Namespace
    results: Results
    folder: Path
    machine: str
    revision: str

    @classmethod
    def begin(cls, arguments, results, folder):
        """Describe the machine and what is compared in the file of results."""
        names = ["grucli", *dict.fromkeys(sides.ENVIRONMENTS[side] for side in arguments.peers)]
        pythons = {name: peers.python(name, arguments.python, arguments.envs) for name in names}
        here = machine.describe(pythons, machine.environment(1, arguments.keep_blas_kernel))
        results.describe(here)
        name, revision = here["machine"], machine.revision()
        return cls(
            arguments=arguments, results=results, folder=folder, machine=name, revision=revision
        )

    def measure(self, each):
        """Measure all sides on a Set, as far as that has not been done."""
        if not self.arguments.peers_only:
            for seed in self.arguments.seeds:
                self._grucli(each, seed)
        for side in self.arguments.peers:
            if not sides.takes(side, each):
                continue
            for seed in sides.seeds(side, self.arguments.seeds):
                self._peer(each, side, seed)

    def _grucli(self, each, seed):
        variables = machine.environment(0, self.arguments.keep_blas_kernel)

        def trained(*settings):
            return sides.grucli(each, seed, variables, self.folder, settings)

        key = {"set": each.name, "seed": seed, "revision": self.revision}
        chosen = self._once(trained, side="grucli", **key)
        if each.text and chosen.get("wide") is False:
            self._once(lambda: trained("model.wide=true"), side=sides.BOTH, **key)

    def _peer(self, each, side, seed):
        name = sides.ENVIRONMENTS[side]
        python = peers.python(name, self.arguments.python, self.arguments.envs)
        variables = machine.environment(1, self.arguments.keep_blas_kernel)
        self._once(
            lambda: sides.peer(side, python, each, seed, variables),
            **{"set": each.name, "side": side, "seed": seed, "revision": sides.revision(side)},
        )

    def _once(self, measured, **key):
        """Return the figures that the file has for this key, or measure and write them."""
        figures = None if self.arguments.again else self.results.get(**key)
        if figures is None:
            say("quality", key["set"], key["side"], f"seed {key['seed']}")
            figures = measured() | {"machine": self.machine}
            self.results.add(figures, **key)
        return figures


def _arguments(words):
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=_folder, metavar="DIR", help="measure the sets below this folder")
    add("--sets", type=_names, default=[], metavar="A,B", help="only these; all")
    add("--seeds", type=_numbers, default=[0, 1, 2], metavar="S,S", help=SEEDS_HELP)
    add("--peers", type=_peers, default=["ngram", "fasttext"], metavar="A,B|none", help=PEERS_HELP)
    add("--peers-only", action="store_true", help="leave grucli out")
    add("--again", action="store_true", help="measure what has been measured, too")
    add("--python", action="append", default=[], metavar="NAME=PATH", help="an interpreter")
    add("--envs", type=Path, default=peers.FOLDER, metavar="DIR", help="of the peers")
    add("--results", type=Path, default=tables.RESULTS, metavar="FILE")
    add("--keep-blas-kernel", action="store_true", help="let OPENBLAS_CORETYPE stand")
    arguments = parser.parse_args(words)
    arguments.python = dict(each.split("=", 1) for each in arguments.python)
    return arguments


def _folder(text):
    return Path(text).resolve()


def _names(text):
    return text.split(",")


def _numbers(text):
    return [int(word) for word in text.split(",")]


def _peers(text):
    names = [] if text == "none" else text.split(",")
    if unknown := set(names) - set(NAMES):
        raise argparse.ArgumentTypeError(f"no peer {', '.join(sorted(unknown))}")
    return names
