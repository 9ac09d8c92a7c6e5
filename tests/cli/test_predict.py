"""`grucli predict`: one record out for each record in, whatever is in it.

Covers: data/kept_columns, prediction/stream.
"""

import csv
import gzip
import io
import json
import random
import re
from pathlib import Path

import numpy as np
import pytest

import grucli as api

from .conftest import ODD_LABELS
from .helpers import SAMPLES, bash, grucli, started

RECORD = re.compile(r"(negative|positive)\t[01]\.\d{6}")
REVIEWS = SAMPLES / "reviews_test.csv"
CLASSIC = SAMPLES / "classic_test.npz"
CUT = "60 inputs: 1 cut at 43 tokens\n"
TEXTS = [row["text"] for row in csv.DictReader(io.StringIO(REVIEWS.read_text("utf-8")))]
HOSTILE_PIECES = [
    *(
        b"good",
        b"not bad at all",
        b" ",
        b"\t",
        b'"',
        b'""',
        b"'",
        b",",
        b";",
        b"\\",
        b"\\n",
        b"\x1b[2J",
    ),
    *(b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc2\x85", "\u2028".encode(), b"\x0b", b"\x0c"),
    *(
        "\ufeff".encode(),
        "这部电影".encode(),
        "👍🏽".encode(),
        "\u202e".encode(),
        b"<error>",
        b"=1+1",
    ),
]


def escaped(label: str) -> str:
    """Write a label as tsv does."""
    label = label.replace("\\", "\\\\").replace("\t", "\\t")
    return label.replace("\n", "\\n").replace("\r", "\\r")


def csv_rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_what_was_lost_of_the_inputs_is_said_once_at_the_end(
    text_model: Path, series_model: Path, tmp_path: Path
) -> None:
    """Across windows, whatever the form of the output; unreadable records do not count."""
    lines = [b"great film"] * 5000 + [b"good " * 50, b"", b"qwxz \xe5\xa5\xbd", b"\xff"] * 2
    expected = "5,006 inputs: 2 cut at 43 tokens, 4 without a token that the model knows"
    for options in ((), ("--to", "label"), ("--json",), ("-o", tmp_path / "out.tsv")):
        ran = grucli("predict", "-m", text_model, *options, stdin=b"\n".join(lines))
        assert ran.code == 3
        assert ran.complaints[0] == expected
        assert ran.err.count("inputs") == 1
    quiet = grucli("predict", "-m", text_model, "-q", stdin=b"\n".join(lines))
    assert "inputs" not in quiet.err
    assert quiet.out == (tmp_path / "out.tsv").read_bytes()
    assert grucli("predict", "-m", text_model, stdin=b"great film\n").err == ""
    assert grucli("predict", "-m", text_model).err == ""
    with np.load(CLASSIC) as arrays:
        kept = arrays["X"].shape[1]
        x = np.concatenate([arrays["X"]] * 3, axis=1)
    np.savez(tmp_path / "long.npz", X=x, y=np.full(len(x), "a"))
    ran = grucli("predict", tmp_path / "long.npz", "-m", series_model)
    assert ran.err == f"{len(x)} inputs: {len(x)} cut at {kept} steps\n"


def test_every_line_has_an_answer(text_model: Path) -> None:
    ran = grucli("predict", "-m", text_model, stdin="great film\n\nqwxz\n这部电影很好\n".encode())
    assert ran.code == 0
    assert ran.complaints == [
        "warning: 4 inputs: 3 without a token that the model knows; "
        "is it the right column and encoding? [data.nothing_known]"
    ]
    assert len(ran.lines) == 4
    assert all(RECORD.fullmatch(line) for line in ran.lines)


def test_the_formats_say_the_same(text_model: Path) -> None:
    flags = {"tsv": (), "label": ("--to", "label"), "csv": ("--to", "csv"), "jsonl": ("--json",)}
    runs = {to: grucli("predict", REVIEWS, "-m", text_model, *flags[to]) for to in flags}
    assert {(ran.code, ran.err) for ran in runs.values()} == {(0, CUT)}
    objects = [json.loads(line) for line in runs["jsonl"].lines]
    pairs = [[one["label"], f"{one['probability']:.6f}"] for one in objects]
    assert [line.split("\t") for line in runs["tsv"].lines] == pairs
    assert csv_rows(runs["csv"].text) == [["label", "probability"], *pairs]
    assert runs["label"].lines == [label for label, _ in pairs]
    assert [one["row"] for one in objects] == list(range(1, len(TEXTS) + 1))
    answers = api.load(str(text_model)).predict(TEXTS)
    for one, answer in zip(objects, answers, strict=True):
        keys = ["row", "label", "probability", "probabilities", "known", "truncated"]
        assert list(one) == keys
        assert one["label"] == answer.label
        assert one["probabilities"] == pytest.approx(answer.probabilities, abs=1e-6)
        assert one["probability"] == max(one["probabilities"].values())
        assert sum(one["probabilities"].values()) == pytest.approx(1, abs=1e-6)
        assert 0 <= one["known"] <= 1
        assert isinstance(one["truncated"], bool)


def test_jsonl_tells_what_was_unknown_or_cut(text_model: Path) -> None:
    lines = ["qwxz zzyx", "", "good good qwxz", "good " * 500]
    ran = grucli("predict", "-m", text_model, "--to", "jsonl", stdin="\n".join(lines).encode())
    objects = [json.loads(line) for line in ran.lines]
    assert [one["known"] for one in objects] == [0, 0, 0.666667, 1]
    assert [one["truncated"] for one in objects] == [False, False, False, True]


def test_hostile_lines_are_answered_one_by_one_in_order(text_model: Path) -> None:
    rng = random.Random(0)
    lines = [b"".join(rng.choices(HOSTILE_PIECES, k=rng.randrange(6))) for _ in range(3000)]
    lines[0] = b"first"  # a BOM there would be no part of the text
    lines[1500] = b"x" * (2**24 + 1)
    ran = grucli("predict", "-m", text_model, "--json", stdin=b"\n".join(lines) + b"\n")
    assert ran.code == 3
    assert len(ran.complaints) == 7
    objects = [json.loads(line) for line in ran.lines]
    assert [one["row"] for one in objects] == list(range(1, len(lines) + 1))
    texts = [_readable(line) for line in lines]
    bad = [text is None for text in texts]
    assert [one["label"] == "<error>" for one in objects] == bad
    assert [f"standard input:{one['row']}: " in one.get("error", "") for one in objects] == bad
    assert all(
        one["probability"] is None for one, is_bad in zip(objects, bad, strict=True) if is_bad
    )
    assert f"standard input: {sum(bad):,} records cannot be read in all" in ran.err
    none_known = sum(one["known"] == 0 for one in objects)
    inputs = f"{len(lines) - sum(bad):,} inputs"
    assert f"{inputs}: {none_known:,} without a token that" in ran.complaints[0]
    sound = [text for text in texts if text is not None]
    answers = api.load(str(text_model)).predict(sound)
    found = [one["probability"] for one in objects if "error" not in one]
    assert found == pytest.approx([answer.probability for answer in answers], abs=1e-6)


def _readable(line: bytes) -> str | None:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text or len(line) > 2**24 else text


def test_alone_or_together_fast_or_slow_the_bytes_are_the_same(text_model: Path) -> None:
    lines = [*TEXTS[:25], "", "qwxz", "好", "good " * 500]
    together = grucli("predict", "-m", text_model, stdin="\n".join(lines).encode())
    with started("predict", "-m", text_model) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        alone = b""
        for line in lines:  # no answer, no next question: it must not wait for more
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
            alone += process.stdout.readline()
        process.stdin.close()
        assert process.stdout.read() == b""
    assert process.returncode == 0
    assert alone == together.out
    assert (
        grucli("predict", "-m", text_model, "--threads", 2, stdin="\n".join(lines).encode()).out
        == alone
    )


def test_line_ends_and_marks_change_nothing(text_model: Path, tmp_path: Path) -> None:
    lines = ["great film", "", "awful, really", "好", ""]
    plain = grucli("predict", "-m", text_model, stdin="\n".join(lines).encode() + b"\n")
    assert len(plain.lines) == 5
    variants = {
        "no end": "\n".join(lines[:-1]).encode() + b"\n",
        "CRLF": "\r\n".join(lines).encode() + b"\r\n",
        "CR": "\r".join(lines).encode() + b"\r",
        "BOM": "\ufeff".encode() + "\n".join(lines).encode() + b"\n",
    }
    outs = {
        name: grucli("predict", "-m", text_model, stdin=data) for name, data in variants.items()
    }
    assert outs.pop("no end").lines == plain.lines[:-1]
    assert {ran.out for ran in outs.values()} == {plain.out}
    table = REVIEWS.read_bytes()
    (tmp_path / "crlf.csv").write_bytes(b"\xef\xbb\xbf" + table.replace(b"\n", b"\r\n").rstrip())
    (tmp_path / "same.csv.gz").write_bytes(gzip.compress(table))
    arguments = ("-m", text_model, "--to", "csv", "--keep", "*")
    expected = grucli("predict", REVIEWS, *arguments)
    for name in ("crlf.csv", "same.csv.gz"):
        assert grucli("predict", tmp_path / name, *arguments) == expected


def test_a_table_in_a_table_out(text_model: Path) -> None:
    rows = [
        ["7", 'he said "no", twice', "x"],
        ["8", "two\nlines", ""],
        ["9", "", " spaces "],
        ["1O", "=cmd()", "好"],
    ]
    data = io.StringIO(newline="")
    writer = csv.writer(data)
    writer.writerows([["id", "text", "note"], *rows])
    broken = 'only one\n11,a "quote" inside,y\n12,"never closed,z\n13,fine,w\n'
    stdin = (data.getvalue() + broken).encode()
    ran = grucli("predict", "-m", text_model, "--to", "csv", "--keep", "note,text,id", stdin=stdin)
    assert ran.code == 3
    header, *found = csv_rows(ran.text)
    assert header == ["note", "text", "id", "label", "probability"]
    assert [row[:3] for row in found[:4]] == [row[2:0:-1] + row[:1] for row in rows]
    assert [row[3] == "<error>" for row in found] == [False] * 4 + [True, False, True, False]
    assert found[4] == ["", "", "", "<error>", ""]
    assert found[5][:3] == ["y", 'a "quote" inside', "11"]
    assert found[7][:3] == ["w", "fine", "13"]
    jsonl = grucli("predict", "-m", text_model, "--json", "--keep", "id,note", stdin=stdin)
    kept = [json.loads(line)["keep"] for line in jsonl.lines]
    assert kept[0] == {"id": "7", "note": "x"}
    assert kept[4] == {"id": "", "note": ""}


@pytest.mark.parametrize(
    ("form", "stdin", "kept"),
    [
        ("jsonl", b'{"id":7,"txt":"x"}\nno JSON\n{"id":9,"text":["x"]}\n', ["7", "", "9"]),
        ("csv", b"id,text\n7,\xff\n\xff,good\n9,a,b\n10,a\0b\n", ["7", "", "", "10"]),
    ],
)
def test_what_is_known_of_a_bad_row_is_kept(
    text_model: Path, form: str, stdin: bytes, kept: list[str]
) -> None:
    ran = grucli(
        *("predict", "-m", text_model, "--format", form, "--to", "csv", "--keep", "id"),
        stdin=stdin,
    )
    assert ran.code == 3
    assert csv_rows(ran.text)[1:] == [[name, "<error>", ""] for name in kept]


def test_columns_are_remembered_and_flags_stand_above(text_model: Path, tmp_path: Path) -> None:
    answers = grucli("predict", "-m", text_model, stdin=b"great film\nawful film\n")
    moved = tmp_path / "moved.csv"
    moved.write_text("label,score,text\nzz,1,great film\nzz,2,awful film\n")
    assert grucli("predict", moved, "-m", text_model).out == answers.out
    other = tmp_path / "other"
    other.write_bytes("n;inhalt\n1;great film\n2;awful film\n".encode("utf-16"))
    flags = ("--format", "csv", "--delimiter", ";", "--text", "inhalt", "--encoding", "utf-16")
    assert grucli("predict", other, "-m", text_model, *flags).out == answers.out
    rows = b"1\tgreat film\n2\tawful film\n"
    flags = ("--format", "tsv", "--no-header", "--text", "2", "--to", "csv", "--keep", "1")
    ran = grucli("predict", "-m", text_model, *flags, stdin=rows)
    assert [row[:1] for row in csv_rows(ran.text)] == [["1"], ["1"], ["2"]]


def test_the_answer_has_its_columns_for_itself(text_model: Path, tmp_path: Path) -> None:
    ran = grucli("predict", REVIEWS, "-m", text_model, "--to", "csv", "--keep", "*")
    assert ran.code == 0
    note = "column 'label' is kept as 'keep.label': 'label' is the answer's"
    assert ran.err == f"{note}\n{CUT}"
    rows = list(csv.DictReader(io.StringIO(ran.text)))
    assert list(rows[0]) == ["text", "keep.label", "score", "label", "probability"]
    truth = [row["label"] for row in csv.DictReader(io.StringIO(REVIEWS.read_text("utf-8")))]
    assert [row["keep.label"] for row in rows] == truth
    answers = tmp_path / "answers.csv"
    answers.write_text(ran.text, "utf-8")
    again = grucli("predict", answers, "-m", text_model, "--to", "csv", "--keep", "*", "-q")
    names = "text,keep.label,score,keep.keep.label,keep.probability,label,probability"
    assert again.lines[0] == names
    ranked = ("--top-k", "1", "--keep", "label")
    ran = grucli("predict", REVIEWS, "-m", text_model, "--to", "csv", *ranked)
    assert (ran.err, ran.lines[0]) == (CUT, "label,label_1,probability_1")
    ran = grucli("predict", REVIEWS, "-m", text_model, "--json", "--keep", "label")
    assert (ran.err, json.loads(ran.lines[0])["keep"]) == (CUT, {"label": truth[0]})


def test_hostile_labels_and_the_most_probable_ones(odd_model: Path) -> None:
    stdin = b"great film\nbroken \xff\n"
    top = {to: _top(odd_model, to, 9, stdin) for to in ("tsv", "csv", "jsonl", "label")}
    first, second = (json.loads(line) for line in top["jsonl"])
    ranked = list(first["probabilities"].items())
    assert sorted(label for label, _ in ranked) == sorted(ODD_LABELS)
    assert [p for _, p in ranked] == sorted((p for _, p in ranked), reverse=True)
    assert (first["label"], first["probability"]) == ranked[0]
    assert (second["label"], second["probabilities"]) == ("<error>", {})
    fields = [field for label, p in ranked for field in (escaped(label), f"{p:.6f}")]
    assert top["tsv"] == ["\t".join(fields), "<error>" + "\t" * 7]
    assert top["label"] == ["\t".join(fields[::2]), "<error>" + "\t" * 3]
    rows = csv_rows("\n".join(top["csv"]) + "\n")
    assert rows[0] == [f"{name}_{k}" for k in range(1, 5) for name in ("label", "probability")]
    assert rows[1] == [field for label, p in ranked for field in (label, f"{p:.6f}")]
    assert rows[2] == ["<error>", *[""] * 7]
    assert _top(odd_model, "tsv", 2, stdin)[0] == "\t".join(fields[:4])


def _top(model: Path, to: str, k: int, stdin: bytes) -> list[str]:
    ran = grucli("predict", "-m", model, "--to", to, "--top-k", k, stdin=stdin)
    assert ran.code == 3
    return ran.lines


def test_abstaining(odd_model: Path, text_model: Path) -> None:
    ran = grucli("predict", "-m", odd_model, "--min-prob", 0.9, stdin=b"great film\n")
    label, probability = ran.lines[0].split("\t")
    assert (ran.code, label) == (0, "<unknown>")
    assert 0.25 <= float(probability) < 0.9
    unknown = ("--unknown", "so\tso", "--top-k", "2")
    ran = grucli("predict", "-m", odd_model, "--min-prob", 0.9, *unknown, stdin=b"great film\n")
    assert ran.lines[0].split("\t")[:2] == ["so\\tso", probability]
    assert ran.lines[0].split("\t")[2] in map(escaped, ODD_LABELS)
    plain = grucli("predict", REVIEWS, "-m", text_model)
    careful = grucli("predict", REVIEWS, "-m", text_model, "--min-prob", 0.8, "--unknown", "?")
    for before, after in zip(plain.lines, careful.lines, strict=True):
        label, probability = before.split("\t")
        assert after == (before if float(probability) >= 0.8 else f"?\t{probability}")
    assert len(set(careful.lines)) > 2


def test_a_file_is_written_wholly_or_not_at_all(text_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.tsv"
    common = ("predict", "-m", text_model, "-o", out)
    ran = grucli(*common, stdin=b"great film\n\xff\n")
    assert (ran.code, ran.out) == (3, b"")
    written = out.read_bytes()
    assert re.fullmatch(rb"\w+\t0\.\d{6}\n<error>\t\n", written)
    ran = grucli("predict", "missing.csv", "-m", "missing.npz", "-o", out)
    assert (ran.code, ran.out) == (5, b"")
    assert ran.complaints[0].endswith("answers.tsv: exists; pass --force to replace it")
    ran = grucli(*common, "--force", "--on-bad-row", "stop", stdin=b"awful film\n\xff\n")
    assert ran.code == 3
    assert out.read_bytes() == written
    assert grucli(*common, "--force", stdin=b"great film\n").code == 0
    assert out.read_bytes() == written.splitlines(keepends=True)[0]
    assert list(tmp_path.iterdir()) == [out]
    nowhere = tmp_path / "no" / "such" / "folder.tsv"
    assert grucli("predict", "-m", text_model, "-o", nowhere, stdin=b"good\n").code == 5


def test_the_model_and_the_data_are_never_replaced(text_model: Path, tmp_path: Path) -> None:
    data, link = tmp_path / "d.csv", tmp_path / "m.npz"
    data.write_text("text\ngood\n")
    link.symlink_to(text_model)
    before = data.read_bytes(), text_model.read_bytes()
    for source, out, what in (
        (data, data, "data"),
        (data, text_model, "model"),
        (data, link, "model"),
        (REVIEWS, tmp_path / ".." / tmp_path.name / "m.npz", "model"),
    ):
        ran = grucli("predict", source, "-m", text_model, "-o", out, "--force")
        assert (ran.code, ran.out, len(ran.complaints)) == (2, b"", 1)
        assert f"is the {what}; name another file" in ran.err
    ran = bash(f"grucli predict -m '{text_model}' -o '{data}' --force < '{data}'")
    assert (ran.code, ran.out) == (2, b"")
    assert (data.read_bytes(), text_model.read_bytes()) == before


def test_stopping_at_a_bad_row_gives_the_answers_before_it(text_model: Path) -> None:
    stdin = b"great film\nawful film\n\x00\ngood\n"
    ran = grucli("predict", "-m", text_model, "--on-bad-row", "stop", stdin=stdin)
    assert ran.code == 3
    assert ran.lines == grucli("predict", "-m", text_model, stdin=stdin).lines[:2]
    assert len(ran.complaints) == 1
    assert ran.complaints[0].startswith("grucli: standard input:3: NUL byte")


def test_no_bytes_no_lines_and_a_header_alone_stays_a_header(text_model: Path) -> None:
    flags = ("-m", text_model, "--to", "csv", "--keep", "id")
    ran = grucli("predict", *flags, stdin=b"id,text\n")
    assert (ran.code, ran.lines) == (0, ["id,label,probability"])
    for format_ in ("auto", "csv"):
        ran = grucli("predict", "-m", text_model, "--to", "csv", "--format", format_)
        assert (ran.code, ran.out, ran.err) == (0, b"", "")


@pytest.mark.parametrize("data", [b"hello\n", b"1 2 3", b"\xe4\xbd\xa0\r\n"])
def test_one_cell_for_a_model_of_series_gets_an_answer(series_model: Path, data: bytes) -> None:
    ran = grucli("predict", "-m", series_model, stdin=data)
    assert (ran.code, ran.text) == (3, "<error>\t\n")
    assert "is a header without a row; if it is a series, pass --no-header --values 1" in ran.err
    assert grucli("predict", "-m", series_model, stdin=b"").out == b""


def test_the_header_of_a_model_of_series_alone_is_no_record(tmp_path: Path) -> None:
    rows = [f"{k} {k + 1} {k / 2},{'ab'[k % 2]}" for k in range(12)]
    (tmp_path / "t.csv").write_text("\n".join(["steps,label", *rows]) + "\n")
    model = ("--values", "steps", "-o", "m.npz", "-q", "--set", "training.epochs=1")
    assert grucli("train", "t.csv", *model, cwd=tmp_path).code == 0
    ran = grucli("predict", "-m", "m.npz", stdin=b"steps\n", cwd=tmp_path)
    assert (ran.code, ran.out) == (0, b"")
    assert grucli("predict", "-m", "m.npz", stdin=b"step\n", cwd=tmp_path).code == 3


def test_numeric_sequences(series_model: Path, tmp_path: Path) -> None:
    data = SAMPLES / "classic_test.npz"
    ran = grucli("predict", data, "-m", series_model, "--json")
    assert (ran.code, ran.err) == (0, "")
    with np.load(data) as arrays:
        steps = arrays["X"].astype(np.float32)
    answers = api.load(str(series_model)).predict(list(steps))
    assert [json.loads(line)["label"] for line in ran.lines] == [one.label for one in answers]
    assert grucli("predict", "-m", series_model, "--json", stdin=data.read_bytes()).out == ran.out
    lengths = np.array([10, 3, 0])
    steps[0, 1, 2] = np.nan
    np.savez(tmp_path / "ragged.npz", X=steps[:3], lengths=lengths)
    ran = grucli("predict", tmp_path / "ragged.npz", "-m", series_model)
    assert ran.code == 3
    assert [line.split("\t")[0] == "<error>" for line in ran.lines] == [True, False, True]


def test_data_of_another_kind_is_refused(
    text_model: Path, series_model: Path, tmp_path: Path
) -> None:
    data = SAMPLES / "classic_test.npz"
    with np.load(data) as arrays:
        np.savez(tmp_path / "narrow.npz", X=arrays["X"][:, :, :5])
    numeric = "reads numeric sequences of 64 channels"
    for arguments, kinds in (
        ((data, "-m", text_model), ("reads text", "holds numeric sequences of 64 channels")),
        ((REVIEWS, "-m", series_model), (numeric, "holds text")),
        ((tmp_path / "narrow.npz", "-m", series_model), (numeric, "holds numeric sequences of 5")),
    ):
        ran = grucli("predict", *arguments)
        assert (ran.code, ran.out) == (4, b"")
        assert all(kind in ran.complaints[-1] for kind in kinds)


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("--keep", "text"), 2, "pass --to csv or --to jsonl"),
        (("--unknown", "x"), 2, "--min-prob"),
        (("--json", "--to", "csv"), 2, "--json"),
        (("--min-prob", "1.5"), 2, "--min-prob: must be at most 1, got 1.5"),
        (("--to", "csv", "--keep", "txt"), 3, "did you mean 'text'?"),
        (("--bom",), 2, "pass --to csv or omit it"),
        (("--bom", "--json"), 2, "--bom: is for csv, not for jsonl"),
        (("--text", "txet"), 3, "did you mean 'text'?"),
    ],
)
def test_misuse_is_told(text_model: Path, arguments: tuple[str], code: int, complaint: str) -> None:
    ran = grucli("predict", REVIEWS, "-m", text_model, *arguments)
    assert (ran.code, ran.out) == (code, b"")
    assert len(ran.complaints) == 1
    assert complaint in ran.err


def test_names_that_look_like_something_else(text_model: Path, tmp_path: Path) -> None:
    odd = tmp_path / "-rf 👍\n.csv"
    odd.write_bytes(REVIEWS.read_bytes())
    expected = grucli("predict", REVIEWS, "-m", text_model)
    ran = grucli("predict", "-m", text_model, "--", odd.name, cwd=tmp_path)
    assert ran == expected


def test_help_begins_with_examples_and_ends_with_exit_codes() -> None:
    ran = grucli("predict", "-h", COLUMNS="80")
    assert (ran.code, ran.err) == (0, "")
    examples = [line.strip() for line in ran.lines if "grucli predict" in line][1:]
    assert examples[0] == r"printf 'great film\n\nqwxz\n' | grucli predict -m m.npz"
    assert len(examples) == 2
    assert ran.text.rindex("Exit codes: 0 done;") > ran.text.rindex("--help")
    assert all(len(line) <= 80 for line in ran.lines)


LINES = [
    'he said "no", twice',
    "",
    "a\ttab, a comma",
    "  blanks  ",
    "\u00a0好，评\u2028x",
    "\r in it",
]


def test_lines_come_back_as_they_stand(text_model: Path) -> None:
    data = "".join(f"{line}\n" for line in LINES).encode()
    bad = b"broken \xff\n"
    run = ("predict", "-m", text_model, "--keep", "text")
    for ends, form in ((b"\n", ()), (b"\r\n", ("--format", "lines"))):
        stdin = data.replace(b"\n", ends) + bad
        ran = grucli(*run, "--to", "csv", *form, stdin=stdin)
        header, *rows = csv_rows(ran.text)
        assert (ran.code, header) == (3, ["text", "label", "probability"])
        assert [row[0] for row in rows] == [*LINES, ""]
        assert [row[1] == "<error>" for row in rows] == [False] * len(LINES) + [True]
    objects = [json.loads(line) for line in grucli(*run, "--json", stdin=data).lines]
    assert [one["keep"] for one in objects] == [{"text": line} for line in LINES]
    answers = grucli("predict", "-m", text_model, stdin=data).lines
    assert [f"{one['label']}\t{one['probability']:.6f}" for one in objects] == answers
    everything = ("predict", "-m", text_model, "--keep", "*", "--to", "csv")
    assert grucli(*everything, stdin=data).out == grucli(*run, "--to", "csv", stdin=data).out
    assert grucli(*run, "--to", "csv", stdin=b"").out == b""


def test_a_file_of_lines_keeps_text_and_label_and_has_no_other_column(
    text_model: Path, tmp_path: Path
) -> None:
    file = tmp_path / "lines.txt"
    file.write_text("__label__good fine work\nno label\n")
    run = ("predict", file.name, "-m", text_model, "--to", "csv", "-q", "--keep")
    rows = csv_rows(grucli(*run, "text,label", cwd=tmp_path).text)
    assert [row[:2] for row in rows] == [
        ["text", "keep.label"],
        ["fine work", "good"],
        ["no label", ""],
    ]
    ran = grucli(*run, "id", cwd=tmp_path)
    assert (ran.code, ran.out) == (3, b"")
    assert ran.complaints == [
        "grucli: lines.txt: no column 'id' to keep (lines data have: text,label)"
    ]


def test_of_series_without_columns_the_label_can_be_kept(series_model: Path) -> None:
    run = ("predict", SAMPLES / "classic_test.npz", "-m", series_model, "--to", "csv", "-q")
    with np.load(SAMPLES / "classic_test.npz") as arrays:
        truth = arrays["y"].astype(str).tolist()
    header, *rows = csv_rows(grucli(*run, "--keep", "label").text)
    assert header == ["keep.label", "label", "probability"]
    assert [row[0] for row in rows] == truth
    ran = grucli(*run, "--keep", "time")
    assert (ran.code, "(npz data have: label)" in ran.err) == (3, True)


def test_a_byte_order_mark_for_excel(text_model: Path, tmp_path: Path) -> None:
    run = ("predict", REVIEWS, "-m", text_model, "--to", "csv", "--keep", "text", "-q")
    plain = grucli(*run)
    marked = grucli(*run, "--bom")
    assert marked.out == b"\xef\xbb\xbf" + plain.out
    grucli(*run, "--bom", "-o", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == marked.out
    assert grucli("predict", "-m", text_model, "--to", "csv", "--bom", stdin=b"").out == b""
    again = grucli("predict", tmp_path / "a.csv", "-m", text_model, "--to", "csv", "-q")
    assert again.lines == [line.split(",", 1)[1] for line in ["x,label,probability"]] + [
        ",".join(row[-2:]) for row in csv_rows(plain.text)[1:]
    ]
