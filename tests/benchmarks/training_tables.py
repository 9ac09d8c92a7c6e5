"""The tables of whole trainings: beside fastText and an older build, by cell, of many rows."""

from statistics import geometric_mean, mean

from tests.benchmarks.markdown import markdown, number, titled

FASTTEXT = (
    "Texts from file to model: seconds from start to end (in brackets over grucli's), most memory "
    "of all processes, accuracy on the test part:"
)
CELLS = "The cells with the defaults: accuracy on rows held out, on the test part, and seconds:"
MANY = (
    "Texts of 8 words: seconds from start to end, and those in which the data were ready and the "
    "last step was made; most memory of the largest process; accuracy; what `--dry-run` foresaw:"
)


def by_set(results, table):
    """Return set -> side -> figure -> mean over the seeds that all sides have in common."""
    seeds = {}
    for row, cells in results.latest(table).items():
        seeds.setdefault(row.partition(", seed ")[0], []).append(
            {side: figures for (side, _), figures in cells.items()}
        )
    return {name: _means(each) for name, each in seeds.items()}


def _means(runs):
    sides = {side for cells in runs for side in cells}
    whole = [cells for cells in runs if sides == set(cells)]
    return {side: _mean([cells[side] for cells in whole]) for side in (whole or [{}])[0]}


def _mean(runs):
    return {name: mean(run[name] for run in runs) for name in runs[0]}


def fasttext(results):
    """Texts beside fastText."""
    found = {name: own for name, own in by_set(results, "fasttext").items() if "grucli" in own}
    sides = ["grucli", "fasttext", "fasttext, tuned"]
    lines = [[name, *(_took(each, side) for side in sides)] for name, each in found.items()]
    if found:
        lines.append(["mean", *(_summary(found, side) for side in sides)])
    return titled({FASTTEXT: markdown(["set", "grucli", "fastText", "fastText, tuned"], lines)})


def _took(cells, side):
    if side not in cells:
        return ""
    each, over = cells[side], cells[side]["seconds"] / cells["grucli"]["seconds"]
    ratio = "" if side == "grucli" else f" ({over:.2f})"
    return f"{number(each['seconds'])} s{ratio}, {_memory(each):.0f} MB, {each['accuracy']:.3f}"


def _memory(each):
    """Return the most memory of all processes: at least that of the largest."""
    return max(each["peak_mb"], each.get("sum_mb", 0))


def _summary(found, side):
    """Return the geometric mean of the seconds of a side over grucli's, and its mean accuracy."""
    cells = [each for each in found.values() if side in each]
    if not cells:
        return ""
    over = geometric_mean(each[side]["seconds"] / each["grucli"]["seconds"] for each in cells)
    ratio = "" if side == "grucli" else f"({over:.2f}), "
    return f"{ratio}{mean(each[side]['accuracy'] for each in cells):.3f}"


def reference(results):
    """The defaults beside those of an older build."""
    found = compared(results)
    lines = [
        [
            name,
            number(each["reference"]["seconds"]),
            number(each["grucli"]["seconds"]),
            f"{over:.2f}",
            f"{each['reference']['accuracy']:.3f}",
            f"{each['grucli']['accuracy']:.3f}",
            f"{points:+.1f}",
        ]
        for name, (each, over, points) in found.items()
    ]
    if found:
        over = geometric_mean(over for _, over, _ in found.values())
        points = mean(points for *_, points in found.values())
        lines.append(["mean", "", "", f"{over:.2f}", "", "", f"{points:+.2f}"])
    head = ["set", "older build [s]", "grucli [s]", "times as fast"]
    head += ["accuracy, older build", "accuracy", "points"]
    seeds = sorted({row.partition(", ")[2] for row in results.latest("reference")})
    title = "`grucli train` with the defaults beside an older build, all cores"
    title = ", ".join((title, *seeds)) + ":"
    return titled({title: markdown(head, lines)})


def compared(results):
    """Return set -> figures of both builds, by how many times and points this one is better."""
    found = {}
    for name, each in by_set(results, "reference").items():
        if "reference" in each and "grucli" in each:
            over = each["reference"]["seconds"] / each["grucli"]["seconds"]
            points = 100 * (each["grucli"]["accuracy"] - each["reference"]["accuracy"])
            found[name] = each, over, points
    return found


def cells(results):
    """All sets with every cell."""
    found = by_set(results, "cells")
    names = list(dict.fromkeys(side for each in found.values() for side in each))
    lines = [[set_name, *_of_cells(each, names)] for set_name, each in found.items()]
    whole = [each for each in found.values() if set(each) == set(names)]
    if whole:
        held = [each for each in whole if all("valid" in each[name] for name in names)]
        lines.append(["mean", *_means_of_cells(whole, held, names)])
    head = ["set", *(f"{name} {what}" for what in ("held out", "test", "s") for name in names)]
    return titled({CELLS: markdown(head, lines)})


def _of_cells(each, names):
    figures = [each.get(name, {}) for name in names]
    return [
        *(_share(figure.get("valid")) for figure in figures),
        *(_share(figure.get("accuracy")) for figure in figures),
        *(number(figure["seconds"]) if figure else "" for figure in figures),
    ]


def _means_of_cells(whole, held, names):
    """Return the means of accuracy, and the geometric means of seconds, over the first cell's."""
    seconds = [
        [each[name]["seconds"] / each[names[0]]["seconds"] for each in whole] for name in names
    ]
    return [
        *(_share(mean(each[name]["valid"] for each in held) if held else None) for name in names),
        *(_share(mean(each[name]["accuracy"] for each in whole)) for name in names),
        *(f"({geometric_mean(each):.2f})" for each in seconds),
    ]


def _share(value):
    return "" if value is None else f"{value:.3f}"


def many_rows(results):
    """More and more texts."""
    lines = []
    for row, cells_of in results.latest("many-rows").items():
        for (side, _), each in cells_of.items():
            stages = [each.get(f"{stage}_s") for stage in ("prepared", "trained")]
            lines.append(
                [
                    row.removesuffix(" rows"),
                    {"fasttext": "fastText"}.get(side, side),
                    number(each["seconds"]),
                    *("" if second is None else number(second) for second in stages),
                    f"{each['peak_mb']:.0f}",
                    f"{_memory(each):.0f}",
                    f"{each['accuracy']:.3f}",
                    _foreseen(each),
                ]
            )
    head = ["rows", "program", "seconds", "ready", "trained", "memory [MB]", "of all processes"]
    return titled({MANY: markdown([*head, "accuracy", "foreseen"], lines)})


def _foreseen(each):
    parts = []
    if "foreseen_seconds" in each:
        parts.append(f"{number(each['foreseen_seconds'])} s")
    if "foreseen_memory_bytes" in each:
        parts.append(f"{each['foreseen_memory_bytes'] / 1e6:.0f} MB")
    return ", ".join(parts)
