"""What every table needs while it is measured."""

import argparse
import sys
from dataclasses import dataclass
from typing import Any

from tests.benchmarks import machine, peers
from tests.benchmarks.results import Results


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was asked for, and where it goes.

    Attributes:
        arguments: of the command line.
        results: the file.
        machine, revision: what is measured.
    """

    arguments: argparse.Namespace
    results: Results
    machine: str
    revision: str

    @classmethod
    def begin(cls, arguments, sides):
        """Describe the machine with these sides in the file of results, and go on behind it."""
        results = Results(arguments.results)
        pythons = {side: peers.python(side, arguments.python, arguments.envs) for side in sides}
        here = machine.describe(pythons, machine.environment(1, arguments.keep_blas_kernel))
        results.describe(here)
        name, revision = here["machine"], machine.revision()
        return cls(arguments=arguments, results=results, machine=name, revision=revision)

    def sides(self, *names):
        """Return those of these sides that were asked for."""
        return [name for name in names if name in self.arguments.sides]

    def python(self, side):
        """Return the interpreter of a side."""
        return peers.python(side, self.arguments.python, self.arguments.envs)

    def environment(self, threads):
        """Return that of a measured process."""
        return machine.environment(threads, self.arguments.keep_blas_kernel)

    def rounds(self, usual):
        """Return the number of rounds, which the command line may set."""
        return self.arguments.rounds or usual

    def wanted(self, table, rows, sides, threads):
        """Return the rows to be measured: asked for, and not measured on all sides before."""
        return [
            row
            for row in rows
            if (not self.arguments.only or row in self.arguments.only)
            and (self.arguments.again or not self._done(table, row, sides, threads))
        ]

    def _done(self, table, row, sides, threads):
        return all(self.results.has(**self._key(table, row, side, threads)) for side in sides)

    def add(self, table, row, side, threads, figures):
        """Write a measurement."""
        self.results.add(figures, **self._key(table, row, side, threads))

    def _key(self, table, row, side, threads) -> dict[str, Any]:
        return {
            "table": table,
            "row": row,
            "side": side,
            "threads": threads,
            "revision": self.revision,
            "machine": self.machine,
        }


def say(*words):
    """Show what is going on."""
    print(*words, file=sys.stderr, flush=True)
