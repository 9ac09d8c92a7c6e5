"""The table of sets whose rows have any number of labels."""

from statistics import mean

from tests.benchmarks.markdown import markdown, titled
from tests.benchmarks.quality import sides
from tests.benchmarks.quality.standings import latest

HEAD = ["set", "test rows", "side", "micro-F1", "macro-F1", "exact match", "chosen"]
TITLE = (
    "Rows with any number of labels, on the test part, mean over the seeds; peers choose settings "
    "and one threshold on a part of the training file, grucli has its defaults:"
)
FIGURES = ("micro_f1", "macro_f1", "subset_accuracy")


def show(results):
    """Return the table, nothing if none of these sets was measured."""
    lines = []
    for name, found in sorted(latest(results, figure=FIGURES[0]).items()):
        for side, label in {"grucli": "grucli", **sides.PEERS}.items():
            if side in found:
                lines.append([name, *_line(label, list(found[side][1].values()))])
    return titled({TITLE: markdown(HEAD, lines)}) if lines else ""


def _line(label, runs):
    shares = [f"{mean(run[figure] for run in runs):.3f}".removeprefix("0") for figure in FIGURES]
    return [f"{runs[0]['rows']:,}", label, *shares, runs[0].get("chosen", "")]
