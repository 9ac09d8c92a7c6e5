"""Series in tables, JSON Lines and .ts, through the real program.

Covers: prediction/classifier.
"""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from grucli import load

from .helpers import grucli

TINY = ("--set", "model.hidden_size=4", "--set", "training.epochs=2", "--set", "data.valid=0.25")


def wide_rows(count: int, blank: bool) -> list[list[str]]:
    draw = random.Random(5)
    rows = []
    for k in range(count):
        values = [f"{draw.gauss(k % 2 * 3, 1):.3f}" for _ in range(draw.randrange(4, 9))]
        if blank and k % 4 == 1:
            values[1] = ""
        rows.append([*values, *[""] * (8 - len(values)), "ab"[k % 2]])
    return rows


def write_csv(path: Path, rows: list[list[str]], header: list[str]) -> Path:
    path.write_text("\n".join(",".join(row) for row in [header, *rows]) + "\n")
    return path


STEPS = [f"v{k}" for k in range(8)]


def test_a_wide_table_with_holes(tmp_path: Path) -> None:
    train = write_csv(tmp_path / "t.csv", wide_rows(40, blank=True), [*STEPS, "kind"])
    model = tmp_path / "m.npz"
    refused = grucli("train", train, "-o", model, *TINY, "--values", "v*")
    assert refused.code == 3
    assert (
        "t.csv:3: column 'v1': value is missing; fill it in, or pass --missing mask" in refused.err
    )
    ran = grucli("train", train, "-o", model, *TINY, "--missing", "mask")
    assert ran.code == 0, ran.err
    assert "a sequence a row, 8 value columns (v0 … v7), label column 'kind'" in ran.err
    scored = grucli("evaluate", train, "-m", model, "--json")
    assert (scored.code, json.loads(scored.text)["rows"]) == (0, 40)
    shuffled = [[row[8], "x", *row[7::-1]] for row in wide_rows(40, blank=True)]
    other = write_csv(tmp_path / "o.csv", shuffled, ["kind", "more", *STEPS[::-1]])
    bare = write_csv(tmp_path / "b.csv", [r[:8] for r in wide_rows(40, blank=True)], STEPS)
    answers = [
        grucli("predict", train, "-m", model),
        grucli("predict", other, "-m", model),
        grucli("predict", "-m", model, stdin=bare.read_bytes()),
    ]
    assert [(ran.code, ran.out, ran.err) for ran in answers] == [(0, answers[0].out, "")] * 3
    assert len(answers[0].lines) == 40
    inspected = grucli("inspect-gates", bare, "-m", model, "--json")
    assert inspected.code == 0, inspected.err
    assert "1 channel, missing values masked" in grucli("inspect-gates", "-m", model).text


@pytest.fixture(scope="module")
def long_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("long")
    rows = [
        [f"s{k}", str(step), value, value, row[8]]
        for k, row in enumerate(wide_rows(24, blank=False))
        for step, value in enumerate(row[:8])
        if value
    ]
    train = write_csv(folder / "t.csv", rows, ["id", "time", "x", "y", "label"])
    ran = grucli("train", train, "-o", folder / "m.npz", *TINY)
    assert ran.code == 0, ran.err
    assert (
        "a step a row, sequences by 'id', 2 value columns (x, y), in the order of 'time'" in ran.err
    )
    return folder / "m.npz"


def test_a_missing_label_is_refused_with_its_place(text_model: Path, tmp_path: Path) -> None:
    lines = tmp_path / "t.jsonl"
    lines.write_text('{"text": "good", "label": 1}\n{"text": "bad", "label": NaN}\n')
    archive = tmp_path / "t.npz"
    np.savez(archive, X=np.ones((3, 2)), y=[1, 0, np.nan])
    for command, data, place in (
        (("train", "-o", tmp_path / "m.npz"), lines, f"{lines}:2"),
        (("evaluate", "-m", text_model), lines, f"{lines}:2"),
        (("train", "-o", tmp_path / "m.npz"), archive, f"{archive}: y[2]"),
    ):
        ran = grucli(*command, data)
        assert (ran.code, ran.out, len(ran.lines)) == (3, b"", 0)
        assert ran.err.startswith(f"grucli: {place}: no label; fill")
    assert grucli("predict", "-m", text_model, lines).code == 0


def test_steps_in_rows_are_one_answer_an_id(long_model: Path) -> None:
    data = b"time,y,x,id\n2,1,1,p\n1,0,0,p\n1,5,5,q\n1,0,bad,r\n2,7,7,p\n"
    ran = grucli("predict", "-m", long_model, "--to", "csv", "--keep", "id", stdin=data)
    assert ran.code == 3
    assert [line.split(",")[0] for line in ran.lines] == ["id", "p", "q", "r", "p"]
    assert [line.split(",")[1] == "<error>" for line in ran.lines[1:]] == [False, False, True, True]
    assert [line.partition("; ")[0] for line in ran.complaints] == [
        "grucli: standard input:5: column 'x': 'bad' is no number",
        "grucli: standard input:6: 'p' comes again, it began in line 2",
    ]


def test_other_forms_answer_alike(long_model: Path, tmp_path: Path) -> None:
    forms = {
        "t.csv": "id,time,x,y\np,1,0,0\np,2,1,1.5\nq,1,5,5\n",
        "t.jsonl": '{"values": [[0, 0], [1, 1.5]]}\n{"values": [[5, 5]]}\n',
        "t.ts": "@problemName t\n@dimensions 2\n@data\n0,1:0,1.5\n5:5\n",
    }
    answers = []
    for name, text in forms.items():
        (tmp_path / name).write_text(text)
        answers.append(grucli("predict", tmp_path / name, "-m", long_model))
        answers.append(grucli("predict", "-m", long_model, stdin=text.encode()))
    assert {ran.code for ran in answers} == {0}
    assert len({ran.out for ran in answers}) == 1
    narrow = '{"values": [0, 1]}\n'
    ran = grucli("predict", "-m", long_model, stdin=narrow.encode())
    assert ran.code == 4
    assert "holds numeric sequences of 1 channel, but" in ran.complaints[-1]


NAN = float("nan")


@pytest.mark.parametrize("missing", ["refuse", "mask"])
def test_padding_with_nan_is_read_alike_in_every_form(tmp_path: Path, missing: str) -> None:
    rows = [[*row[:8], row[8]] for row in wide_rows(24, blank=False)]
    nan_rows = [[value or "NaN" for value in row] for row in rows]
    series = [[float(value) for value in row[:8] if value] for row in rows]

    def table(some: list[list[str]]) -> str:
        return "".join("\t".join([row[8], *row[:8]]) + "\n" for row in some)

    (tmp_path / "nan.tsv").write_text(table(nan_rows))
    (tmp_path / "blank.tsv").write_text(table(rows))
    tags = "@univariate true\n@equalLength true\n@seriesLength 8\n@classLabel true a b\n@data\n"
    cases = "".join(f"{','.join(row[:8])}:{row[8]}\n" for row in nan_rows)
    (tmp_path / "nan.ts").write_text(f"@problemName Padded\n{tags}{cases}")
    padded = [values + [NAN] * (8 - len(values)) for values in series]
    lines = [{"values": values, "label": row[8]} for values, row in zip(padded, rows, strict=True)]
    (tmp_path / "nan.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    np.savez(tmp_path / "nan.npz", X=padded, y=[row[8] for row in rows])
    told = ("--no-header", "--label", "1", "--missing", missing)
    answers = []
    for name in ("blank.tsv", "nan.tsv"):
        model = tmp_path / f"{name}.npz"
        ran = grucli("train", tmp_path / name, "-o", model, *TINY, *told)
        assert ran.code == 0, ran.err
        median = f"median length {np.median([len(values) for values in series]):g}, longest 8"
        assert median in ran.err
        answers.append(grucli("predict", tmp_path / "blank.tsv", "-m", model).text)
    expected = answers[0]
    assert answers[1] == expected
    for name in ("nan.tsv", "nan.ts", "nan.jsonl", "nan.npz"):
        answer = grucli("predict", tmp_path / name, "-m", model)
        assert (answer.code, answer.text) == (0, expected)
    found = load(str(model)).predict(padded)
    assert "".join(f"{a.label}\t{a.probability:.6f}\n" for a in found) == expected


OFFSET = 2.0**27  # 1.3e8: float32 rounds there to multiples of 16


def offset_files(folder: Path, values: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> None:
    labels = ["ab"[k % 2] for k in range(len(values))]
    steps = [[repr(value) for value in row] for row in values.tolist()]
    rows = [[*row, label] for row, label in zip(steps, labels, strict=True)]
    write_csv(folder / "wide.csv", rows, [*(f"v{k}" for k in range(values.shape[1])), "label"])
    long = [[str(i), value, row[-1]] for i, row in enumerate(rows) for value in row[:-1]]
    write_csv(folder / "long.csv", long, ["id", "x", "label"])
    tags = "@univariate true\n@classLabel true a b\n@data\n"
    cases = "".join(f"{','.join(row[:-1])}:{row[-1]}\n" for row in rows)
    (folder / "t.ts").write_text(f"@problemName Offset\n{tags}{cases}")
    lines = [{"values": row, "label": y} for row, y in zip(values.tolist(), labels, strict=True)]
    (folder / "t.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    np.savez(folder / "t.npz", X=values, y=labels)


def test_a_small_signal_on_a_large_offset_is_learned_as_without_it_in_every_form(
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng(3)
    slope = np.where(np.arange(40) % 2, 1, -1)[:, None] * np.linspace(-1, 1, 12)
    plain = np.round((slope + rng.normal(size=(40, 12)) / 3) * 2**12) / 2**12
    answers = []
    for name, values in (("plain", plain), ("lifted", plain + OFFSET)):
        folder = tmp_path / name
        folder.mkdir()
        offset_files(folder, values)
        model = folder / "m.npz"
        ran = grucli("train", folder / "wide.csv", "-o", model, *TINY)
        assert ran.code == 0, ran.err
        for form in ("wide.csv", "long.csv", "t.ts", "t.jsonl", "t.npz"):
            ran = grucli("predict", folder / form, "-m", model, "--to", "jsonl")
            assert ran.code == 0, ran.err
            answers.append([json.loads(line)["probabilities"]["a"] for line in ran.lines])
        found = load(str(model)).predict(list(values))
        answers.append([answer.probabilities["a"] for answer in found])
    assert np.ptp(answers[0]) > 0.1
    np.testing.assert_allclose(answers, [answers[0]] * len(answers), atol=1e-4)


def test_json_objects_with_the_models_text_are_texts(text_model: Path) -> None:
    data = b'{"text": "good film", "id": 7}\nnonsense\n{"text": "bad film"}\n'
    ran = grucli("predict", "-m", text_model, "--to", "csv", "--keep", "id", stdin=data)
    assert ran.code == 3
    assert [line.split(",")[0] for line in ran.lines] == ["id", "7", "", ""]
    plain = grucli("predict", "-m", text_model, "--to", "label", stdin=b"good film\nbad film\n")
    assert [ran.lines[1].split(",")[1], ran.lines[3].split(",")[1]] == plain.lines
    ran = grucli("predict", "-m", text_model, "--missing", "mask", stdin=b"a\n")
    assert ran.code == 2
    assert "--missing: the model was not trained to mask values" in ran.err
