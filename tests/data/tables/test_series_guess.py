"""Which columns are steps: a run of names, and not what tells rows apart.

Covers: data/request, data/tables/sample, data/tables/series_columns.
"""

import random
from typing import Any

import pytest

from grucli.data.records import Remembered
from tests.data.reading import piped, problem, problems, read, series

ROWS = 12
KNOWN = Remembered(kind="series")


def table(*columns: tuple[str, Any], steps: int = 4, stem: str = "v") -> str:
    """Return a table with these columns before the steps, each a name and cells by the row."""
    draw = random.Random(1)
    names = [name for name, _ in columns]
    lines = [",".join([*names, *(f"{stem}{k}" for k in range(steps)), "label"])]
    for row in range(ROWS):
        numbers = [f"{draw.gauss(0, 1):.2f}" for _ in range(steps)]
        before = [str(cells(row)) for _, cells in columns]
        lines.append(",".join([*before, *numbers, "ab"[row * 2 // ROWS]]))
    return "\n".join(lines) + "\n"


PLAIN = table()
VALUES = ("v0", "v1", "v2", "v3")


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("", int),
        ("Unnamed: 0", int),
        ("Unnamed: 0", lambda row: (row * 7) % ROWS),  # rows that were shuffled
        *((name, int) for name in ("index", "row", "#", "nr", "lfd. Nr.", "序号", "count")),
        ("row", lambda row: row + 1),
        *((name, lambda row: 100 + row // 4) for name in ("subject", "patient_id", "userId")),
        *((name, lambda row: 30 + (row * 5) % 7) for name in ("age", "weight_kg", "fold")),
        ("timestamp", lambda row: 1_700_000_000 - 60 * row),
        *((name, lambda row: f"p{row:03}") for name in ("id", "patient", "file")),
        ("sex", lambda row: "mf"[row % 2]),
        ("recorded", lambda row: f"2024-03-{28 - row:02}"),
        ("recorded", lambda row: f"{28 - row:02}.03.2024 14:30"),
    ],
)
def test_what_stands_beside_a_run_of_steps_is_none_and_is_named(name: str, cells: Any) -> None:
    data = table((name, cells))
    source, records = read(data, "t.csv")
    assert source.values == VALUES
    assert series(records) == series(read(PLAIN, "t.csv")[1])
    said = f"'{name}'" if name else "column 1"
    assert f"label column 'label', left out: {said} (pass --values/--label" in source.findings[0]
    other, found = read(data, "t.csv", needs_label=False, remembered=KNOWN)
    assert [values for values, _ in series(found)] == [values for values, _ in series(records)]
    assert other.findings == source.findings
    without = "\n".join(line.partition(",")[2] for line in data.splitlines())
    remembered = source.remembered
    assert series(read(without, "t.csv", remembered=remembered)[1]) == series(records)
    assert series(piped(data, remembered=remembered)[1]) == series(records)


def test_several_columns_are_left_out_and_counted() -> None:
    beside = [(f"{name} score", lambda row: row % 5 + 0.5) for name in "abcdef"]
    source, _ = read(table(("", int), *beside, steps=9), "t.csv")
    assert len(source.values) == 9
    assert "left out: column 1, 'a score', 'b score', 'c score' and 3 more (" in source.findings[0]


def test_what_is_given_is_taken_whatever_it_is_called() -> None:
    data = table(("index", int), ("age", lambda row: 30 + row % 3))
    source, records = read(data, "t.csv", values=("age", "v*"), label="label")
    assert source.values == ("age", *VALUES)
    assert source.findings == ()
    assert len(records) == ROWS


@pytest.mark.parametrize("stem", ["", "t", "step_", "x.", "Ch 0"])
def test_any_stem_makes_a_run(stem: str) -> None:
    source, _ = read(table(("Unnamed: 0", int), stem=stem), "t.csv")
    assert source.values == tuple(f"{stem}{k}" for k in range(4))


def test_a_run_out_of_order_is_counted() -> None:
    data = "v1,v10,v2,v3,label\n1,10,2,3,a\n4,40,5,6,b\n"
    source, records = read(data, "t.csv")
    assert source.values == ("v1", "v2", "v3", "v10")
    assert series(records)[0] == ([[1.0], [2.0], [3.0], [10.0]], "a")
    source, _ = read(data, "t.csv", values=("v*",))
    assert source.values == ("v1", "v10", "v2", "v3")
    source, _ = read("v3,v2,v1,label\n1,2,3,a\n4,5,6,b\n", "t.csv")
    assert source.values == ("v3", "v2", "v1")  # downwards is an order, too


@pytest.mark.parametrize(
    "names", ["jan,feb,mar,apr", "400.1,402.3,404.7,406.2", "alpha,beta,pc1,gamma"]
)
def test_without_a_run_all_numbers_are_steps_but_what_tells_rows_apart(names: str) -> None:
    draw = random.Random(2)
    header = f"Unnamed: 0,nr,{names},label"
    rows = [
        ",".join([f"{(7 * row) % ROWS}", str(row), *(f"{draw.random():.2f}" for _ in range(4))])
        for row in range(ROWS)
    ]
    data = "\n".join([header, *(f"{row},{'ab'[k % 2]}" for k, row in enumerate(rows))])
    source, _ = read(data, "t.csv")
    assert source.values == tuple(names.split(","))
    assert "left out: 'Unnamed: 0', 'nr' (" in source.findings[0]


def test_a_row_number_without_a_name_for_it_in_a_table_without_names() -> None:
    data = "\n".join(table(("", int)).splitlines()[1:])
    source, records = read(data, "t.csv", header=False)
    assert source.values == ("2", "3", "4", "5")
    assert series(records) == series(read(PLAIN, "t.csv")[1])


def test_two_runs_ask_for_one() -> None:
    data = "x0,x1,x2,y0,y1,y2,label\n1,2,3,4,5,6,a\n7,8,9,1,2,3,b\n"
    assert problem(data, "t.csv") == (
        "t.csv:1: two runs of columns, x0 … x2 and y0 … y2; pass --values 'x*' for one, "
        "--values 'x*,y*' for both as one sequence"
    )
    assert read(data, "t.csv", values=("y*",))[0].values == ("y0", "y1", "y2")


def test_labels_beside_a_run_that_are_not_clear() -> None:
    data = table(("site", lambda row: "mf"[row % 2])).replace("label", "state")
    assert problem(data, "t.csv").startswith("t.csv:1: no clear label column (columns: site,v0")
    source, _ = read(data, "t.csv", label="state")
    assert source.values == VALUES
    data = table(("patient", lambda row: f"p{row}")).replace("label", "state")
    assert read(data, "t.csv")[0].label == "state"


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("text", lambda row: f"w{row}"),
        ("name", lambda row: f"Ann{row}"),
        ("comment_en", lambda row: f"number {row} was good"),
    ],
)
def test_a_text_beside_a_run_stays_a_text(name: str, cells: Any) -> None:
    source, _ = read(table((name, cells)), "t.csv")
    assert (source.kind, source.text) == ("text", name)
    said = "4 columns of numbers (v0 … v3) are not read (pass --values 'v*' to read them instead"
    assert source.findings[-1] == f"{said} of the text)"
    assert read(table((name, cells)), "t.csv", values=("v*",))[0].values == VALUES


def test_an_id_that_comes_again_beside_steps_is_no_sequence_where_labels_differ() -> None:
    data = table(("id", lambda row: row % 2))
    source, records = read(data, "t.csv")
    assert (source.id, source.values) == (None, VALUES)
    assert len(records) == ROWS


LONG = "id,time,x,label\n" + "".join(
    f"s{k},{step},{(step * k) % 5 + 0.5},{'ab'[k % 2]}\n" for k in range(6) for step in range(5)
)


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "index", "nr"])
def test_a_row_number_is_no_channel(name: str) -> None:
    header, *rows = LONG.splitlines()
    data = "\n".join([f"{name},{header}", *(f"{k},{row}" for k, row in enumerate(rows))])
    source, records = read(data, "t.csv")
    assert source.values == ("x",)
    assert series(records) == series(read(LONG, "t.csv")[1])
    assert f"left out: {repr(name) if name else 'column 1'} (pass" in source.findings[0]
    assert read(data, "t.csv", id="id")[0].values == ("x",)


def _steps(name: str, *, shuffled: bool, gap: float = 1.0) -> str:
    """Return a long table of 12 sequences of 6 steps, with a time of this name."""
    rows = [
        f"s{k},{step * gap:g},{(k * 7 + step * 5) % 11},{'ab'[k % 2]}"
        for k in range(12)
        for step in range(6)
    ]
    if shuffled:
        random.Random(3).shuffle(rows)
    return "\n".join([f"id,{name},x,label", *rows]) + "\n"


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize(
    ("name", "gap"),
    [("t", 1.0), ("frame", 1.0), ("Time (s)", 0.02), ("time_ms", 20), ("Zeit [s]", 0.1)],
)
def test_a_time_by_any_name_orders_the_steps_and_is_no_channel(
    name: str, gap: float, shuffled: bool
) -> None:
    data = _steps(name, shuffled=shuffled, gap=gap)
    source, records = read(data, "t.csv")
    assert (source.values, source.time) == (("x",), name)
    wanted = [[float((5 * step) % 11)] for step in range(6)]
    assert next(r.values.tolist() for r in records if r.cells[0] == "s0") == wanted  # type: ignore[union-attr]
    assert read(data, "t.csv", id="id")[0].time == name


@pytest.mark.parametrize(("name", "cells"), [("t", lambda k: 20 + k % 3), ("z", int)])
def test_numbers_that_order_nothing_or_are_not_called_a_time_are_a_channel(
    name: str, cells: Any
) -> None:
    rows = [
        f"s{k},{cells(step * 2)},{step % 3},{'ab'[k % 2]}" for k in range(9) for step in range(6)
    ]
    source, _ = read("\n".join([f"id,{name},x,label", *rows]) + "\n", "t.csv")
    assert (source.values, source.time) == ((name, "x"), None)


def test_a_time_alone_is_what_was_measured() -> None:
    rows = [f"s{k},{step},{'ab'[k % 2]}" for k in range(9) for step in range(6)]
    source, _ = read("\n".join(["id,t,label", *rows]) + "\n", "t.csv")
    assert (source.values, source.time) == (("t",), None)


def test_dates_order_a_long_table() -> None:
    data = "id,taken,x,y,label\n" + "".join(
        f"s{k},2024-01-0{5 - step}T00:00,{step},1,{'ab'[k % 2]}\n"
        for k in range(4)
        for step in range(3)
    )
    source, records = read(data, "t.csv")
    assert source.time == "taken"
    assert series(records)[0] == ([[2.0, 1.0], [1.0, 1.0], [0.0, 1.0]], "a")


BAD = [
    ("ERR", "'ERR' is no number; write it like -1.5e3"),
    ("-", "value is missing; fill it in, or pass --missing mask"),
    ("#N/A", "value is missing; fill it in, or pass --missing mask"),
    ("12%", "'12%' is no number; write the number alone"),
    ("12 mV", "'12 mV' is no number; write the number alone"),
    ("0;5", "'0;5' is no number; write it like -1.5e3"),
]


@pytest.mark.parametrize(("cell", "message"), BAD)
def test_a_bad_cell_does_not_make_a_text_of_numbers(cell: str, message: str) -> None:
    lines = PLAIN.splitlines()
    cells = lines[8].split(",")
    lines[8] = ",".join([cells[0], cell, *cells[2:]])
    data = "\n".join(lines)
    assert problem(data, "t.csv") == f"t.csv:9: column 'v1': {message}"
    assert problem(data, "t.csv", needs_label=False, remembered=KNOWN).startswith("t.csv:9: ")
    assert problem("\n".join(lines[1:]), "t.csv", header=False) == f"t.csv:8: column '2': {message}"
    two = data.replace(cells[3], "n.n.")
    assert problem(two, "t.csv").startswith("t.csv:9: column 'v")
    unlike = data.replace("v0,v1,v2,v3", "a,b,c,d")
    assert problem(unlike, "t.csv") == f"t.csv:9: column 'b': {message}"
    long = LONG.replace("s2,1,2.5", f"s2,1,{cell}")
    assert problem(long, "t.csv") == f"t.csv:13: column 'x': {message}"


@pytest.mark.parametrize("mark", ["-", "#N/A", "None", ".", "*", "\\N"])
def test_marks_of_a_missing_value_can_be_masked(mark: str) -> None:
    data = f"v0,v1,v2,label\n1,{mark},3,a\n4,5,6,b\n"
    _, records = read(data, "t.csv", missing="mask")
    assert str([r.values.ravel().tolist() for r in records]) == "[[1.0, nan, 3.0], [4.0, 5.0, 6.0]]"


@pytest.mark.parametrize("share", [2, 3, 4])
def test_a_column_of_a_run_that_is_mostly_spoilt_is_a_step(share: int) -> None:
    header, *rows = PLAIN.splitlines()
    lines = [
        ",".join(["ERR" if i == 1 and k % share else c for i, c in enumerate(row.split(","))])
        for k, row in enumerate(rows)
    ]
    found = problems("\n".join([header, *lines]), "t.csv")
    assert found[0] == "t.csv:3: column 'v1': 'ERR' is no number; write it like -1.5e3"
    unlike = "\n".join(["a,b,label", *(",".join([*line.split(",")[1:3], "x"]) for line in lines)])
    if share == 2:
        unlike = unlike.replace("ERR", "1.5", 1)  # more numbers than not
        assert "no column of texts, but of numbers, dates or ids (" in problem(unlike, "t.csv")


def test_bad_cells_beyond_the_first_rows_and_in_many_columns() -> None:
    rows = ["1,2,3,a", "4,5,6,b"] * 300
    rows[550:553] = ["x,2,3,a", "1,x,3,b", "1,2,x,a"]
    found = problems("\n".join(["v0,v1,v2,label", *rows]), "t.csv")
    assert [line[:22] for line in found] == [f"t.csv:{552 + k}: column 'v{k}'" for k in range(3)]


@pytest.mark.parametrize(
    "data",
    [
        "reading,state\n1.5,a\n2.5,b\n3.5,a\n4.5,b\n",
        "reading,state\n1.5,a\n2.5,b\nERR,a\n4.5,b\n-,a\n12%,b\n7.5,a\n",
        "when,state\n2024-01-05,a\n2024-01-06,b\n2024-01-07,a\n2024-01-08,b\n",
        "when,label\n5 Jan 2024 10:30,a\n6 Jan 2024 10:30,b\n7 Jan 2024 10:30,a\n",
        "p,q,state\n1.5,2,on\n2.5,3,off\n7.5,2,on\n8,4,off\n",
    ],
)
def test_numbers_and_dates_are_no_texts_unless_it_is_said(data: str) -> None:
    first = data.partition(",")[0]
    (message,) = problems(data, "t.csv")
    assert message.startswith("t.csv:1: no column of texts, but of numbers, dates or ids (")
    assert "; pass --values COLS (and --id COL if a row is a step), or --text COL" in message
    label = "label" if "label" in data else "state"
    source, _ = read(data, "t.csv", text=(first,), label=label)
    assert source.text == first


@pytest.mark.parametrize(
    "data",
    [
        "bits,kind\n0110,a\n1001,b\n1100,a\n0011,b\n",
        "digits,kind\n1234512345123,a\n5432154321543,b\n3333344444555,a\n1212121212121,b\n",
        "events,kind\n3 17 4,a\n4 4 9 12,b\n8 1,a\n5 5 5,b\n",
        "codes,kind\n101 205 317,a\n417 220 101,b\n101 317 205,a\n205 205 417,b\n",
        "text,kind\n12,a\n17,b\n8,a\n9,b\n",
        "dna,kind\nGATTACA,a\nCAT,b\nTAGA,a\nGATA,b\n",
        "q1,q2,q3,kind\nall was well,5,so so,a\nnot at all,well,3,b\nfine it was indeed,3,no,a\n",
        "version,kind\n1.2.3,a\n1.2.4,b\n2.0.1,a\n2.0.2,b\n",
    ],
)
def test_symbols_of_digits_stay_texts(data: str) -> None:
    source, _ = read(data, "t.csv")
    assert (source.kind, source.label) == ("text", "kind")


def log(header: str, *columns: Any, rows: int = 60) -> str:
    """Return a log: a column of moments, two of numbers, one of states, and what else is given."""
    draw = random.Random(4)
    lines = [header]
    for k in range(rows):
        cells = [column(k) for column in columns]
        numbers = [f"{draw.gauss(0, 1):.3f}" for _ in range(2)]
        lines.append(",".join([*cells, *numbers, "ok" if k // 10 % 2 else "fault"]))
    return "\n".join(lines) + "\n"


def machine(k: int) -> str:
    return f"m{k % 3}"


MOMENTS = [
    lambda k: f"2024-01-01 {k // 60:02}:{k % 60:02}:00",
    lambda k: f"2024-01-01T00:{k % 60:02}:30.5Z",
    lambda k: f"{1 + k // 30:02}.02.2024 {k % 30 // 2:02}:{k % 2 * 30:02}",
    lambda k: f"02/{13 + k // 30}/2024 {1 + k % 30 // 3}:{k % 3}0 AM",
    lambda k: f"{1 + k // 30} Feb 2024 {k % 30 // 2:02}:00",
    lambda k: f"{k // 6:02}:{k % 6}0",
    lambda k: f"{1_700_000_000 + 60 * k}",
    lambda k: f"{k / 50:.2f}",
]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", ["timestamp", "Zeitpunkt"])
def test_a_log_without_an_id_is_refused_with_the_flags(moment: Any, name: str) -> None:
    refused = (
        "t.csv:1: rows look like steps of a log, to be cut into windows; pass --window 6 {}--time "
        "{} --values temp,vib --label {}, or --values COLS if each row is one"
    )
    data = log(f"{name},temp,vib,state", moment)
    assert problem(data, "t.csv") == refused.format("", name, "state")
    data = log(f"{name},machine,temp,vib,state", moment, machine)
    assert problem(data, "t.csv") == refused.format("--id machine ", name, "state")
    data = log(f"{name},who,temp,vib,what", moment, machine)
    assert problem(data, "t.csv") in (
        refused.format("", name, "COL"),
        refused.format("--id who ", name, "what"),  # times come again
    )
    data = log(f"machine,{name},temp,vib,label", machine, moment)
    assert problem(data, "t.csv") == refused.format("--id machine ", name, "label")
    data = log(f"{name},s1,s2,s3,s4,label", moment, lambda k: str(k % 7), lambda k: str(k % 5))
    assert problem(data, "t.csv") == refused.format("", name, "label").replace(
        "temp,vib", "s1,s2,s3,s4"
    )
    source, records = read(data, "t.csv", values=("s*",))
    assert (len(records), source.values) == (60, ("s1", "s2", "s3", "s4"))


def test_a_log_of_several_ids_with_names_of_its_own_is_told_them() -> None:
    for unit in (lambda k: f"m{k // 12}", lambda k: str(100 + k // 12)):
        for moment in (lambda k: str(k % 12), MOMENTS[0]):
            data = log("unit,cycle,temp,vib,state", unit, moment)
            data = data.replace("ok", "x").replace("fault", "x")  # a state for a unit
            data = "\n".join(
                line[:-1] + "ab"[k // 12 % 2] if k >= 0 else line
                for k, line in enumerate(data.splitlines(), -1)
            )
            assert problem(data, "t.csv") == (
                "t.csv:1: rows look like steps of sequences; pass --id unit --time cycle "
                "--values temp,vib --label state, or --values COLS if each row is one"
            )
    data = data.replace("temp,vib", "id").replace("id", "temp,vib")
    assert len(read(data, "t.csv", id="unit", time="cycle", label="state")[1]) == 5


def test_texts_with_dates_and_numbers_beside_them_are_texts() -> None:
    for name, text in (("headline", "w{}"), ("written", "these are the words of {}")):
        header = f"date,{name},likes,shares,label"
        source, _ = read(log(header, MOMENTS[0], lambda k, t=text: t.format(k)), "t.csv")
        assert (source.kind, source.text) == ("text", name)


def test_numbers_of_a_group_are_no_step() -> None:
    draw = random.Random(5)
    rows = [
        ",".join([str(100 + k // 5), *(f"{draw.random():.2f}" for _ in range(3)), "ab"[k // 20]])
        for k in range(40)
    ]
    source, _ = read("\n".join(["who,width,height,depth,label", *rows]), "t.csv")
    assert source.values == ("width", "height", "depth")
    assert "left out: 'who' (" in source.findings[0]
    source, _ = read("\n".join(["id,who,acc1,acc2,acc3,gyr1,gyr2,gyr3,label"] + [
        f"s{k // 5},0,1,2,{k % 5},4,5,{k % 3},{'ab'[k // 20]}" for k in range(40)
    ]), "t.csv")  # fmt: skip
    assert len(source.values) == 7  # channels of a long table are no runs of steps


def test_a_table_without_names_may_have_its_label_last() -> None:
    data = "\n".join(PLAIN.splitlines()[1:])
    source, records = read(data, "t.csv", header=False)
    known = source.remembered
    assert (known.values, known.label) == (("1", "2", "3", "4"), "5")
    assert series(read(data, "t.csv", remembered=known)[1]) == series(records)
    found = series(read(data, "t.csv", needs_label=False, remembered=known)[1])
    assert [values for values, _ in found] == [values for values, _ in series(records)]


@pytest.mark.parametrize("form", ["v[{}]", "{}h", "x({})", "{}.25", "t_{}s"])
def test_names_count_with_more_behind_the_number(form: str) -> None:
    names = [form.format(k) for k in range(4)]
    data = table(("age", lambda row: 30 + row % 5)).replace("v0,v1,v2,v3", ",".join(names))
    source, _ = read(data, "t.csv")
    assert source.values == tuple(names)
    assert "left out: 'age' (" in source.findings[0]


@pytest.mark.parametrize("cells", [lambda row: f"S{row}", lambda row: f"2024-03-{28 - row}"])
def test_codes_and_dates_beside_numbers_without_a_run_are_no_texts(cells: Any) -> None:
    data = table(("station", cells)).replace("v0,v1,v2,v3", "jan,feb,mar,apr")
    source, _ = read(data, "t.csv")
    assert source.values == ("jan", "feb", "mar", "apr")
    assert "left out: 'station' (" in source.findings[0]


@pytest.mark.parametrize("name", ["machine", "subject", "sequence"])
def test_ids_that_come_again_beside_measured_numbers_are_no_text(name: str) -> None:
    rows = [f"m{k % 7},{k * 37 % 11},{k * 7 % 13}.5,{'ab'[k % 2]}" for k in range(60)]
    data = "\n".join([f"{name},n,acc,label", *rows])
    assert problem(data, "t.csv") == (
        f"t.csv:1: no column of texts, but of numbers, dates or ids ({name},n,acc); "
        "pass --values COLS (and --id COL if a row is a step), or --text COL"
    )
    assert read(data, "t.csv", text=(name,))[0].text == name


@pytest.mark.parametrize(
    "cell", [lambda k: f"v{k}.2", lambda k: f"{k % 4:04b}", lambda k: "ACGT"[k % 4] * 9]
)
def test_codes_of_one_row_each_and_symbols_beside_numbers_stay_texts(cell: Any) -> None:
    rows = [f"{cell(k)},{k * 7 % 13}.5,{'ab'[k % 2]}" for k in range(60)]
    assert read("\n".join(["dna,acc,label", *rows]), "t.csv")[0].text == "dna"


@pytest.mark.parametrize("names", ["0,1,2,kind", "400.1,402.3,404.5,kind", "0,1,2,3"])
def test_a_header_of_numbers_is_asked_about_with_a_mend_that_works(names: str) -> None:
    data = "\n".join([names, *(f"{k}.5,{k * 7 % 5}.25,-{k},{'ab'[k % 2]}" for k in range(20))])
    *values, label = names.split(",")
    message = problem(data, "t.csv")
    assert message.endswith("; pass --no-header, or --label COL if it is a header")
    source, records = read(data, "t.csv", label=label)
    assert (source.values, len(records)) == (tuple(values), 20)


@pytest.mark.parametrize("bad", ["", "n/a"])
def test_a_bad_time_does_not_hide_a_log_and_its_mend_reads_rows(bad: str) -> None:
    times = [bad if k == 7 else f"2024-03-01 10:{k:02}" for k in range(30)]
    rows = [f"{t},{k * 7 % 11}.5,{k % 7}.25,{'ab'[k // 15]}" for k, t in enumerate(times)]
    data = "\n".join(["taken,p,q,state", *rows])
    assert problem(data, "t.csv").startswith(
        "t.csv:1: rows look like steps of a log, to be cut into windows; pass --window 3 "
    )
    source, records = read(data, "t.csv", values=("p", "q"))
    assert (source.label, records[8].span) == ("state", ("2024-03-01 10:08",) * 2)


STACKED = [
    f"{case},{channel},{time},{case + 0.5 * time},{'ab'[case % 2]}"
    for case in range(3)
    for channel in ("1", "2")
    for time in range(4)
]


@pytest.mark.parametrize(
    "order", [sorted, lambda rows: sorted(rows, key=lambda r: r.split(",")[2])]
)
@pytest.mark.parametrize("name", ["dim_id", "kind", "channel"])
def test_channels_below_each_other_are_refused(name: str, order: Any) -> None:
    data = "\n".join([f"id,{name},step,value,label", *order(STACKED)]) + "\n"
    assert problem(data, "t.csv").startswith(f"t.csv:1: each '{name}' has rows of its own (columns")


@pytest.mark.parametrize(
    ("name", "cells"),
    [("signal", "0.1 0.2 0.3 0.4"), ("channel", "7 7 7 7"), ("kind", "buy look look look")],
)
def test_a_measure_that_is_called_a_channel_is_none(name: str, cells: str) -> None:
    rows = [
        f"{case},{step},{cell},{step}.5,{'ab'[case % 2]}"
        for case in range(3)
        for step, cell in enumerate(cells.split())
    ]
    source, records = read("\n".join([f"id,step,{name},value,label", *rows]) + "\n", "t.csv")
    assert "value" in source.values
    assert len(records) == 3
