"""What the tests of files share: contents, processes, listings."""

import subprocess
import sys
import textwrap

OLD, NEW = b"old" * 5000, b"new" * 7000


def run_python(code, *arguments, **options):
    """Run `code` in a fresh process; return it finished, its output as text."""
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())
