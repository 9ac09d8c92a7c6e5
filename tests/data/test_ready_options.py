"""What lets a file be opened, found by following one message after the other."""

from pathlib import Path

import numpy as np
import pytest

from grucli.data.labelled import read_table
from grucli.data.ready_options import Ready, ready_options
from grucli.data.records import ReadOptions
from grucli.data.unclear import with_said
from grucli.errors import DataError

SUBJECTS, TEAMS = ("退款", "登录", "快递"), ("甲", "乙", "丙")
TICKETS = "编号,主题,描述,处理组\n" + "".join(
    f"{k},{SUBJECTS[k % 3]},第{k}次来问，还没有人回复我的{SUBJECTS[k % 3]},{TEAMS[k % 3]}\n"
    for k in range(40)
)


def refused(path: Path, options: ReadOptions) -> Ready:
    with pytest.raises(DataError) as caught:
        read_table(str(path), options)
    return ready_options(str(path), options, caught.value)


def test_an_encoding_then_columns(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(TICKETS.encode("gbk"))
    ready = refused(path, ReadOptions())
    assert ready.said == {"encoding": "gb18030", "text": "主题,描述", "label": "处理组"}
    assert ready.profile is not None
    assert [column.name for column in ready.profile.columns] == ["编号", "主题", "描述", "处理组"]
    table = read_table(str(path), with_said(ReadOptions(), ready.said))
    assert len(table.records) == 40


def test_no_header_then_the_label(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("".join(f"{1 + k % 2}\t{k % 7}.5\t-{k % 5}.25\t0.{k % 9}\n" for k in range(20)))
    assert refused(path, ReadOptions()).said == {"header": False, "label": "1"}


@pytest.mark.parametrize(
    ("written", "named"), [("gbk", "gb18030"), ("utf-16", "utf-16"), ("utf-32", "utf-32")]
)
def test_an_encoding_then_the_form_of_a_txt(written: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    rows = [f"第{k}次来问，还没有人回复\t{'甲乙'[k % 2]}\n" for k in range(12)]
    path.write_bytes("".join(rows).encode(written))
    ready = refused(path, ReadOptions())
    assert ready.said == {"encoding": named, "format": "tsv", "header": False}
    table = read_table(str(path), with_said(ReadOptions(), ready.said))
    assert [record.label for record in table.records] == ["甲", "乙"] * 6
    path.write_bytes(("文本\t标签\n" + "".join(rows)).encode(written))
    assert refused(path, ReadOptions()).said == {"encoding": named, "format": "tsv"}
    path.write_bytes("".join(row.partition("\t")[0] + "\n" for row in rows).encode(written))
    assert refused(path, ReadOptions()) == Ready()


def test_windows_text_below_an_ascii_header(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [f"caf\u00e9 number {k} \u2013 fine,{'ab'[k % 2]}\n" for k in range(12)]
    path.write_bytes(("text,label\n" + "".join(rows)).encode("cp1252"))
    assert refused(path, ReadOptions()) == Ready(said={"encoding": "cp1252"})
    assert refused(path, ReadOptions(encoding="ascii")) == Ready()


def test_of_what_nobody_can_tell_nothing_is_said(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("words,b\nsome text,x1\nother text,x2\nthird text,x3\n")
    ready = refused(path, ReadOptions())
    assert ready.said == {}
    assert ready.profile is not None
    path.write_text("text,label\nfine,a,b\n")
    assert refused(path, ReadOptions()) == Ready()


def test_an_encoding_is_named_where_it_is_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    np.savez(path, X=np.full((3, 4), 0.77), y=np.array(["a", "", "b"]))
    assert refused(path, ReadOptions()) == Ready()
    path = tmp_path / "t.csv"
    path.write_bytes("text,label\n好,\n坏,b\n".encode("gbk"))
    assert refused(path, ReadOptions(encoding="gb18030")) == Ready()
