"""Records taken out of a file are read again as they were; more forms stand in cli/test_holdout."""

import dataclasses
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from grucli.data.forms.extract import check_extract, check_name, extract
from grucli.data.labelled import read_table
from grucli.data.records import ReadOptions
from grucli.errors import ConfigError, DataError


def taken(path, numbers, **options):
    """Return the bytes of these records of a file, by their numbers."""
    table = read_table(str(path), ReadOptions(**options))
    records = [record for record in table.records if record.number in numbers]
    return extract(str(path), dataclasses.replace(table, records=records))


def test_rows_of_several_lines_keep_them_and_bad_rows_stay_behind(tmp_path):
    path = tmp_path / "d.csv"
    path.write_bytes(
        b'\xef\xbb\xbftext,label\r\n"one\r\ntwo",a\r\nthree,b\r\nfour\r\n"five\n\nsix",a\r\n'
    )
    assert taken(path, {1, 4}, on_bad_row="skip") == b'text,label\n"one\ntwo",a\n"five\n\nsix",a\n'
    assert taken(path, {2}, on_bad_row="skip") == b"text,label\nthree,b\n"


def test_all_rows_of_an_id_come_along_wherever_they_stand(tmp_path):
    path = tmp_path / "d.csv"
    rows = ["id,v,label,note", "a,1,x,", 'b,2,y,"of\ntwo"', "a,3,x,", "c,4,x,", "b,5,y,end"]
    path.write_text("\n".join(rows))
    found = taken(path, {2}, id="id", values=("v",), label="label")
    assert found == b'id,v,label,note\nb,2,y,"of\ntwo"\nb,5,y,end\n'


def test_wide_encodings_become_utf_8_and_other_ones_stay(tmp_path):
    path = tmp_path / "d.csv"
    text = "text,label\n好,a\n坏,b\n"
    path.write_text(text, encoding="utf-16")
    assert taken(path, {2}, encoding="utf-16") == "text,label\n坏,b\n".encode()
    path.write_bytes(gzip.compress(text.encode("gb18030")))
    assert taken(path, {1}, encoding="gb18030") == "text,label\n好,a\n".encode("gb18030")


def test_what_stands_before_the_first_case_is_kept(tmp_path):
    path = tmp_path / "d.ts"
    head = "# about\n@problemName p\n@classLabel true a b\n@data\n"
    path.write_text(f"{head}1,2:a\n# odd\n3,4:b\n5,6:a\n")
    assert taken(path, {2, 3}) == f"{head}3,4:b\n5,6:a\n".encode()


def test_rows_above_the_first_record_are_no_head(tmp_path):
    path = tmp_path / "d.csv"
    rows = [f"{time},{time},{label}" for time, label in zip(range(8), "--aabbaa", strict=True)]
    path.write_text("\n".join(["time,v,label", "s,mV,", *rows[::-1]]).replace("-", ""))
    asked = {"window": 2, "time": "time", "values": ("v",), "label": "label"}
    assert taken(path, {1}, **asked) == b"time,v,label\ns,mV,\n3,3,a\n2,2,a\n"
    path.write_text("\n".join(["v,unit,label", "1,A,", "2,B,x", "3,B,x", "4,A,y", "5,A,y"]))
    asked = {"window": 2, "id": "unit", "values": ("v",), "label": "label"}
    assert taken(path, {1}, **asked) == b"v,unit,label\n2,B,x\n3,B,x\n"
    path = tmp_path / "d.txt"
    path.write_text("nobody said\n__label__a one\n__label__b two\n")
    assert taken(path, {2}, format="lines") == b"__label__b two\n"


def test_arrays_of_all_rows_are_cut_and_others_kept(tmp_path):
    path = tmp_path / "d.npz"
    ids = np.array(["r1", "r2", "r3"])
    np.savez(path, X=np.arange(12.0).reshape(3, 4), y=np.array([0, 1, 0]), ids=ids, unit="mV")
    (tmp_path / "t.npz").write_bytes(taken(path, {1, 3}))
    with np.load(tmp_path / "t.npz") as found:
        assert found["X"].tolist() == [[0, 1, 2, 3], [8, 9, 10, 11]]
        assert (found["y"].tolist(), found["ids"].tolist()) == ([0, 0], ["r1", "r3"])
        assert found["unit"] == "mV"
    np.savez(path, X=np.ones((3, 4)), y=np.array([0, 1, 0]), odd=np.array([None] * 3))
    with pytest.raises(DataError, match="an array of it cannot be written again"):
        taken(path, {1})


@pytest.mark.parametrize("indent", [None, 2])
def test_objects_of_a_document_become_an_array(tmp_path, indent):
    rows = [{"text": f"what {k} 好", "label": "ab"[k % 2]} for k in range(4)]
    for encoding in ("utf-8", "gb18030"):
        for document in (rows, {"more": [1], "rows": rows}):
            path = tmp_path / "d.json"
            text = json.dumps(document, indent=indent, ensure_ascii=False)
            path.write_text(text, encoding=encoding)
            found = taken(path, {2, 3}, encoding=encoding)
            assert json.loads(found.decode(encoding)) == rows[1:3]


def test_a_name_of_another_form_and_a_pipe_are_refused(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text("text\tlabel\ngood\ta\nbad\tb\n")
    table = read_table(str(path), ReadOptions())
    with pytest.raises(ConfigError, match=r"d\.csv is read as tsv, .*let its name end in \.tsv"):
        check_name(Path("t.csv"), "--save-test", table)
    check_name(Path("t.tsv.gz"), "--save-test", table)
    for pipe in (None, "-", "/dev/null"):
        with pytest.raises(ConfigError, match="which is read once"):
            check_extract(pipe, "--save-test", Path("t.csv"))
    check_extract(str(path), "--save-test", Path("t.csv"))
