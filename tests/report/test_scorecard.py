"""The text of `evaluate` and the tables it is made of, as a terminal would show them."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from grucli.errors import show
from grucli.report.cell_text import json_text
from grucli.report.scorecard import text
from grucli.report.scores import json_pieces
from grucli.tasks.classify.scorecard import scorecard
from grucli.tasks.confusion import Confusion
from grucli.tasks.scorecard import Scorecard
from tests.tasks.helpers import logits_of


def scored(confusion: list[list[int]], labels: tuple[str, ...], **unseen: int) -> Scorecard:
    """Return the scorecard of a sure model (p = 0.9) with this confusion matrix."""
    truth, answers = [], []
    for row, counts in enumerate(confusion):
        for column, count in enumerate(counts):
            truth += [row] * count
            answers += [column] * count
    truth += [-1] * sum(unseen.values())
    answers += [0] * sum(unseen.values())
    p = np.full((len(truth), len(labels)), 0.1 / (len(labels) - 1))
    p[np.arange(len(truth)), answers] = 0.9
    return scorecard(labels, (), logits_of(p), np.array(truth), unseen)


def with_confusion(card: Scorecard, counts: Confusion) -> Scorecard:
    per_class, confusion, unseen = card.tables
    tables = (per_class, dataclasses.replace(confusion, counts=counts), unseen)
    return dataclasses.replace(card, tables=tables)


def diagonal(num_classes: int, hits: int = 3) -> list[list[int]]:
    return (np.eye(num_classes, dtype=int) * hits).tolist()


# --- the report ---------------------------------------------------------------------------------


def test_the_whole_report_of_two_chinese_classes():
    assert text(scored([[8, 2], [1, 9]], ("负面", "正面"), 中性=1)) == (
        """\
rows                  21
accuracy           0.810  95 % interval 0.600 to 0.923
majority baseline  0.476  always answering '负面'
macro F1           0.552  each class counts the same
weighted F1        0.789  each row counts the same
log-loss           2.131  nat; 0.693 if all classes were equally likely
calibration error  0.090  mean gap between probability and accuracy
ROC AUC            0.859  of '正面'
PR AUC             0.784  of '正面'

class  precision  recall     F1             rows  predicted
负面       0.800   0.800  0.800  ████████     10         10
正面       0.818   0.900  0.857  ████████▋    10         11

confusion (a row for each true class, a column for each answer)
      负面  正面
负面     8     2
正面     1     9

unseen in training, counted as wrong: 1 of 21 rows
中性  1
"""
    )


@pytest.mark.parametrize(
    ("confusion", "sentence"),
    [
        ([[9, 1], [9, 1]], "! on these rows, not better than always answering 'no'"),
        ([[5, 95], [0, 0]], "! worse than always answering 'no'"),
        ([[40, 1], [1, 40]], None),
    ],
)
def test_a_sentence_says_when_the_majority_does_as_well(confusion, sentence):
    warnings = [
        line for line in text(scored(confusion, ("no", "yes"))).splitlines() if line[0:1] == "!"
    ]

    assert warnings == ([sentence] if sentence else [])


def test_a_dash_stands_for_what_is_undefined():
    lines = text(scored([[2, 0, 0], [1, 0, 0], [0, 0, 0]], ("a", "b", "c"))).splitlines()

    assert _cells(lines, "b")[:4] == ["b", "–", "0.000", "0.000"]
    assert _cells(lines, "c") == ["c", "–", "–", "–", "0", "0"]


def test_columns_are_numbered_where_labels_have_no_room():
    labels = tuple(f"a rather long label {k}" for k in range(10))

    lines = text(scored(diagonal(10), labels)).splitlines()

    heading = lines.index("confusion (a row for each true class, a column for each answer)") + 1
    assert lines[heading].split() == [str(k) for k in range(1, 11)]
    assert lines[heading + 1].startswith(" 1 a rather long label 0")
    assert lines[heading + 10].startswith("10 a rather long label 9")
    assert lines[heading + 10].split()[-10:] == ["·"] * 9 + ["3"]


def test_many_classes_list_the_most_confused_pairs_worst_first():
    confusion = diagonal(34, hits=10)
    confusion[3][7], confusion[20][2], confusion[5][6] = 2, 6, 2
    labels = tuple(f"l{k}" for k in range(34))

    lines = text(scored(confusion, labels)).splitlines()

    start = lines.index("most confused")
    assert [line.split() for line in lines[start + 2 :]] == [
        ["l20", "l2", "6", "37.5", "%"],
        ["l3", "l7", "2", "16.7", "%"],
        ["l5", "l6", "2", "16.7", "%"],
    ]


def test_long_lists_are_cut_and_say_so():
    confusion = (np.eye(13, dtype=int) * 9 + 1).tolist()
    unseen = {f"u{k:02}": k + 1 for k in range(12)}

    report = text(scored(confusion, tuple(f"l{k}" for k in range(13)), **unseen))

    assert "and 146 more\n" in report
    assert "unseen in training, counted as wrong: 78 of 364 rows" in report
    assert "u11  12" in report
    assert "and 2 more\n" in report
    assert "u01" not in report


def test_unseen_labels_stand_beside_what_is_near_to_them():
    lines = text(scored(diagonal(2), ("0", "1"), **{"0.0": 3, "x": 2})).splitlines()

    start = lines.index("unseen in training, counted as wrong: 5 of 11 rows")
    assert lines[start + 1 :] == ["0.0  3  did you mean '0'?", "x    2"]


def test_a_matrix_too_wide_for_the_screen_gives_way_to_pairs():
    full = np.full((12, 12), 10**7) + np.eye(12, dtype=int) * 10**7
    cells = np.arange(12 * 12)
    confusion = Confusion(num_classes=12, cells=cells, counts=full.ravel())
    card = with_confusion(scored(diagonal(12), tuple("abcdefghijkl")), confusion)

    lines = text(card).splitlines()

    assert "most confused" in lines
    assert max(map(cell_len, lines)) <= 80


def test_nothing_confused_among_many_classes_lists_nothing():
    assert "most confused" not in text(scored(diagonal(13), tuple("abcdefghijklm")))


def test_labels_are_data_never_markup_nor_control():
    labels = ("[red]x[/red]", "\x1b[31mred", "two\nlines", "\u202eabc", "")

    report = text(scored(diagonal(5), labels))

    for label in labels:
        assert show(label) in report
    assert not set("\x1b\u202e") & set(report)
    assert len(report.splitlines()) == len(text(scored(diagonal(5), tuple("abcde"))).splitlines())


def test_one_row_has_a_report():
    assert "! on these rows, not better" in text(scored([[1, 0], [0, 0]], ("a", "b")))


LABELS = st.lists(
    st.text(max_size=50) | st.text("中文字abc", max_size=50), min_size=2, max_size=20, unique=True
)


@given(LABELS, st.integers(1, 10**5))
def test_the_report_fits_80_columns(labels, hits):
    card = scored(diagonal(len(labels), 2), tuple(labels), **{"unseen " * 20: 2})
    confusion = card.tables[1].counts
    more = dataclasses.replace(confusion, counts=confusion.counts * hits)

    report = text(with_confusion(card, more))

    assert max(map(cell_len, report.split("\n"))) <= 80
    assert show(report.replace("\n", "")) == report.replace("\n", "")


# --- JSON ---------------------------------------------------------------------------------------


@given(LABELS)
def test_json_is_strict_on_one_line_and_comes_back_as_it_was(labels):
    card = scored(diagonal(len(labels), 2), tuple(labels), **{"unseen\u2028": 2})

    line = "".join(json_pieces(card.to_json()))

    assert len(line.splitlines()) == 1
    expected = card.to_json()
    expected["confusion"]["matrix"] = diagonal(len(labels), 2)
    assert json.loads(line, parse_constant=pytest.fail) == expected
    assert line == json_text(expected) + "\n"


# --- tables -------------------------------------------------------------------------------------


def _cells(lines: list[str], label: str) -> list[str]:
    return next(line.split() for line in lines if line.startswith(f"{label} "))
