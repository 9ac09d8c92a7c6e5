"""An accuracy beside what chance explains of it, and a warning where that may be all of it."""

from grucli.errors import counted
from grucli.tasks.baseline import Yardstick


def span(accuracy: float, yardstick: Yardstick) -> str:
    """Return an accuracy with its 95 % interval: "0.812 (0.784 to 0.837)"."""
    low, high = yardstick.interval(accuracy)
    return f"{accuracy:.3f} ({low:.3f} to {high:.3f})"


def measured(accuracy: float, yardstick: Yardstick) -> str:
    """Return all of it: "0.812 (0.784 to 0.837, majority 0.503, 800 rows)"."""
    inside = f", majority {yardstick.baseline:.3f}, {counted(yardstick.rows, 'row')})"
    return span(accuracy, yardstick).removesuffix(")") + inside


def doubts(accuracy: float, yardstick: Yardstick, why: str) -> list[str]:
    """Return a warning if the accuracy may be that of blind answers, else nothing.

    Args:
        accuracy: on some rows.
        yardstick: of them.
        why: the likely reason, if the rows could show more.
    """
    if yardstick.is_passed_by(accuracy):
        return []
    return [
        f"accuracy {span(accuracy, yardstick)} is not above the majority's "
        f"{yardstick.baseline:.3f}: {_reason(yardstick, why)}"
    ]


def _reason(yardstick: Yardstick, why: str) -> str:
    if yardstick.baseline == 1:
        return "all of these rows have one label"
    if not yardstick.is_passed_by(1.0):
        return f"no accuracy would be on {yardstick.rows} rows; judge it on more"
    return why
