"""The report of `evaluate` for people, in at most 80 columns."""

import math
from collections.abc import Sequence

from rich.cells import cell_len

from grucli.errors import counted
from grucli.report.tables import GAP, bar, fit, percent, table
from grucli.tasks.metrics import Evaluation
from grucli.tasks.unknown_labels import hint

WIDTH = 80
LABEL_WIDTH = 22  # in tables
NAME_WIDTH = 20  # in sentences
MOST_CLASSES = 12  # of a confusion matrix that is printed in full
MOST_LINES = 10  # of lists that are cut


def text(evaluation: Evaluation, more: Sequence[tuple[str, object, str]] = ()) -> str:
    """Return the report: scores, a line a class, what was confused, unseen labels.

    Args:
        evaluation: the scores.
        more: what else stands among them: name, figure, what it means.
    """
    parts = (
        _scores(evaluation, more),
        _classes(evaluation),
        _confusion(evaluation),
        _unseen(evaluation),
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _scores(e: Evaluation, more: Sequence[tuple[str, object, str]]) -> list[str]:
    low, high = e.accuracy_interval
    guess = math.log(len(e.labels))
    rows = [
        ("rows", e.rows, ""),
        ("accuracy", _number(e.accuracy), f"95 % interval {low:.3f} to {high:.3f}"),
        ("majority baseline", _number(e.baseline), f"always answering {_quoted(e.baseline_label)}"),
        ("macro F1", _number(e.macro_f1), "each class counts the same"),
        ("weighted F1", _number(e.weighted_f1), "each row counts the same"),
        ("log-loss", _number(e.log_loss), f"nat; {guess:.3f} if all classes were equally likely"),
        ("calibration error", _number(e.ece), "mean gap between probability and accuracy"),
    ]
    if len(e.labels) == 2:
        side = f"of {_quoted(e.labels[1])}"
        rows += [("ROC AUC", _number(e.roc_auc), side), ("PR AUC", _number(e.pr_auc), side)]
    return table([*rows, *more], "lrl", limit=WIDTH) + _verdict(e)


def _verdict(e: Evaluation) -> list[str]:
    _, high = e.accuracy_interval
    always = f"always answering {_quoted(e.baseline_label)}"
    if high < e.baseline:
        return [f"! worse than {always}"]
    if not e.above_baseline:
        return [f"! on these rows, not better than {always}"]
    return []


def _classes(e: Evaluation) -> list[str]:
    heading = ("class", "precision", "recall", "F1", "", "rows", "predicted")
    rows = [
        (
            fit(label, LABEL_WIDTH),
            _number(score.precision),
            _number(score.recall),
            _number(score.f1),
            bar(score.f1 or 0.0, 10),
            score.rows,
            score.predicted,
        )
        for label, score in e.per_class.items()
    ]
    return table([heading, *rows], "lrrrlrr")


def _confusion(e: Evaluation) -> list[str]:
    if len(e.labels) <= MOST_CLASSES:
        lines = _matrix(e)
        if max(map(cell_len, lines)) <= WIDTH:
            return lines
    return _pairs(e)


def _matrix(e: Evaluation) -> list[str]:
    """Return the matrix in full, its columns headed by numbers where labels have no room."""
    names = [fit(label, LABEL_WIDTH) for label in e.labels]
    room = WIDTH - max(map(cell_len, names))
    columns = names
    if sum(len(GAP) + cell_len(name) for name in names) > room:
        columns = [f"{k:{len(str(len(names)))}}" for k in range(1, len(names) + 1)]
        names = [f"{k} {name}" for k, name in zip(columns, names, strict=True)]
    counts = [[count or "·" for count in row] for row in e.confusion]
    rows = [[name, *row] for name, row in zip(names, counts, strict=True)]
    title = "confusion (a row for each true class, a column for each answer)"
    return [title, *table([["", *columns], *rows], "l" + "r" * len(names))]


def _pairs(e: Evaluation) -> list[str]:
    wrong = e.confusion.wrong()
    if not wrong:
        return []
    rows = [
        (
            fit(e.labels[truth], LABEL_WIDTH),
            fit(e.labels[answer], LABEL_WIDTH),
            count,
            percent(count / e.per_class[e.labels[truth]].rows),
        )
        for truth, answer, count in wrong[:MOST_LINES]
    ]
    lines = table([("true class", "answer", "rows", "of the class"), *rows], "llrr")
    return ["most confused", *lines, *_more(len(wrong) - len(rows))]


def _unseen(e: Evaluation) -> list[str]:
    if not e.unseen:
        return []
    worst = sorted(e.unseen.items(), key=lambda item: (-item[1], item[0]))
    number = f"{sum(e.unseen.values())} of {counted(e.rows, 'row')}"
    title = f"unseen in training, counted as wrong: {number}"
    rows = [(label, count, hint(label, e.labels)) for label, count in worst[:MOST_LINES]]
    lines = table(rows, "lrl")
    return [title, *lines, *_more(len(worst) - MOST_LINES)]


def _more(count: int) -> list[str]:
    return [f"and {count} more"] if count > 0 else []


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _quoted(label: str) -> str:
    return f"'{fit(label, NAME_WIDTH)}'"
