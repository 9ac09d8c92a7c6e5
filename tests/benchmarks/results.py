"""The file of results: a JSON object a line, some for machines and one for each measurement."""

import json
import os

KEY = ("table", "row", "side", "threads", "revision", "machine")


class Results:
    """Measurements by table, row, side, threads, revision and machine; the last one counts.

    Attributes:
        lines: all measurements of the file.
        machines: name -> description, with the versions of all sides that were there.
    """

    def __init__(self, path):
        """Read `path`, which need not be there yet."""
        self.path, self.lines, self.machines = path, [], {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                self._take(json.loads(line))

    def describe(self, machine):
        """Write the description of a machine, unless all of it is known."""
        known = self.machines.get(machine["machine"])
        if known is None or _joined(known, machine) != known:
            self._write(machine)

    def has(self, **key):
        """Say whether there is such a measurement; `key` names all of KEY."""
        return any(all(line[name] == key[name] for name in KEY) for line in self.lines)

    def add(self, figures, **key):
        """Write a measurement at once: a run that is interrupted goes on behind it."""
        self._write({name: key[name] for name in KEY} | {"figures": figures})

    def latest(self, table):
        """Return row -> (side, threads) -> figures, in the order of the file."""
        found = {}
        for line in self.lines:
            if line["table"] == table:
                sides = found.setdefault(line["row"], {})
                sides[line["side"], line["threads"]] = line["figures"]
        return found

    def _write(self, line):
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._take(line)

    def _take(self, line):
        if "table" in line:
            self.lines.append(line)
        else:
            known = self.machines.get(line["machine"], {"versions": {}})
            self.machines[line["machine"]] = _joined(known, line)


def _joined(known, machine):
    return known | machine | {"versions": known["versions"] | machine["versions"]}
