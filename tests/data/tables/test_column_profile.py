"""What columns hold, and what they could be, against tables of known columns."""

import pytest

from grucli.data.tables.column_profile import profile

N = range(24)
COLUMNS = {
    "number of the row": (map(str, N), "id", 24, ("left out", "all differ")),
    "every third": ([str(70000 + 3 * k) for k in N], "id", 24, ("left out", "all differ")),
    "user_id": ([str(7 * k % 5) for k in N], "id", 5, ("id", "group")),
    "code": ([f"p{k // 4:03}" for k in N], "id", 6, ("id", "group")),
    "created": ([f"2024-05-{1 + k:02}T08:00:00Z" for k in N], "date", 24, ("time",)),
    "forms": ([f"2024/05/{1 + k} 9:{k:02}:00 AM GMT+2" for k in N], "date", 24, ("time",)),
    "team": (["a b", "c", "d"] * 8, "category", 3, ("label", "group")),
    "subject": (["no money", "no parcel"] * 12, "category", 2, ("text", "label")),
    "said": ([f"this is what they said, {k}" for k in N], "text", 24, ("text",)),
    "like": (
        [f"the {w} at the {p}" for w in ("staff", "view", "food") for p in "abc"] * 2 + [""] * 6,
        *("text", 9, ("text",)),
    ),
    "评价": (
        [f"这家店的{w}真的很不错{p}" for w in "菜茶酒" for p in "呀呢吧"] * 2 + [" "] * 6,
        *("text", 9, ("text",)),
    ),
    "notes": (
        ["called twice about the price", "has nothing special to say"] * 12,
        *("text", 2, ("text", "label")),
    ),
    "agree": (
        ["Strongly agree", "Agree", "Neither agree nor disagree"] * 8,
        *("category", 3, ("label", "group")),
    ),
    "same": (["EUR"] * 24, "constant", 1, ("left out", "one value")),
    "empty": ([" "] * 24, "blank", 0, ("left out", "blank")),
    "temp": ([f"{k % 7}.5" for k in N], "number", 7, ("values", "target")),
    "gap": (["1.5", "NaN", "", "-2"] * 6, "number", 2, ("values", "target")),
    "stars": (
        [str(1 + k % 5) for k in N],
        *("number", 5, ("values", "label", "target")),
    ),
    "class": ([f"{1 + k % 2}.0000000e+00" for k in N], "number", 2, ("label", "values", "target")),
    "y": ([str(k % 7 % 3) for k in N], "number", 3, ("label", "values", "target")),
    "weight": (
        [f"{1 + k % 3}.5" for k in N],
        "number",
        3,
        ("weight", "values", "target"),
    ),
    "signal": ([f"[0.{k}, 1.5, 2.5]" for k in N], "list of numbers", 24, ("values",)),
    "tags": (['["a", "b"]', '["a"]', "[]"] * 8, "list of labels", 3, ("labels",)),
    "topics": (["a;b", "b;c", "a", "a;b;c"] * 6, "category", 4, ("labels (;)", "label", "group")),
    "switch": (["0110", "0011"] * 12, "category", 2, ("label", "group")),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column(name: str) -> None:
    cells, kind, distinct, uses = COLUMNS[name]
    rows = [[cell] for cell in cells]
    (found,) = profile([name], rows, is_whole=True).columns
    assert (found.name, found.kind, found.distinct) == (name, kind, distinct)
    left_out = (("left out", found.why)) if found.why else found.could_be
    assert left_out == uses
    filled = [cell for (cell,) in rows if cell.strip() and cell != "NaN"]
    assert found.blank == len(rows) - len(filled)
    assert found.sample == (filled[0] if filled else "")


def test_a_table() -> None:
    found = profile(["a", "b"], [["1", "x"], ["2"], ["3", "yyy"]], is_whole=False)
    assert (found.rows, found.is_whole) == (3, False)
    assert [column.mean_length for column in found.columns] == [1.0, 2.0]
    assert [column.kind for column in profile(["a"], [], is_whole=True).columns] == ["blank"]
