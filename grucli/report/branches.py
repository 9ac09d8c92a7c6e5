"""What the recurrence and the linear path each say alone, for people."""

from grucli.prediction.score import BranchScores
from grucli.report.scorecard import number
from grucli.report.tables import percent, table
from grucli.tasks.scorecard import Scorecard


def text(branches: BranchScores, name: str) -> str:
    """Return a line for each branch, and who decides; `name` is the linear path's."""
    rows = [
        ("recurrence alone", *_brief(branches.recurrence)),
        (f"{name} alone", *_brief(branches.linear)),
    ]
    ours = branches.recurrence_share
    share = f"recurrence {percent(ours, 0)}, {name} {percent(1 - ours, 0)}"
    return "\n".join([*table(rows, "l" * len(rows[0])), f"share of the decision: {share}"]) + "\n"


def _brief(card: Scorecard) -> list[str]:
    return [f"{one.measure.title} {number(one.value)}" for one in card.brief()]
