"""A step a row, seen where nobody said so."""

import pytest

from grucli.data.tables.long_table_guess import long_options
from grucli.data.tables.sample import TableSample
from grucli.data.unclear import command_line
from grucli.data.unclear import flags as words
from tests.data.reading import problem, read

STEPS = ["s1,1,.5,3,a", "s1,2,1,-2,a", "s2,1,2,0,b", "s2,2,3,0,b", "s2,3,1,1,b", "s3,1,1,1,a"]


@pytest.mark.parametrize(
    ("header", "rows", "flags"),
    [
        ("sid,t,a,b,cls", STEPS, "--id sid --time t --values a,b --label cls"),
        ("sid,t,a b,b,cls", STEPS, "--id sid --time t --values 'a b,b' --label cls"),
        (
            "sid,t,a,b,cls",
            ["s0,1,2,3,a", "s0,2,1,1,a", *STEPS[:5]],
            "--id sid --time t --values a,b --label cls",
        ),
        ("sid,who,a,b,cls", [row.replace(",", ",p", 1) for row in STEPS], ""),
        ("sid,t,a,b,cls", [f"my {row}" for row in STEPS], ""),
        ("sid,t,a,b,cls", STEPS[:1] + STEPS[2:], ""),
        ("sid,t,a,b,cls", STEPS[::2] + STEPS[1::2], ""),
        ("cls,bits", ["a,011", "a,100", "b,110", "b,001"], ""),
        ("who,what,score,cls", ["p,so bad,1,x", "p,it is,2,y", "q,very,1,x", "q,no,0,y"], ""),
    ],
)
def test_a_step_a_row_is_seen_where_nothing_else_fits(
    header: str, rows: list[str], flags: str
) -> None:
    cells = [row.split(",") for row in rows]
    table = TableSample(header.split(","), lambda: cells, "t.csv:1", named=True)
    assert command_line(words(long_options(table, set(), None))) == flags


def test_steps_that_nobody_said_to_be_some_are_no_texts() -> None:
    data = "\n".join(["sid,t,a,b,cls", *STEPS])
    assert problem(data, "t.csv") == (
        "t.csv:1: rows look like steps of sequences; pass --id sid --time t --values a,b "
        "--label cls, or --values COLS if each row is one"
    )
    texts = read(data, "t.csv", text=("sid",), label="cls")[1]
    assert [r.text for r in texts] == [row[:2] for row in STEPS]
    sequences = read(data, "t.csv", id="sid", time="t", values=("a", "b"), label="cls")[1]
    assert [r.label for r in sequences] == ["a", "b", "a"]
