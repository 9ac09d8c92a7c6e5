"""The table of sets whose answers are texts."""

from statistics import mean

from tests.benchmarks.markdown import markdown, number, titled
from tests.benchmarks.quality import sides
from tests.benchmarks.quality.standings import latest

TITLE = (
    "Texts that are written, on the test part, mean over the seeds: shares of answers that are not "
    "right as a whole, and edits for each symbol; in brackets ROUGE-L of the first words of the "
    "input. The PyTorch program has a network of the same size and makes as many steps:"
)
HEAD = ["set", "test rows", "side", "error rate", "edit rate", "chrF", "BLEU", "ROUGE-L"]
MORE = ["model [MB]", "seconds"]


def show(results):
    """Return the table, nothing if none of these sets was measured."""
    lines = []
    for name, found in sorted(latest(results, figure="edit_rate").items()):
        for side, label in {"grucli": "grucli", **sides.WRITERS}.items():
            if side in found:
                lines.append([name, *_line(label, list(found[side][1].values()))])
    return titled({TITLE: markdown([*HEAD, *MORE], lines)}) if lines else ""


def _line(label, runs):
    def figure(name, form):
        return form.format(mean(run[name] for run in runs)) if name in runs[0] else ""

    shares = [f"{1 - mean(run['exact_match'] for run in runs):.3f}", figure("edit_rate", "{:.3f}")]
    rouge = [figure("rouge_l", "{:.3f}"), figure("baseline_rouge_l", "({:.3f})")]
    scores = [figure("chrf", "{:.1f}"), figure("bleu", "{:.1f}"), " ".join(filter(None, rouge))]
    took = [figure("model_mb", "{:.2f}"), number(mean(run["seconds"] for run in runs))]
    cells = [cell.removeprefix("0") for cell in (*shares, *scores)]
    return [f"{runs[0]['rows']:,}", label, *cells, *took]
