"""Write and run the lesson of docs/lesson.md: who can remember the first of many symbols?

    python sample_data/make_lesson.py lesson

Sequences of 50 and of 200 symbols are drawn from eight letters; the label says whether the place of
the first one in the alphabet is odd or even, and all others are noise. Four networks of 32 units
learn each length from 4,000 of them in 12 epochs. The folder then holds the data, the models, a
page about each (`gru_chrono_50.html`), a table (`lesson.md`) and the pictures of docs/lesson.md. It
takes about two minutes on one core.
"""

from __future__ import annotations

import base64
import json
import math
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grucli.report.page.png import data_uri

LETTERS, LABELS = "abcdefgh", ("even", "odd")
LENGTHS, TRAIN_ROWS, TEST_ROWS = (50, 200), 4000, 500
NETWORKS = {  # their settings, and how they are drawn
    "rnn": ("rnn", "orthogonal", "#b05506", "6 3"),
    "gru_half_open": ("gru", "orthogonal", "#56606b", "2 2"),
    "gru_chrono": ("gru", "chrono", "#256ebe", ""),
    "mingru": ("mingru", "chrono", "#2b8a3e", "9 3 2 3"),
}
SETTINGS = {
    "data.tokens": "space",
    "model.bidirectional": "false",  # read backwards, the first symbol would be the last
    "model.pooling": "last",
    "model.wide": "false",  # the recurrence has to show what it remembers
    "model.dropout": 0,
    "model.token_dropout": 0,
    "model.hidden_size": 32,
    "model.embedding_size": 16,
    "training.folds": "off",
    "training.patience": "off",
    "training.epochs": 12,
    "training.moments": "true",
}
HEADING = (
    "network",
    "steps",
    "right",
    "gradient at the first letter, epoch 1",
    "keep, epoch 1 to 12",
    "H99",
    "leak time, longest",
)
WIDTH, HEIGHT, LEFT, BELOW = 640, 300, 60, 40  # of the picture [pixels], and of its margins
LOWEST, HIGHEST = -8, 2  # powers of ten


def write_data(path: Path, rows: int, length: int, seed: int) -> None:
    """Write sequences; the same at every call."""
    places = np.random.default_rng([length, seed]).integers(len(LETTERS), size=(rows, length))
    lines = (f"{' '.join(LETTERS[k] for k in row)},{LABELS[row[0] % 2]}\n" for row in places)
    path.write_text("text,label\n" + "".join(lines))


def grucli(*words: object) -> str:
    """Run a command and return what it prints."""
    command = [sys.executable, "-m", "grucli", *map(str, words)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def learn(folder: Path, name: str, length: int) -> Mapping[str, Any]:
    """Train one network, write its page, and return what is told of it."""
    train, test = folder / f"train_{length}.csv", folder / f"test_{length}.csv"
    model, page = folder / f"{name}_{length}.npz", folder / f"{name}_{length}.html"
    cell, start, *_ = NETWORKS[name]
    given = {**SETTINGS, "model.cell": cell, "model.initialisation": start}
    settings = [word for key, value in given.items() for word in ("--set", f"{key}={value}")]
    grucli("train", train, "-o", model, "--force", "--quiet", *settings)
    look = ("inspect-gates", test, "-m", model, "--example", 1, "--force", "--quiet")
    found: Mapping[str, Any] = json.loads(
        grucli(*look, "--json", "--html", page, "--sample", TEST_ROWS)
    )
    return found


def longest_leak(health: Mapping[str, Any]) -> float:
    """Return that of the units that are not dead, as reports do: these hold nothing."""
    return max(time for unit, time in enumerate(health["leak"]) if unit not in health["dead"])


def row(name: str, length: int, found: Mapping[str, Any]) -> Sequence[str]:
    """Return the line of a table."""
    data = found["data"]
    training, (health, *_) = data["training"], data["gates"]
    reach = training["reach"][str(length - 1)]
    keep = training["gates"].get("layer 1 forward keep")
    needed = next(side["h99"] for side in data["memory"] if side["side"] == "end")
    right = found["meta"]["input"]["accuracy"]
    return (
        name.replace("_", " "),
        f"{length}",
        f"{right:.3f}",
        f"{reach[0]:.1e}",
        "–" if keep is None else f"{keep['mean'][0]:.2f} to {keep['mean'][-1]:.2f}",
        f"{needed}" if right > 0.9 else "–",  # of guesses nothing can be needed
        "–" if health["leak"] is None else f"{longest_leak(health):.1f}",
    )


def reach_picture(reaches: Mapping[str, Mapping[str, Sequence[float]]], length: int) -> str:
    """Return an SVG: the gradient by the state k steps back, after the first epoch."""

    def place(step: int, share: float) -> str:
        x = LEFT + (WIDTH - LEFT - 10) * math.log(step + 1) / math.log(length)
        power = min(max(math.log10(max(share, 1e-300)), LOWEST), HIGHEST)
        y = 10 + (HEIGHT - BELOW - 10) * (HIGHEST - power) / (HIGHEST - LOWEST)
        return f"{x:.1f},{y:.1f}"

    def text(at: str, words: str, anchor: str = "middle") -> str:
        x, y = at.split(",")
        return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="#808890">{words}</text>'

    drawn = []
    for power in range(LOWEST, HIGHEST + 1, 2):
        x, y = place(0, 10.0**power).split(",")
        drawn.append(f'<path d="M{x},{y}H{WIDTH - 10}" stroke="#808890" stroke-opacity=".3"/>')
        drawn.append(text(f"{LEFT - 8},{float(y) + 4:.1f}", f"1e{power}", "end"))
    for step in (0, 1, 3, 10, 30, 100, length - 1):
        x = place(step, 1).split(",")[0]
        drawn.append(text(f"{x},{HEIGHT - BELOW + 16}", str(step)))
    drawn.append(text(f"{WIDTH / 2},{HEIGHT - 6}", "steps before the end"))
    for k, (name, reach) in enumerate(reaches.items()):
        *_, colour, dashes = NETWORKS[name]
        points = [place(0, 1.0), *(place(int(step), own[0]) for step, own in reach.items())]
        style = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"'
        drawn.append(f'<polyline points="{" ".join(points)}" {style}/>')
        y = HEIGHT - BELOW - 70 + 16 * k
        drawn.append(f'<path d="M{LEFT + 8},{y}h26" {style}/>')
        drawn.append(text(f"{LEFT + 40},{y + 4}", name.replace("_", " "), "start"))
    head = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
    return (
        f'<svg {head} font-family="sans-serif" font-size="12">\n' + "\n".join(drawn) + "\n</svg>\n"
    )


def keep_picture(folder: Path, name: str) -> bytes:
    """Return a PNG of the keep gates of one sequence: a row a unit, a column a step."""
    text = (folder / "test_50.csv").read_text().splitlines()[1].partition(",")[0]
    traces = folder / f"{name}_50_traces.npz"
    model = folder / f"{name}_50.npz"
    grucli("inspect-gates", "-m", model, "--text", text, "--npz", traces, "--force", "--quiet")
    with np.load(traces) as arrays:
        first, stop = arrays["state_offsets"][:2]
        keep = arrays["layer1_forward_keep"][first:stop].T
    keep = keep[np.argsort(-keep.mean(axis=1), kind="stable")]
    return base64.b64decode(data_uri(np.kron(keep, np.ones((5, 12)))).partition(",")[2])


def main(folder: Path) -> None:
    """Write all of it."""
    folder.mkdir(exist_ok=True)
    rows, reaches = [HEADING, ["---"] * len(HEADING)], {}
    for length in LENGTHS:
        write_data(folder / f"train_{length}.csv", TRAIN_ROWS, length, 0)
        write_data(folder / f"test_{length}.csv", TEST_ROWS, length, 1)
        for name in NETWORKS:
            found = learn(folder, name, length)
            reaches[name] = found["data"]["training"]["reach"]
            rows.append(row(name, length, found))
        (folder / f"lesson_reach_{length}.svg").write_text(reach_picture(reaches, length))
    for name in ("gru_half_open", "gru_chrono"):
        (folder / f"lesson_keep_{name}.png").write_bytes(keep_picture(folder, name))
    table = "".join(f"| {' | '.join(cells)} |\n" for cells in rows)
    (folder / "lesson.md").write_text(table, encoding="utf-8")
    sys.stdout.write(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
