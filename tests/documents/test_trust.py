"""Each module of tests with rigs has a row on both pages of what is promised."""

import re

import pytest

from tests.documents import pages

PAGES = [pages.ROOT / "docs" / "trust.md", pages.ROOT / "docs" / "zh" / "trust.md"]
ROW = re.compile(r"^\| [^|]+ \| [^|]+ \| `([^|]+)` \| [^|]*\d[^|]* \| \d{4}-\d\d-\d\d \|$", re.M)
MARKED = re.compile(r"^(?:@|pytestmark = .*)pytest\.mark\.rigs$", re.MULTILINE)


def commands(path):
    """Return the command of each rig on a page; its figure has a digit, its date is one."""
    return ROW.findall(path.read_text(encoding="utf-8"))


def marked():
    """Return the modules that have rigs, as their commands name them."""
    tests = (pages.ROOT / "tests").rglob("test_*.py")
    found = [path for path in tests if MARKED.search(path.read_text(encoding="utf-8"))]
    return {str(path.relative_to(pages.ROOT)) for path in found}


@pytest.mark.parametrize("path", PAGES, ids=["English", "Chinese"])
def test_each_module_with_rigs_has_a_row(path):
    named = set(re.findall(r"tests/[\w/]+\.py", " ".join(commands(path))))
    assert marked()
    assert marked() - named == set()
    assert [name for name in named if not (pages.ROOT / name).exists()] == []


def test_the_pages_name_the_same_commands_in_the_same_order():
    english, chinese = map(commands, PAGES)
    assert english == chinese
