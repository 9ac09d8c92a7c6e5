"""`grucli evaluate --html`: one inert page that answers before it shows, for every task.

Covers: report/page/evaluation_page, report/page/class_bars, report/page/heat_map,
report/page/reliability, report/page/thresholds, report/page/number_figures,
report/page/error_figures, report/page/worst_figures, report/page/sections, report/page/line_key,
report/page/plot_style.
"""

import csv
import json
import random
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from .helpers import BRIEF, ROOT, SAMPLES, assert_one_error, grucli

LOG = ROOT / "tests" / "first_hour" / "files" / "pump_log.csv"
REVIEWS = SAMPLES / "reviews_test.csv"
EVIL = "<script>alert(1)</script>\"'><img src=//evil onerror=alert(1)>"
VOID = {"meta"}


class Page(HTMLParser):
    """Elements, attributes, text, and the sections of a page whose elements all end."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.pieces: list[str] = []
        self.sections: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag == "section" and "id" in dict(attrs):
            self.sections.append(dict(attrs)["id"] or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.pieces.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.pieces).split())


def inert(path: Path) -> Page:
    """Return a page that can do nothing, fetch nothing and hide nothing."""
    source = path.read_text("utf-8")
    assert len(source.encode()) <= 500_000
    page = Page(source)
    tags = {tag for tag, _, _ in page.attributes}
    assert not tags & {"script", "link", "img", "iframe", "object", "form", "base"}
    for _, name, value in page.attributes:
        assert name not in ("src", "srcset", "data", "action")
        assert not name.startswith("on")
        assert name != "href" or (value or "").startswith("#")
    assert re.search(r"url\(|@import|https?:", source) is None
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert ("meta", "content", policy) in page.attributes
    pictures = source.count('role="img"')
    assert source.count("<desc>") == pictures
    assert re.search(r"\b(nan|None|inf)\b", page.text) is None
    links = [value for tag, name, value in page.attributes if (tag, name) == ("a", "href")]
    assert links == [f"#{name}" for name in page.sections]
    return page


def shown(value: float) -> str:
    return f"{value:.3f}"


def page_of(folder: Path, data: object, model: object, *flags: object) -> Page:
    ran = grucli("evaluate", data, "-m", model, "--html", "page.html", *flags, cwd=folder)
    assert ran.code == 0, ran.err
    assert "wrote page.html" in ran.err
    return inert(folder / "page.html")


def test_the_figures_are_those_of_the_json(tmp_path: Path, linear_model: Path) -> None:
    scores = json.loads(grucli("evaluate", REVIEWS, "-m", linear_model, "--json").text)
    page = page_of(tmp_path, REVIEWS, linear_model)
    low, high = map(shown, scores["accuracy_interval"])
    whole = shown(scores["accuracy"])
    assert f"Accuracy {whole} (95 % interval {low} to {high}) on {scores['rows']} rows" in page.text
    assert f"would reach {shown(scores['baseline'])}" in page.text
    assert f"calibration error) is {shown(scores['ece'])}" in page.text
    for label, own in scores["per_class"].items():
        assert f"{label} {' '.join(shown(own[k]) for k in ('precision', 'recall', 'f1'))}" in (
            page.text
        )
    (first, wrong), (other, last) = scores["confusion"]["matrix"]
    assert f"negative {first} {wrong} positive {other} {last}" in page.text
    assert f"'positive': {shown(scores['roc_auc'])}" in page.text
    assert f"'positive': {shown(scores['pr_auc'])}" in page.text
    for name, owner in (("recurrence", "recurrence"), ("wide", "n-grams")):
        assert f"{owner} alone {shown(scores['parts'][name]['accuracy'])}" in page.text
    assert f"(p {shown(scores['baselines']['p_value'])})" in page.text
    errors = wrong + other
    assert f"{errors} answers are not right" in page.text
    assert page.sections == ["per_class", "confusion", "trust", "thresholds", "errors", "worst"]


def test_a_threshold_holds_when_it_is_tried_by_hand(tmp_path: Path, linear_model: Path) -> None:
    page = page_of(tmp_path, REVIEWS, linear_model)
    table = page.text.partition("share of its rows that it finds")[2]
    least, share, rows = re.findall(
        r"positive (?:\S+ [\d.]+ % of \d+ )?(\S+) ([\d.]+) % of (\d+)", table
    )[0]
    answers = [
        json.loads(line)["probabilities"]["positive"]
        for line in grucli("predict", REVIEWS, "-m", linear_model, "--json").lines
    ]
    with REVIEWS.open(encoding="utf-8", newline="") as file:
        labels = [row["label"] for row in csv.DictReader(file)]
    taken = [label for label, p in zip(labels, answers, strict=True) if p >= float(least)]
    assert taken.count("positive") / len(taken) >= 0.95
    assert labels.count("positive") == int(rows)
    assert f"{100 * taken.count('positive') / int(rows):.1f}" == share


def test_two_runs_write_the_same_bytes_wherever_they_are(tmp_path: Path, text_model: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        page_of(tmp_path / name, REVIEWS, text_model)
    one, two = ((tmp_path / name / "page.html").read_bytes() for name in ("one", "two"))
    assert one == two
    assert str(tmp_path).encode() not in one


def test_the_report_on_stdout_stays_as_it_is(tmp_path: Path, text_model: Path) -> None:
    plain = grucli("evaluate", REVIEWS, "-m", text_model)
    with_page = grucli("evaluate", REVIEWS, "-m", text_model, "--html", "p.html", cwd=tmp_path)
    assert with_page.out == plain.out


def test_what_is_in_the_way_is_refused_before_anything_is_read(
    tmp_path: Path, text_model: Path
) -> None:
    (tmp_path / "page.html").write_text("mine")
    words = ("evaluate", REVIEWS, "-m", text_model, "--html")
    assert_one_error(grucli(*words, "page.html", cwd=tmp_path), 5, "page.html", "--force")
    assert (tmp_path / "page.html").read_text() == "mine"
    assert_one_error(grucli(*words, REVIEWS), 2, "--html", "is the data")
    assert_one_error(grucli(*words, text_model, "--force"), 2, "--html", "is the model")
    both = grucli(*words, "x.csv", "--errors", "x.csv", cwd=tmp_path)
    assert_one_error(both, 2, "--html", "--errors")
    assert grucli(*words, "page.html", "--force", cwd=tmp_path).code == 0
    inert(tmp_path / "page.html")


def test_what_is_in_the_data_stays_text(tmp_path: Path, odd_model: Path) -> None:
    with (tmp_path / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("text", "label"))
        for k in range(30):
            table.writerow(
                (
                    f"{EVIL} 不好 \u202e good {k}",
                    ("plain", "好，评", "=cmd(),[red]\n\x1b[31m\u2028")[k % 3],
                )
            )
    page = page_of(tmp_path, "rows.csv", odd_model)
    assert "alert" in page.text
    assert "好，评" in page.text
    assert "\\u2028" in page.text


def test_what_makes_the_scores_worth_less_is_on_the_page(tmp_path: Path, text_model: Path) -> None:
    page = page_of(tmp_path, SAMPLES / "reviews_train.csv", text_model, "--min-prob", "0.9")
    assert "warning reviews_train.csv: looks like the file that the model has learned from" in (
        page.text
    )
    assert "Answered with --min-prob 0.9:" in page.text


def test_one_row_and_answers_that_are_all_right(tmp_path: Path, text_model: Path) -> None:
    (tmp_path / "one.csv").write_text("text,label\nthe best movie ever,positive\n")
    page = page_of(tmp_path, "one.csv", text_model)
    assert "on 1 row;" in page.text


def of_labels(folder: Path) -> tuple[str, tuple[str, ...], list[str]]:
    draw = random.Random(0)
    lines = ["text,labels"]
    for _ in range(240):
        own = [name for name in ("sun", "rain", "wind") if draw.random() < 0.4]
        words = [*own, *draw.choices(["we", "see", "it", "now", "rain"], k=3)]
        lines.append(f"{' '.join(words)},{'|'.join(own)}")
    (folder / "data.csv").write_text("\n".join(lines) + "\n")
    return "data.csv", ("--label-separator", "|"), ["per_class", "swaps", "trust", "thresholds"]


def of_numbers(folder: Path) -> tuple[str, tuple[str, ...], list[str]]:
    draw = random.Random(0)
    lines = ["text,label"]
    for _ in range(240):
        words = draw.choices(["up", "down", "on", "off"], k=draw.randint(2, 9))
        lines.append(
            f"{' '.join(words)},{words.count('up') - words.count('down') + draw.gauss(0, 1):.3f}"
        )
    (folder / "data.csv").write_text("\n".join(lines) + "\n")
    return "data.csv", ("--set", "task=regress"), ["by_target", "numbers"]


def of_tags(folder: Path) -> tuple[str, tuple[str, ...], list[str]]:
    tagged = (SAMPLES / "ingredients_train.conll").read_text().split("\n\n")[:150]
    (folder / "data.conll").write_text("\n\n".join(tagged) + "\n")
    return "data.conll", (), ["per_type", "confusion", "trust", "thresholds"]


def of_series(folder: Path) -> tuple[str, tuple[str, ...], list[str]]:
    return str(SAMPLES / "classic_train.npz"), (), ["per_class", "confusion", "trust", "thresholds"]


def of_windows(folder: Path) -> tuple[str, tuple[str, ...], list[str]]:
    columns = ("--time", "timestamp", "--values", "temp,pressure", "--label", "state")
    return str(LOG), (*columns, "--window", "10"), ["per_class", "confusion", "trust", "thresholds"]


@pytest.mark.parametrize("made", [of_labels, of_numbers, of_tags, of_series, of_windows])
def test_every_task_has_its_pictures(made, tmp_path: Path) -> None:
    data, flags, sections = made(tmp_path)
    ran = grucli("train", data, "-o", "m.npz", *flags, *BRIEF, cwd=tmp_path)
    assert ran.code == 0, ran.err
    scores = json.loads(grucli("evaluate", data, "-m", "m.npz", "--json", cwd=tmp_path).text)
    page = page_of(tmp_path, data, "m.npz")
    assert page.sections[: len(sections)] == sections
    assert page.sections[-1] == "worst"
    if made is of_windows:  # the worst ones are found again by their times
        assert re.search(r"#\d+ \(2026-\S+ \S+ to 2026-\S+ \S+\): true", page.text)
    assert f"on {scores['rows']} rows" in page.text
    if "coverage" in scores and scores["coverage"] is not None:
        assert f"here it holds {100 * scores['coverage']:.1f} %" in page.text


def test_thousands_of_classes_make_a_page_of_bounded_size(tmp_path: Path) -> None:
    lines = ["text,label", *(f"name{k} of it,class{k % 700}" for k in range(2100))]
    (tmp_path / "data.csv").write_text("\n".join(lines) + "\n")
    brief = (*BRIEF, "--set", "training.epochs=1", "--set", "model.wide=false")
    ran = grucli("train", "data.csv", "-o", "m.npz", *brief, cwd=tmp_path)
    assert ran.code == 0, ran.err
    page = page_of(tmp_path, "data.csv", "m.npz")
    assert "640 more are in --json" in page.text
