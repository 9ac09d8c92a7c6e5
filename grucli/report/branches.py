"""What the recurrence and the wide path each say alone, for people."""

from grucli.prediction.branch_scores import PathScores
from grucli.report.tables import percent, table
from grucli.tasks.metrics import Evaluation


def text(paths: PathScores, name: str) -> str:
    """Return a line for each path, and who decides; `name` is the wide path's."""
    rows = [
        ("recurrence alone", *_scores(paths.recurrence)),
        (f"{name} alone", *_scores(paths.wide)),
    ]
    ours = paths.recurrence_share
    share = f"recurrence {percent(ours, 0)}, {name} {percent(1 - ours, 0)}"
    return "\n".join([*table(rows, "llll"), f"share of the decision: {share}"]) + "\n"


def _scores(e: Evaluation) -> tuple[str, str, str]:
    return (
        f"accuracy {e.accuracy:.3f}",
        f"macro F1 {e.macro_f1:.3f}",
        f"log-loss {e.log_loss:.3f}",
    )
