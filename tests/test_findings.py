"""The scripts of findings/: their form. What they show needs packages that tests do not install."""

import os
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "findings"
SCRIPTS = sorted(FOLDER.glob("*.sh"))
FORM = re.compile(
    r"""#!/usr/bin/env bash
(?P<header>(?:#.*\n)+)set -euo pipefail
folder=\$\(mktemp -d\)
trap 'rm -rf "\$folder"' EXIT
python3 -m venv "\$folder/env"
"\$folder/env/bin/pip" install --quiet (?P<packages>.+)
cd "\$folder"
env/bin/python - <<'PYTHON'
(?P<code>(?:.*\n)+?)PYTHON
"""
)
HEADER = re.compile(r"# Package: +(?P<package>\S.*)\n# Expected: +\S(?:.*\n)+# Seen: +\S(?:.*\n)+")


@pytest.fixture(params=SCRIPTS, ids=lambda script: script.stem)
def script(request):
    return request.param


@pytest.fixture
def parts(script):
    """The header, the packages and the program of a script."""
    found = FORM.fullmatch(script.read_text(encoding="utf-8"))
    assert found, f"{script.name} differs from the form of the others"
    return found


def test_a_finding_says_what_it_shows(script, parts):
    assert os.access(script, os.X_OK)
    header = HEADER.fullmatch(parts["header"])
    assert header
    for requirement in parts["packages"].split():
        name, version = re.fullmatch(r"([\w-]+)==([\d.]+)", requirement).groups()
        assert f"{name} {version}" in header["package"]
    assert re.search(r"\([\d.]+ [MG]B\b", header["package"])
    assert "grucli" not in script.read_text(encoding="utf-8")


def test_a_finding_fails_once_the_behaviour_changes(script, parts):
    compile(parts["code"], script.name, "exec")
    assert parts["code"].endswith('    sys.exit("the behaviour has changed")\n')
    for word in ("expected:", "seen:"):
        assert word in parts["code"]


def test_findings_are_listed_with_their_versions():
    listed = re.findall(r"^\| `(\w+\.sh)` \| (.+?) \| ", (FOLDER / "README.md").read_text(), re.M)
    assert [name for name, _ in listed] == [script.name for script in SCRIPTS]
    for name, packages in listed:
        header = (FOLDER / name).read_text(encoding="utf-8").split("\n")[1]
        assert all(package in header for package in packages.split(", "))
