"""Wrong answers as CSV, the file of `evaluate --errors`."""

from __future__ import annotations

from collections.abc import Sequence

from grucli.data.records import Record
from grucli.report.predictions import as_texts, csv_line
from grucli.tasks.columns import Mistakes


def mistakes(records: Sequence[Record], found: Mistakes) -> str:
    """Return the wrong answers as CSV, the worst first.

    Args:
        records: all n that were scored, with their targets.
        found: which answers are wrong.
    """
    has_text, of_steps = records[0].text is not None, found.steps is not None
    truth = ["step", "token", "tag"] if of_steps else ["label"]
    lines = [csv_line(["row", *truth, *found.answers] + ["text"] * has_text)]
    steps = found.rows.tolist() if found.steps is None else found.steps.tolist()
    answers = zip(*map(as_texts, found.answers.values()), strict=True)
    for k, step, answer in zip(found.rows.tolist(), steps, answers, strict=True):
        record = records[k]
        own = [record.label or ""]
        if of_steps:
            own = [str(step + 1), (record.tokens or ())[step], (record.tags or ())[step]]
        cells = [str(record.number), *own, *answer]
        lines.append(csv_line(cells + [record.text or ""] * has_text))
    return "".join(lines)
