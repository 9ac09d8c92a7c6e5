"""The file of results: a JSON object a line, some for machines and one for each measurement."""

import json
import os

KEY = ("table", "row", "side", "threads", "revision", "machine")


class Results:
    """Measurements by what they are of; the last one counts.

    Attributes:
        key: names of what a measurement is of.
        lines: all measurements of the file.
        machines: name -> description, with the versions of all sides that were there.
    """

    def __init__(self, path, key=KEY):
        """Read `path`, which need not be there yet."""
        self.key, self.path, self.lines, self.machines = key, path, [], {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                self._take(json.loads(line))

    def describe(self, machine):
        """Write the description of a machine, unless all of it is known."""
        known = self.machines.get(machine["machine"])
        if known is None or _joined(known, machine) != known:
            self._write(machine)

    def has(self, **key):
        """Say whether there is such a measurement; `key` has all names of the key."""
        return self.get(**key) is not None

    def get(self, **key):
        """Return the figures of the last such measurement, None if there is none."""
        for line in reversed(self.lines):
            if all(line[name] == key[name] for name in self.key):
                return line["figures"]
        return None

    def add(self, figures, **key):
        """Write a measurement at once: a run that is interrupted goes on behind it."""
        self._write({name: key[name] for name in self.key} | {"figures": figures})

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
        if "figures" in line:
            self.lines.append(line)
        else:
            known = self.machines.get(line["machine"], {"versions": {}})
            self.machines[line["machine"]] = _joined(known, line)


def _joined(known, machine):
    return known | machine | {"versions": known["versions"] | machine["versions"]}
