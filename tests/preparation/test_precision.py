"""Series that differ and become equal in float32: said with the place and a mend that works."""

import numpy as np
import pytest

from grucli.cli.output import warning_line
from grucli.config.resolve import resolve
from grucli.data.batches import Examples
from grucli.data.records import Record
from grucli.data.series.encoder import SeriesEncoder
from grucli.preparation.precision import lost
from grucli.preparation.prepare import prepare
from tests.messages import inside

WILD = 1e12


def said(tmp_path, values, *assignments, labels="ab"):
    """Return what is said of the precision of series in a wide table, one of two labels each."""
    rows = [
        ",".join(["" if np.isnan(v) else repr(v) for v in row] + [labels[k % len(labels)]])
        for k, row in enumerate(values.tolist())
    ]
    header = ",".join([*(f"v{k}" for k in range(values.shape[1])), "label"])
    (tmp_path / "t.csv").write_text("\n".join([header, *rows]) + "\n")
    config = resolve(assignments=list(assignments)).config
    warnings = prepare(str(tmp_path / "t.csv"), config, "stop").warnings
    lines = [inside(tmp_path, warning.text) for warning in warnings]
    return [line for line in lines if "float32" in line]


def signal(wild=np.nan):
    values = np.random.default_rng(1).normal(size=(40, 9)).round(3)
    values[:, 4] = wild
    return values


@pytest.mark.parametrize("offset", [0, 1e8, -1e9])
def test_nothing_is_said_of_series_that_float32_tells_apart(tmp_path, offset):
    values = signal(0) + offset
    assert said(tmp_path, values) == []
    assert said(tmp_path, values, "preset=plain") == []
    assert said(tmp_path, np.full((40, 3), 0.1 + offset)) == []
    assert said(tmp_path, (values > offset).astype(float) + offset, "preset=plain") == []
    level = 1e8 * np.arange(40)[:, None] + np.arange(9) ** 2  # told by values and shape together
    assert said(tmp_path, level) == []


def test_a_code_for_what_is_missing_drowns_the_rest_and_both_mends_help(tmp_path):
    values = signal(WILD)
    assert said(tmp_path, values) == [
        "t.csv: channel 1 spans -2.71 to 1e+12: most values are equal in float32; "
        "blank wild ones (--missing mask) or add log to data.channels"
    ]
    assert said(tmp_path, signal(np.nan), "data.missing=mask") == []
    assert said(tmp_path, values, "data.channels=[values,log]") == []
    assert len(said(tmp_path, values, "data.channels=[place]")) == 1
    assert len(said(tmp_path, np.where(values > 0, values, 0))) == 1  # most are zero
    bits = np.where(values < WILD, values > 0, values)
    assert len(said(tmp_path, bits.astype(float), "preset=plain")) == 1


def test_one_wild_reading_drowns_all_values_but_not_their_shape(tmp_path):
    values = signal(0)
    values[7, 3] = -WILD
    assert said(tmp_path, values) == []
    (line,) = said(tmp_path, values, "preset=plain")
    assert line.startswith("t.csv: channel 1 spans -1e+12 to 3.1")


def test_channels_are_looked_at_one_by_one(monkeypatch):
    rng = np.random.default_rng(2)
    sequences = [rng.normal(size=(n, 3)) for n in (4, 9, 7, 5)]
    for values in sequences:
        values[2, 1:] = WILD
        values[0, 0] = np.nan
    found = [Record(number=k, values=values, label="a") for k, values in enumerate(sequences, 1)]
    encoder = SeriesEncoder.fit(sequences, 8, "mask", ("values", "place", "shape"))
    examples = Examples.of(encoder.encode(found))
    for limit in (1 << 18, 120):  # all of them, and some
        monkeypatch.setattr("grucli.preparation.precision.LOOKED_AT", limit)
        (warning,) = lost("t.npz", found, examples, encoder)
        assert warning.text.startswith("t.npz: channel 2 and 1 other spans -")


def test_the_mend_is_said_whole_where_the_rest_is_as_long_as_can_be():
    values = np.zeros((12, 24))
    values[1:3] = [[-1.23456789e12], [1.23456789e12]]
    values[3:, :] = np.arange(9)[:, None]
    encoder = SeriesEncoder.fit([values], 12, "refuse", ("values",))
    record = Record(number=1, values=values, label="a")
    examples = Examples.of(encoder.encode([record]))
    (warning,) = lost("folder/" * 9 + "sensors.csv", [record], examples, encoder)
    assert "channel 1 and 23 others spans -1.23e+12 to 1.23e+12" in warning.text
    assert "blank wild ones (--missing mask) or add log to data.channels [" in warning_line(warning)
