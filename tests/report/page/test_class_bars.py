"""A table of classes: what is said of the weakest, and how names and counts are shown.

Covers: report/page/class_bars, report/page/document.
"""

from grucli.report.page.class_bars import class_section
from grucli.report.page.document import table
from grucli.tasks.scorecard import FigureColumn, FigureTable, Measure

F1 = Measure(name="f1", title="F1", larger_is_better=True)


def section(names, title="rows"):
    rows = Measure(name="rows", title=title, larger_is_better=None)
    columns = (
        FigureColumn(measure=F1, values=[0.5, 0.75], has_bars=True),
        FigureColumn(measure=rows, values=[1, 1682]),
    )
    return class_section(
        FigureTable(name="per_class", title="class", rows=names, columns=columns, example="x")
    )


def test_counts_are_grouped_and_named_as_the_task_names_them():
    found = section(("ham", "spam"))
    assert found.answer == (
        "Weakest is 'ham' with F1 0.500, 1 row; strongest 'spam' with F1 0.750, 1,682 rows."
    )
    assert ">1,682</td>" in found.content[0]
    assert "0.750, 1,682 true." in section(("ham", "spam"), "true").answer


def test_long_names_have_room_and_differ():
    assert not section(("ham", "spam")).is_wide
    names = [f"devel:library|in:perl|interface:commandline|role:{end}" for end in ("app", "data")]
    found = section(names)
    assert found.is_wide
    assert "…commandline|role:app'" in found.answer
    assert "…ommandline|role:data'" in found.answer


def test_a_long_name_may_break_and_a_short_one_stands_as_others_do():
    found = table(("class", "rows"), [("a-name-that-is-long", "2"), ("ham", "3")], "nr")
    assert '<td class="n">a-name-that-is-long</td><td class="r">2</td>' in found
    assert "<td>ham</td>" in found
