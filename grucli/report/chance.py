"""A figure beside what chance explains of it, and a warning where that may be all of it."""

from grucli.errors import counted
from grucli.notices import Notice
from grucli.report.tables import number
from grucli.tasks.scorecard import Baseline


def span(value: float, baseline: Baseline) -> str:
    """Return a figure with its 95 % interval: "0.812 (0.784 to 0.837)"."""
    low, high = baseline.interval(value)
    shown, *ends = (_shown(one, baseline) for one in (value, low, high))
    return f"{shown} ({' to '.join(ends)})"


def measured(value: float, baseline: Baseline) -> str:
    """Return all of it: "0.812 (0.784 to 0.837, majority 0.503, 800 rows)"."""
    blind = _shown(baseline.value, baseline)
    inside = f", {baseline.owner} {blind}, {counted(baseline.rows, 'row')})"
    return span(value, baseline).removesuffix(")") + inside


def doubts(value: float, baseline: Baseline, why: str, kind: str = "") -> list[Notice]:
    """Return a warning if a figure may be that of blind answers, else nothing.

    Args:
        value: on some rows.
        baseline: of them.
        why: the likely reason, if the rows could show more.
        kind: what the figure is, "validation", if that needs to be said.
    """
    if baseline.is_passed_by(value):
        return []
    measure = baseline.measure
    text = (
        f"{kind} {measure.title} {span(value, baseline)} is not "
        f"{'above' if measure.larger_is_better else 'below'} the {baseline.owner}'s "
        f"{_shown(baseline.value, baseline)}: {baseline.limit or why}"
    )
    return [Notice("score.chance", text.strip())]


def _shown(value: float, baseline: Baseline) -> str:
    return number(value, has_unit=baseline.measure.has_unit)
