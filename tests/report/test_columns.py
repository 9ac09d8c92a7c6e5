"""The table of columns, for people and as JSON."""

from rich.cells import cell_len

from grucli.data.tables.column_profile import profile
from grucli.report.columns import lines, result

HEADER = ["id", "内容", "team"]
ROWS = [[str(k), f"第{k}号快递一直没有收到，麻烦你们查一下", "甲乙"[k % 2]] for k in range(10)]


def test_columns_that_could_be_something() -> None:
    found = profile(HEADER, ROWS, is_whole=True)
    assert lines("t.csv", found) == [
        "3 columns of 10 rows in t.csv",
        "column  kind      distinct  blank  sample                  could be",
        "id      id              10      0  0                       left out: all differ",
        "内容    text            10      0  第0号快递一直没有收到…  text",
        "team    category         2      0  甲                      label, group",
    ]
    told = result(found)
    assert (told["rows"], told["all_rows"]) == (10, True)
    assert told["columns"][2] == {
        "name": "team",
        "kind": "category",
        "distinct": 2,
        "blank": 0,
        "sample": "甲",
        "could_be": ["label", "group"],
    }


def test_columns_that_are_read() -> None:
    found = profile(HEADER, ROWS[:4], is_whole=False)
    shown = lines("t.csv", found, {"内容": "text"})
    assert shown[0] == "3 columns of the first 4 rows in t.csv"
    assert [line.split("  ")[-1].strip() for line in shown[1:]] == [
        "use",
        "left out: all differ",
        "text",
        "left out (label?)",
    ]
    assert [column["use"] for column in result(found, {"内容": "text"})["columns"]] == [
        None,
        "text",
        None,
    ]


def test_columns_that_count_on_stand_in_a_line_and_no_line_is_wide() -> None:
    names = [*(f"v{k}" for k in range(96)), "x" * 90, "\x1b[31m" + "标" * 50]
    rows = [[*(f"{k}.{i}" for i in range(96)), "y " * 40 + str(k), "z"] for k in range(5)]
    shown = lines("t.csv", profile(names, rows, is_whole=True))
    assert len(shown) == 5
    assert shown[2].startswith("v0 … v95           96 x number")
    assert all(cell_len(line) <= 80 for line in shown)
    assert "\x1b" not in "".join(shown)


def test_many_columns_are_cut() -> None:
    names = [f"{'abcdefghij'[k % 10]}{'uvwxyz'[k // 10 % 6]}{'qr'[k // 60]}" for k in range(100)]
    shown = lines("t.csv", profile(names, [["x"] * 100, ["y"] * 100], is_whole=True))
    assert shown[-1] == "and 40 more"
    assert len(shown) == 63
