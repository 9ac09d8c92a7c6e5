"""Names are short, and those of different labels differ.

Covers: report/page/short_names.
"""

from rich.cells import cell_len

from grucli.report.page.short_names import short_names

PERL = "devel:lang:perl|devel:library|in:perl|role:"


def test_a_long_name_loses_its_end():
    assert short_names(["ham", "x" * 30], 24) == ["ham", "x" * 23 + "…"]
    assert short_names(["非常长的中文标签" * 3], 24) == ["非常长的中文标签非常长…"]
    assert short_names(["a\u202eb"], 24) == [r"a\u202eb"]
    assert short_names([], 24) == []


def test_names_that_begin_alike_lose_their_middle():
    names = [f"{PERL}devel-lib", f"{PERL}program", "role:data", f"{'y' * 20} and more"]
    assert short_names(names, 24) == [
        "devel:lang:…le:devel-lib",
        "devel:lang:…role:program",
        "role:data",
        f"{'y' * 20} an…",
    ]


def test_names_that_also_end_alike_are_shown_until_they_differ():
    names = [f"{'a' * 20}{middle}{'z' * 15}" for middle in "123"]
    short = short_names(names, 24)
    assert len(set(short)) == 3
    assert max(map(cell_len, short)) <= 36


def test_alike_labels_stay_alike():
    """As nothing can tell them apart; and the work is bounded."""
    assert (
        len(set(short_names(["b" * 900 + "1" + "b" * 900, "b" * 900 + "2" + "b" * 900], 24))) == 1
    )
