"""A series in one cell."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.numbers import NumberError
from grucli.data.records import Remembered
from grucli.data.tables.series_cells import holds_series, series_of
from tests.data.reading import piped, problem, problems, read, series
from tests.strategies import unicode_text

THREE = [[0.5], [-1.0], [20.0]]


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "[0.5, -1, 2e1]",
            "[0.5,-1,20]",
            "(0.5, -1.0, 20.0)",
            "[ 0.5 -1.  20. ]",
            " [.5 -1 20]\n",
        ),
        *("0.5 -1 20", "0.5  -1\n 20", "0.5\t-1\t20", "0.5;-1;20", "0.5, -1, 20", "0.5|-1|20"),
        *("array([0.5, -1., 20.])", "np.array([0.5, -1, 20], dtype=float32)", "[0.5; -1; 20]"),
        "[np.float64(0.5), np.float64(-1.0), np.int64(20)]",
        "tensor([0.5, -1.0, 20.0])",
    ],
)
def test_all_that_people_write_around_numbers(cell: str) -> None:
    assert series_of(cell).tolist() == THREE
    assert series_of(cell).dtype == np.float64


@pytest.mark.parametrize(
    "cell",
    [
        *("[[1, 2], [3, 4], [5, 6]]", "[[1 2]\n [3 4]\n [5 6]]", "[(1, 2), (3, 4), (5, 6)]"),
        *("((1,2),(3,4),(5,6))", "array([[1., 2.],\n       [3., 4.],\n       [5., 6.]])"),
    ],
)
def test_lists_in_a_list_are_steps_of_several_channels(cell: str) -> None:
    assert series_of(cell).tolist() == [[1, 2], [3, 4], [5, 6]]


def test_one_number_and_none_and_missing_ones() -> None:
    assert series_of("7").tolist() == series_of("[7]").tolist() == [[7]]
    assert [len(series_of(cell)) for cell in ("[]", "()", "array([])")] == [0, 0, 0]
    for cell in ("[1, nan, None, 4]", "[1, , NaN, 4]", "1;-;;4", "[1 nan nan 4]"):
        assert str(series_of(cell).ravel().tolist()) == "[1.0, nan, nan, 4.0]"


@pytest.mark.parametrize(
    ("cell", "step", "message"),
    [
        ("[0.1 0.2 0.3 ... 0.8 0.9]", 0, "'...' is left of numbers that NumPy left out; write all"),
        ("[0.1, 0.2, ERR]", 2, "'ERR' is no number; write it like -1.5e3"),
        ("[0.1, 12%]", 1, "'12%' is no number; write the number alone"),
        ("0,1;0,2;0,3", 0, "'0,1' is no number; write a decimal point"),
        ("1,5", 0, "'1,5' is no number; write a decimal point"),
        ("1,234,567", 0, "'1,234,567' is no number; write the number alone"),
        ("[[1, 2], [3]]", 1, "1 numbers, the first step has 2; give all as many"),
        ("[[1, 2], 3]", 0, "'3' is no list; write [1, 2] or [[1, 2], [3, 4]]"),
        ("[[[1, 2], [3, 4]]]", 0, "'[, ]' is no list; write [1, 2] or [[1, 2], [3, 4]]"),
        ("[0.1, 0.2", 0, "'[0.1, 0.2' is no list; "),
        ("none of them", 1, "'of' is no number; "),
    ],
)
def test_what_is_no_series_is_refused(cell: str, step: int, message: str) -> None:
    with pytest.raises(NumberError) as caught:
        series_of(cell)
    assert caught.value.step == step
    assert caught.value.problem.startswith(message)


@given(st.one_of(unicode_text, st.text("[](),;| .0123456789e-", max_size=40)))
def test_any_cell_is_a_series_or_refused(cell: str) -> None:
    problem = ""
    try:
        values = series_of(cell)
    except NumberError as error:
        problem = error.problem
    assert problem or values.ndim == 2


@given(st.lists(st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=2), min_size=1))
def test_what_python_and_numpy_write_comes_back(steps: list[list[float]]) -> None:
    with np.printoptions(threshold=10**9, floatmode="unique"):
        written = [str(steps), str(np.array(steps, np.float32)), repr(np.array(steps, np.float32))]
    for cell in written:
        assert series_of(cell).astype(np.float32).tolist() == steps


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["[0.1, 0.2, 0.3]", "[1.5, 2, 3]"], True),
        (["0.1 0.2 0.3", "1.5 2 3", ""], True),
        (["0.1 0.2 0.3", "1.5 2 3", "0.5 0.5 0.5", "0 1.5 2", "1 2 3 4 ERR 2", "broken"], True),
        (["0.1 0.2 0.3 ... 0.8 0.9", "1.5 2 3 ... 8 9"], True),
        (["1 2 3", "4 5 6"], False),  # token ids
        (["0110", "1001"], False),
        (["48.13 11.57", "52.52 13.40"], False),  # a place
        (["0.1", "0.2"], False),
        (["2024-01-05 10:30:00", "2024-01-06 10:30:00"], False),
        (["1.2.3 1.2.4 1.2.5", "1.2.3 2.0.0 2.0.1"], False),
        (["0.5 mg at 8.30 and 9.30", "2.5 mg at 7.15 and 8.00"], False),
        (["C1=CC=CC=C1", "N1CCN(CC1)C"], False),
        ([], False),
        (["", " "], False),
    ],
)
def test_series_are_known_by_decimals(cells: list[str], expected: bool) -> None:
    assert holds_series(cells) is expected


ROWS = [("0.5 1.5 2.5", "a"), ("1 2.25", "b"), ("3.5 4.5 5.5 6.5", "a"), ("7.5 8 9 1.5 2", "b")] * 3
EXPECTED = [([[float(n)] for n in cell.split()], label) for cell, label in ROWS]


def table(write: Any, *more: tuple[str, Any], name: str = "signal") -> str:
    header = ",".join([*(column for column, _ in more), name, "label"])
    rows = [
        ",".join([*(str(cells(k)) for _, cells in more), f'"{write(cell)}"', label])
        for k, (cell, label) in enumerate(ROWS)
    ]
    return "\n".join([header, *rows]) + "\n"


def as_list(cell: str) -> str:
    return "[" + ", ".join(cell.split()) + "]"


@pytest.mark.parametrize("write", [as_list, str, lambda cell: cell.replace(" ", ";")])
@pytest.mark.parametrize("name", ["signal", "sequence", "text", "dim_0"])
def test_a_column_of_series_is_found_and_remembered(write: Any, name: str) -> None:
    data = table(write, name=name)
    source, records = read(data, "t.csv")
    assert series(records) == EXPECTED
    assert source.findings == (
        f"a sequence a row, its numbers in the cells of '{name}', label column 'label' "
        "(pass --values/--label to choose others)",
    )
    known = source.remembered
    assert (known.kind, known.values) == ("series", (name,))
    without = "\n".join(line.rpartition(",")[0] for line in data.splitlines())
    found = series(piped(without, needs_label=False, remembered=known)[1])
    assert [values for values, _ in found] == [values for values, _ in EXPECTED]
    other = data.replace(name, "other", 1)  # as a model of another form finds it
    found = series(read(other, "t.csv", remembered=Remembered(kind="series"))[1])
    assert found == EXPECTED
    assert series(read(data, "t.csv", values=(name,), label="label")[1]) == EXPECTED
    texts, _ = read(data, "t.csv", text=(name,))
    assert texts.kind == "text"


def test_columns_beside_it_are_left_out_and_named() -> None:
    more = [
        ("Unnamed: 0", int),
        ("file", lambda k: f"rec_{k}.wav"),
        ("rate", lambda k: 100 + k % 2),
    ]
    source, records = read(table(as_list, *more), "t.csv")
    assert series(records) == EXPECTED
    assert "left out: 'Unnamed: 0', 'file', 'rate' (" in source.findings[0]


def test_a_text_by_its_name_or_its_words_stands_above_it() -> None:
    for column, words in (("text", "good"), ("heard", "a good sound it was")):
        source, _ = read(table(as_list, (column, lambda k, words=words: f"{words} {k}")), "t.csv")
        assert (source.kind, source.text) == ("text", column)


def test_several_columns_of_series_ask_for_one() -> None:
    data = 'dim_0,dim_1,label\n"[0.5, 1, 2]","[1.5, 1, 2]",a\n"[0.5, 3, 2]","[1.5, 1, 4]",b\n'
    assert problem(data, "t.csv").startswith("t.csv:1: lists of numbers in several columns (col")
    assert problems(data, "t.csv", values=("dim_*",))[0] == (
        "t.csv:2: lists of numbers in several columns; pass --values with one of them"
    )
    source, records = read(data, "t.csv", values=("dim_0",))
    assert series(records)[0] == ([[0.5], [1.0], [2.0]], "a")
    assert len(read(data, "t.csv", remembered=source.remembered)[1]) == 2


def test_a_bad_number_in_a_cell_is_one_bad_record() -> None:
    data = (
        table(as_list).replace("[3.5, 4.5,", "[3.5, ERR,", 1).replace("[1, 2.25]", "[1, nan, 3]", 1)
    )
    assert problems(data, "t.csv") == [
        "t.csv:3: column 'signal', step 2: value is missing; fill it in, or pass --missing mask",
        "t.csv:4: column 'signal', step 2: 'ERR' is no number; write it like -1.5e3",
    ]
    cut = table(lambda cell: as_list(cell).replace(",", " ...", 1))
    assert problems(cut, "t.csv")[0] == (
        "t.csv:2: column 'signal': '...' is left of numbers that NumPy left out; write all of them"
    )


def test_lists_of_whole_numbers_are_symbols_and_it_is_said() -> None:
    data = 'steps,label\n"[5, 12, 7]",a\n"[9, 1]",b\n"[3, 4, 5, 6]",a\n"[8, 8, 8]",b\n'
    data += '"[1, 2, 3]",a\n"[7, 8, 9]",b\n'
    source, _ = read(data, "t.csv")
    assert source.kind == "text"
    assert source.findings[-1] == (
        "lists of numbers are read as symbols (pass --values 'steps' if they measure)"
    )
    assert series(read(data, "t.csv", values=("steps",))[1])[1] == ([[9.0], [1.0]], "b")
    bare = data.replace("[", "").replace("]", "").replace(", ", " ")
    source, _ = read(bare, "t.csv")
    assert (source.kind, len(source.findings)) == ("text", 1)


def test_json_strings_of_numbers_are_no_texts() -> None:
    line = '{{"signal": "{}", "label": "{}"}}\n'
    data = "".join(line.format(cell, label) for cell, label in ROWS)
    assert problem(data, "t.jsonl").startswith("t.jsonl: no column of texts, but of numbers, dates")
