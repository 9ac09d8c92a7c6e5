"""Sets whose answers are texts: their rows, and how answers to them are scored."""

import csv
import gzip

COLUMNS = ("source", "target"), ("text", "summary")  # inputs, and the texts that answer them
FIGURES = ("exact_match", "edit_rate", "chrf", "bleu", "rouge_l", "baseline_rouge_l")


def read(path):
    """Return the inputs of a file, and their texts; peers read by it: it needs Python alone."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        source, target = map(next(rows).index, columns(path))
        pairs = [(row[source], row[target]) for row in rows]
    return [source for source, _ in pairs], [target for _, target in pairs]


def columns(path):
    """Return the names of the columns of inputs and of texts, None if these are no such rows."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        names = next(csv.reader(file), [])
    return next((pair for pair in COLUMNS if set(pair) <= set(names)), None)


def scores(each, answers):
    """Return the figures of answers to the test part of a Set, as `grucli evaluate` has them."""
    from grucli.data.text.symbol_choice import choose
    from grucli.tasks.generate.scorecard import scorecard

    kind, _ = choose(read(each.train)[1])
    sources, truths = read(each.test)
    found = scorecard(answers, truths, sources, kind)
    figures = {figure.measure.name: figure.value for figure in (*found.figures, *found.further)}
    return {"rows": len(truths)} | kept(figures)


def kept(figures):
    """Return those of the figures that are kept, as far as they are defined."""
    return {n: round(figures[n], 6) for n in FIGURES if figures.get(n) is not None}
