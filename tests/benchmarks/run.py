"""What every table needs while it is measured."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks import machine, peers
from tests.benchmarks.peers import REFERENCE
from tests.benchmarks.results import Results


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was asked for, and where it goes.

    Attributes:
        arguments: of the command line.
        results: the file.
        machine, revision: what is measured.
        reference: the folder of the older build beside it, None if there is none.
    """

    arguments: argparse.Namespace
    results: Results
    machine: str
    revision: str
    reference: Path | None

    @classmethod
    def begin(cls, arguments, sides):
        """Describe the machine with these sides in the file of results, and go on behind it."""
        results = Results(arguments.results)
        sides = asked(arguments, sides)
        reference = peers.root(arguments.python[REFERENCE]) if REFERENCE in sides else None
        pythons = {side: peers.python(side, arguments.python, arguments.envs) for side in sides}
        here = machine.describe(pythons, machine.environment(1, arguments.keep_blas_kernel))
        if reference:
            here["versions"][REFERENCE][REFERENCE] = machine.revision(reference)
        results.describe(here)
        return cls(
            arguments=arguments,
            results=results,
            machine=here["machine"],
            revision=machine.revision(),
            reference=reference,
        )

    def sides(self, *names):
        """Return those of these sides that were asked for."""
        return asked(self.arguments, names)

    def python(self, side):
        """Return the interpreter of a side."""
        return peers.python(side, self.arguments.python, self.arguments.envs)

    def environment(self, threads, side=None):
        """Return that of a measured process, in which a side runs."""
        root = self.reference if side == REFERENCE else machine.ROOT
        return machine.environment(threads, self.arguments.keep_blas_kernel, root)

    def rounds(self, usual):
        """Return the number of rounds, which the command line may set."""
        return self.arguments.rounds or usual

    def wanted(self, table, rows, sides, threads):
        """Return the rows to be measured: asked for, and not measured on all sides before.

        A row "names, seed 0" is asked for by its whole name or by "names".
        """
        only = self.arguments.only
        return [
            row
            for row in rows
            if (not only or row in only or row.partition(", ")[0] in only)
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


def asked(arguments, sides):
    """Return those of these sides that were asked for; the reference only where it is there."""
    return [
        side
        for side in sides
        if (not arguments.sides or side in arguments.sides)
        and (side != REFERENCE or REFERENCE in arguments.python)
    ]


def say(*words):
    """Show what is going on."""
    print(*words, file=sys.stderr, flush=True)
