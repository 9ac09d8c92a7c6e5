"""Links inside the documents lead to files and headings that are there."""

import pytest

from tests.documents import links, pages


@pytest.mark.parametrize(
    "path", links.documents(), ids=lambda path: str(path.relative_to(pages.ROOT))
)
def test_links(path):
    assert links.broken(path) == []


@pytest.mark.parametrize("path", pages.paths(), ids=str)
def test_no_heading_stands_twice(path):
    text = links.COMMENT.sub("", links.FENCED.sub("", path.read_text(encoding="utf-8")))
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert len(headings) == len(set(headings))


def test_every_page_is_reached_from_the_readme():
    found, new = set(), {pages.ROOT / "README.md"}
    while new:
        found |= new
        near = set().union(*(links.targets(page) for page in new if page.suffix == ".md"))
        new = {path for path in near if path.suffix == ".md"} - found
    assert set(pages.paths()) <= found


def broken(text, folder):
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return [fault.removeprefix("page.md:") for fault in links.broken(path)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(links, "ROOT", tmp_path)
    (tmp_path / "other.md").write_text("# One `grucli x`: two\n## Two\n## Two\n", encoding="utf-8")
    (tmp_path / "with space").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    "link",
    [
        "[a](other.md)",
        "[a](other.md#one-grucli-x-two)",
        "[a](other.md#two-1)",
        "[a](#here-中文)\n# Here 中文\n",
        '[a](other.md "title")',
        "[a](with%20space)",
        "[a](<with space>)",
        "[![a](other.md)](other.md)",
        "[a](https://example.org/x)",
        "[a](mailto:a@example.org)",
        "`[a](nothing.md)`",
        "```\n[a](nothing.md)\n```",
        "<!-- [a](nothing.md) -->",
        '[a](#x)\n<a id="x"></a>',
        "[a]: other.md",
    ],
)
def test_what_is_there(link, folder):
    assert broken(link, folder) == []


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("x\n\n[a](nothing.md)", "3: nothing.md: no such file"),
        ("[a](other.md#three)", "1: other.md#three: no such heading"),
        ("[a](other.md#two-2)", "1: other.md#two-2: no such heading"),
        ("[a](#Here)\n# Here\n", "1: #Here: no such heading"),
        ("[a](#here)\n```\n# here\n```\n", "1: #here: no such heading"),
        ("[a](../x.md)", "1: ../x.md: outside of the project"),
        ("[![a](other.md)](nothing.md)", "1: nothing.md: no such file"),
        ("[a]: nothing.md", "1: nothing.md: no such file"),
    ],
)
def test_what_is_not_there(link, fault, folder):
    assert broken(link, folder) == [fault]
