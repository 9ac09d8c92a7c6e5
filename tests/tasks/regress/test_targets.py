"""Targets of any size, and those that teach nothing."""

import numpy as np
import pytest

from grucli.data.labelled import read_table
from grucli.data.records import ReadOptions
from grucli.errors import DataError
from grucli.tasks.regress import targets
from tests.tasks.regress.helpers import records


def test_targets_are_read_as_numbers_of_series_are():
    assert targets.values(records(["1", " -2.5 ", "3e-2", "+.5"])).tolist() == [1, -2.5, 0.03, 0.5]
    assert np.isnan(targets.values(records(["1", "x", None]))).tolist() == [False, True, True]


@pytest.mark.parametrize("factor", [1e-90, 1e-30, 1.0, 1e30])
def test_mean_and_spread_of_any_size(factor):
    mean, scale = targets.spread("t.csv", factor * np.array([1.0, 2.0, 3.0, 6.0]))
    assert mean == pytest.approx(3 * factor)
    assert scale == pytest.approx(factor * np.sqrt(3.5))


@pytest.mark.parametrize("found", [[2.0, 2.0], [5.0], [0.0, 1e-120]])
def test_targets_that_do_not_differ_teach_nothing(found):
    with pytest.raises(DataError, match=r"t\.csv: all targets are .*: nothing to learn"):
        targets.spread("t.csv", np.array(found))


NUMBERS = ["1.5", "-2", "3e-1"]
FORMS = {
    "a.csv": "text,y\n" + "".join(f"x,{y}\n" for y in NUMBERS),
    "a.tsv": "text\ty\n" + "".join(f"x\t{y}\n" for y in NUMBERS),
    "a.jsonl": "".join(f'{{"text": "x", "y": {y}}}\n' for y in NUMBERS),
    "b.jsonl": "".join(f'{{"text": "x", "y": "{y}"}}\n' for y in NUMBERS),
    "a.txt": "".join(f"__label__{y} x\n" for y in NUMBERS),
    "wide.csv": "y,v1,v2\n" + "".join(f"{y},1,2\n" for y in NUMBERS),
    "long.csv": "id,y,v\n" + "".join(f"{k},{y},1\n{k},{y},2\n" for k, y in enumerate(NUMBERS)),
    "a.ts": "@univariate true\n@targetLabel true\n@data\n" + "".join(f"1,2:{y}\n" for y in NUMBERS),
}
OPTIONS = {
    "a.txt": {},
    "a.ts": {},
    "wide.csv": {"label": "y", "values": ("v1", "v2")},
    "long.csv": {"label": "y", "values": ("v",), "id": "id"},
}


def read(path, form, **changes):
    options = OPTIONS.get(form, {"label": "y"})
    return read_table(str(path), ReadOptions(targets="number", **options, **changes))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_numbers_and_names_what_is_none(tmp_path, form):
    path = tmp_path / form
    path.write_text(FORMS[form])
    assert targets.values(read(path, form).records).tolist() == [1.5, -2.0, 0.3]
    path.write_text(FORMS[form].replace("-2", '"two"' if form == "a.jsonl" else "two"))
    with pytest.raises(DataError, match=rf"{form}:\d+: target 'two' is no number; write one"):
        read(path, form)
    assert len(read(path, form, on_bad_row="skip").records) == 2


def test_arrays_hold_numbers_by_row(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, X=np.ones((3, 2)), y=np.array([1.5, np.inf, 0.3]))
    with pytest.raises(DataError, match=r"a\.npz: row 2: target 'inf' is no number"):
        read(path, "a.ts")
