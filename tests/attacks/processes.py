"""A rig in a process of its own, so that what it runs can be forbidden and its memory bounded."""

import json
import subprocess
import sys

from tests.attacks.guard import CODE_RAN
from tests.cli.helpers import environment


def found_by(module, way, kind, **options):
    """Run a rig of tests.attacks; print and return what it found, no leak among it."""
    words = ["-m", f"tests.attacks.{module}", way, kind]
    words += [f"--{name}={value}" for name, value in options.items()]
    done = subprocess.run(
        [sys.executable, *words], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode != CODE_RAN, done.stderr
    assert done.returncode == 0, done.stderr
    print(way, kind, done.stdout)
    found = json.loads(done.stdout)
    assert found["leaks"] == []
    return found
