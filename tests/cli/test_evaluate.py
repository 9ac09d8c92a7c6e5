"""`grucli evaluate`: a report, JSON, minimums, the rows it got wrong.

Covers: cli/evaluate_files, prediction/score, report/scores.
"""

import csv
import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from .helpers import SAMPLES, grucli

REVIEWS = SAMPLES / "reviews_test.csv"
CLASSIC = SAMPLES / "classic_test.npz"
ROWS = list(csv.DictReader(io.StringIO(REVIEWS.read_text("utf-8"))))
LABELS = [row["label"] for row in ROWS]


def csv_rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8"), newline=""), strict=True))


def test_the_json_agrees_with_the_predictions(text_model: Path) -> None:
    ran = grucli("evaluate", REVIEWS, "-m", text_model, "--json")
    assert (ran.code, ran.err, len(ran.lines)) == (0, "", 1)
    tool = (sys.executable, "-m", "json.tool")
    assert subprocess.run(tool, input=ran.out, capture_output=True, check=False).returncode == 0
    scores = json.loads(ran.text)
    answers = grucli("predict", REVIEWS, "-m", text_model, "--to", "label").lines
    right = sum(answer == label for answer, label in zip(answers, LABELS, strict=True))
    assert scores["schema"] == "grucli.evaluate/1"
    assert scores["rows"] == len(ROWS)
    assert scores["accuracy"] == right / len(ROWS)
    assert scores["accuracy"] > 0.7, "the model is too weak for these tests"
    assert scores["accuracy_interval"][0] < scores["accuracy"] < scores["accuracy_interval"][1]
    assert scores["baseline"] == 0.5
    assert scores["confusion"]["labels"] == ["negative", "positive"]
    pairs = list(zip(LABELS, answers, strict=True))
    matrix = [
        [pairs.count((label, answer)) for answer in ("negative", "positive")]
        for label in ("negative", "positive")
    ]
    assert scores["confusion"]["matrix"] == matrix
    assert scores["per_class"]["negative"]["rows"] == LABELS.count("negative")
    assert scores["unseen"] == {}
    assert {"macro_f1", "weighted_f1", "log_loss", "ece", "roc_auc", "pr_auc"} <= scores.keys()


def test_the_report_is_for_people_and_the_same_everywhere(text_model: Path) -> None:
    ran = grucli("evaluate", REVIEWS, "-m", text_model)
    assert (ran.code, ran.err) == (0, "")
    for word in ("rows", "accuracy", "macro F1", "log-loss", "calibration", "majority", "negative"):
        assert word in ran.text
    assert "\x1b" not in ran.text
    narrow = grucli(
        "evaluate", REVIEWS, "-m", text_model, COLUMNS="20", FORCE_COLOR="1", LC_ALL="C"
    )
    assert narrow == ran


def test_minimums(text_model: Path) -> None:
    met = ("--min", "accuracy=0.6", "--min", "per_class.negative.f1=0", "--min", "rows=60")
    ran = grucli("evaluate", REVIEWS, "-m", text_model, *met)
    assert (ran.code, ran.err) == (0, "")
    unmet = ("--min", "accuracy=0.999", "--min", "macro_f1=.1", "--min", "confusion.matrix.0.1=1e3")
    failed = grucli("evaluate", REVIEWS, "-m", text_model, *unmet, "--quiet")
    assert (failed.code, failed.out) == (1, ran.out)
    assert len(failed.complaints) == 2
    assert failed.complaints[0].startswith("grucli: accuracy is 0.")
    assert failed.complaints[0].endswith("below the minimum 0.999")
    assert "confusion.matrix.0.1" in failed.complaints[1]
    unknown = grucli("evaluate", REVIEWS, "-m", text_model, "--min", "acuracy=0.5")
    assert unknown.code == 2
    assert "no metric 'acuracy'; did you mean 'accuracy'?" in unknown.err


def test_a_class_without_rows_has_no_recall_and_a_bound_on_it_says_so(
    text_model: Path, tmp_path: Path
) -> None:
    data = tmp_path / "one.csv"
    data.write_text("text,label\ngreat film,positive\nwonderful and great,positive\n")
    ran = grucli("evaluate", data, "-m", text_model, "--json", "-q")
    scores = json.loads(ran.text)["per_class"]["negative"]
    assert ran.code == 0
    assert (scores["rows"], scores["recall"]) == (0, None)
    for flag in ("--min", "--max"):
        bound = (flag, "per_class.negative.recall=0.5")
        ran = grucli("evaluate", data, "-m", text_model, *bound, "-q")
        (line,) = ran.complaints
        assert ran.code == 2
        assert ran.text.startswith("rows")
        expected = "'per_class.negative.recall' is undefined here: no row has this label"
        assert line.startswith(f"grucli: {expected}; ")


def test_all_bounds_are_judged_also_beside_one_that_cannot_be(text_model: Path) -> None:
    bounds = ("--min", "no.such=1", "--min", "accuracy=0.999", "--max", "parts.wide.accuracy=1")
    ran = grucli("evaluate", REVIEWS, "-m", text_model, *bounds)
    assert ran.code == 2
    unmet, *problems = ran.complaints
    assert unmet.endswith("below the minimum 0.999")
    assert [line.split("'")[1] for line in problems] == ["no.such", "parts.wide.accuracy"]


def test_it_tells_how_much_of_the_inputs_was_read(text_model: Path, tmp_path: Path) -> None:
    """As the sum of what predict says of each: in the report, in JSON and for bounds."""
    objects = [json.loads(x) for x in grucli("predict", REVIEWS, "-m", text_model, "--json").lines]
    scores = json.loads(grucli("evaluate", REVIEWS, "-m", text_model, "--json").text)
    assert scores["truncated"] == sum(one["truncated"] for one in objects) == 1
    known = [one["known"] for one in objects]
    assert min(known) - 1e-6 <= scores["known"] <= max(known)
    assert scores["known"] == pytest.approx(sum(known) / len(known), abs=0.03)
    assert scores["none_known"] == 0
    report = grucli("evaluate", REVIEWS, "-m", text_model).lines
    assert "cut                    1  inputs longer than 43 tokens" in report
    assert f"known tokens       {scores['known']:.3f}  of those that were read" in report
    bounds = ("--max", "truncated=0", "--min", "known=0.99", "--max", "none_known=0")
    ran = grucli("evaluate", REVIEWS, "-m", text_model, *bounds)
    assert ran.code == 1
    assert ran.complaints[0].startswith("grucli: known is 0.")
    assert ran.complaints[1] == "grucli: truncated is 1, above the maximum 0"
    data = tmp_path / "strange.csv"
    data.write_text("text,label\ngood,positive\nqwxz,negative\n,negative\n")
    scores = json.loads(grucli("evaluate", data, "-m", text_model, "--json", "-q").text)
    assert (scores["known"], scores["none_known"], scores["truncated"]) == (1 / 3, 2, 0)


def test_numeric_sequences_are_cut_but_have_no_tokens(series_model: Path) -> None:
    scores = json.loads(grucli("evaluate", CLASSIC, "-m", series_model, "--json").text)
    assert (scores["truncated"], scores["known"], scores["none_known"]) == (0, None, None)
    report = grucli("evaluate", CLASSIC, "-m", series_model).text
    assert "\ncut " in report
    assert "known tokens" not in report
    ran = grucli("evaluate", CLASSIC, "-m", series_model, "--min", "known=0.5")
    assert (ran.code, "'known' is undefined here" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "label", "why"),
    [
        ("qwxz vbnm", "positive", "1% of the tokens are known (is it the right column"),
        ("good " * 80, "positive", "98% of the inputs were cut at 43 tokens (data.max_length)"),
        ("good", "Other", "49% of the rows have labels that training lacks"),
    ],
)
def test_a_doubt_names_the_likely_reason(
    text_model: Path, tmp_path: Path, text: str, label: str, why: str
) -> None:
    rows = [(text, ("negative", label)[k % 2]) for k in range(98)]
    rows += [("good", "positive"), ("bad", "negative")]
    data = tmp_path / "rows.csv"
    data.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows))
    ran = grucli("evaluate", "rows.csv", "-m", text_model, cwd=tmp_path)
    doubt = ran.complaints[-1]
    assert ran.code == 0
    assert "not above the majority's" in doubt
    assert why in doubt
    assert "learned" not in doubt


def test_the_training_file_is_warned_of(text_model: Path, tmp_path: Path) -> None:
    train = SAMPLES / "reviews_train.csv"
    ran = grucli("evaluate", train, "-m", text_model)
    (line,) = ran.complaints
    assert ran.code == 0
    assert "reviews_train.csv: looks like the file that the model has learned from" in line
    assert grucli("evaluate", train, "-m", text_model, "-q").err == ""
    header, *rows = train.read_text("utf-8").splitlines(keepends=True)
    for name, lines in (("reviews_train.csv", rows[:-1]), ("other.csv", rows)):
        data = tmp_path / name
        data.write_text("".join([header, *lines]), "utf-8")
        assert "looks like" not in grucli("evaluate", data, "-m", text_model).err


def test_maximums(text_model: Path) -> None:
    met = ("--max", "log_loss=30", "--max", "ece=1", "--max", "rows=60")
    ran = grucli("evaluate", REVIEWS, "-m", text_model, *met)
    assert (ran.code, ran.err) == (0, "")
    unmet = ("--max", "log_loss=0.001", "--max", "rows=59", "--min", "rows=61")
    failed = grucli("evaluate", REVIEWS, "-m", text_model, *unmet)
    assert (failed.code, failed.out) == (1, ran.out)
    minimum, loss, rows = failed.complaints
    assert minimum == "grucli: rows is 60, below the minimum 61"
    assert loss.startswith("grucli: log_loss is 0.")
    assert loss.endswith("above the maximum 0.001")
    assert rows == "grucli: rows is 60, above the maximum 59"


@pytest.mark.parametrize("metric", ["log_loss", "ece", "truncated", "none_known"])
def test_a_minimum_that_only_bad_models_would_meet_is_refused(metric: str) -> None:
    ran = grucli("evaluate", "missing.csv", "-m", "missing.npz", "--min", f"{metric}=0.25")
    assert (ran.code, ran.out) == (2, b"")
    (line,) = ran.complaints
    assert line.startswith(f"grucli: --min: of {metric} less is better")
    assert f"write --max {metric}=0.25" in line


def test_a_score_that_chance_explains_is_warned_of(text_model: Path, tmp_path: Path) -> None:
    """Labels that are turned for every other row leave an accuracy of one half."""
    header, *lines = REVIEWS.read_text("utf-8").splitlines(keepends=True)
    names = {"positive": "negative", "negative": "positive"}
    for k in range(0, len(lines), 2):
        for label in names:
            if f",{label}," in lines[k]:
                lines[k] = lines[k].replace(f",{label},", f",{names[label]},")
                break
    data = tmp_path / "turned.csv"
    data.write_text(header + "".join(lines), "utf-8")
    for options in ((), ("--json",)):
        ran = grucli("evaluate", data, "-m", text_model, *options)
        (line,) = ran.complaints
        assert ran.code == 0
        assert line.startswith("warning: accuracy 0.")
        assert "not above the majority's 0.5" in line
        assert line.endswith(" [score.chance]")
    scores = json.loads(ran.text)
    assert scores["above_baseline"] is False
    assert grucli("evaluate", data, "-m", text_model, "-q").err == ""
    gate = ("--min", "above_baseline=1")
    assert grucli("evaluate", data, "-m", text_model, *gate, "-q").code == 1
    assert grucli("evaluate", REVIEWS, "-m", text_model, *gate).code == 0


@pytest.mark.parametrize("flag", ["--min", "--max"])
@pytest.mark.parametrize("given", ["accuracy", "=0.5", "accuracy=nan"])
def test_a_malformed_bound_is_told_before_anything_is_read(flag: str, given: str) -> None:
    ran = grucli("evaluate", "missing.csv", "-m", "missing.npz", flag, given)
    assert (ran.code, ran.out) == (2, b"")
    assert len(ran.complaints) == 1
    assert "METRIC=VALUE" in ran.err


def test_the_rows_it_got_wrong_worst_first(text_model: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    ran = grucli("evaluate", REVIEWS, "-m", text_model, "--errors", wrong)
    assert ran.code == 0
    header, *rows = csv_rows(wrong)
    assert header == ["row", "line", "label", "predicted", "probability", "text"]
    answers = [line.split("\t") for line in grucli("predict", REVIEWS, "-m", text_model).lines]
    expected = [
        [str(number), str(number + 1), row["label"], *answer, row["text"]]
        for number, (row, answer) in enumerate(zip(ROWS, answers, strict=True), 1)
        if row["label"] != answer[0]
    ]
    assert rows == sorted(expected, key=lambda row: -float(row[4]))
    assert len(rows) > 2
    written = wrong.read_bytes()
    ran = grucli("evaluate", "missing.csv", "-m", "missing.npz", "--errors", wrong)
    assert (ran.code, ran.out) == (5, b"")
    assert "wrong.csv: exists; pass --force to replace it" in ran.err
    assert wrong.read_bytes() == written
    right = tmp_path / "right.csv"
    label, _ = answers[0]
    right.write_text(f"text,label\ngood,{label}\n".replace("good", f'"{ROWS[0]["text"]}"'))
    assert grucli("evaluate", right, "-m", text_model, "--errors", wrong, "--force").code == 0
    before = right.read_bytes(), text_model.read_bytes()
    for place, code in ((right, 2), (text_model, 2), ("-", 2), ("no/such/folder.csv", 5)):
        ran = grucli("evaluate", right, "-m", text_model, "--errors", place, "--force")
        assert (ran.code, ran.out, len(ran.complaints)) == (code, b"", 1)
    assert (right.read_bytes(), text_model.read_bytes()) == before
    assert csv_rows(wrong) == [header]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["right.csv", "wrong.csv"]


def test_numeric_sequences(series_model: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    ran = grucli("evaluate", CLASSIC, "-m", series_model, "--json", "--errors", wrong)
    assert ran.code == 0
    scores = json.loads(ran.text)
    header, *rows = csv_rows(wrong)
    assert header == ["row", "label", "predicted", "probability"]
    assert len(rows) == round((1 - scores["accuracy"]) * scores["rows"])
    with np.load(CLASSIC) as arrays:
        truth = arrays["y"].astype(str)
    assert all(truth[int(row[0]) - 1] == row[1] != row[2] for row in rows)


def test_labels_that_training_lacked_are_wrong_and_listed(text_model: Path, tmp_path: Path) -> None:
    data = tmp_path / "more.csv"
    odd = '"\x1b[31m, [red]"'
    data.write_bytes(
        REVIEWS.read_bytes() + f"good film,{odd},1\nbad film,{odd},1\nfine,Positive,4\n".encode()
    )
    before = json.loads(grucli("evaluate", REVIEWS, "-m", text_model, "--json").text)
    ran = grucli("evaluate", data, "-m", text_model, "--json", "--errors", tmp_path / "wrong.csv")
    after = json.loads(ran.text)
    assert ran.code == 0
    assert after["rows"] == before["rows"] + 3
    assert after["accuracy"] * after["rows"] == pytest.approx(before["accuracy"] * before["rows"])
    assert after["unseen"] == {"\x1b[31m, [red]": 2, "Positive": 1}
    labels = [row[2] for row in csv_rows(tmp_path / "wrong.csv")]
    assert labels.count("\x1b[31m, [red]") == 2
    report = grucli("evaluate", data.name, "-m", text_model, cwd=tmp_path)
    assert report.complaints == [
        "warning: more.csv: 3 rows with a label that training lacks, always counted as wrong: "
        r"'\x1b[31m, [red]', 'Positive' (did you mean 'positive'?) [data.unseen_label]"
    ]
    assert grucli("evaluate", data, "-m", text_model, "-q").err == ""
    assert "unseen in training" in report.text
    assert r"\x1b[31m, [red]" in report.text
    assert "\x1b" not in report.text


def test_a_file_without_a_label_of_the_model_is_an_error(text_model: Path, tmp_path: Path) -> None:
    """Not an accuracy of 0: neither for evaluate nor for validation, from a file or a pipe."""
    data = tmp_path / "other.csv"
    data.write_text("text,label\ngood film,Positive\nbad film,Negative\ngood,Positive\n")
    expected = (
        "no row has a label of {} (negative, positive): 'Positive' (did you mean 'positive'?), "
        "'Negative' (did you mean 'negative'?); rename them, or name another file or column"
    )
    for options in ((), ("--json",), ("--min", "accuracy=0"), ("-q",)):
        ran = grucli("evaluate", data.name, "-m", text_model, *options, cwd=tmp_path)
        assert (ran.code, ran.out) == (3, b"")
        assert ran.complaints == [f"grucli: other.csv: {expected.format('the model')}"]
    piped = grucli("evaluate", "-", "-m", text_model, "--format", "csv", stdin=data.read_bytes())
    assert (piped.code, piped.out) == (3, b"")
    assert piped.err.endswith(expected.format("the model") + "\n")
    train = SAMPLES / "reviews_train.csv"
    ran = grucli("train", train, "--valid", data, "-o", "m.npz", "-q", cwd=tmp_path)
    assert (ran.code, ran.err.count("\n")) == (3, 1)
    assert ran.err.endswith(expected.format("the training file") + "\n")


def test_other_columns_other_forms_the_same_scores(text_model: Path, tmp_path: Path) -> None:
    expected = grucli("evaluate", REVIEWS, "-m", text_model).out
    table = REVIEWS.read_bytes()
    variants = {
        "moved.csv": ("score,label,text", [[r["score"], r["label"], r["text"]] for r in ROWS], ","),
        "other.csv": ("text;note;gold;body", [["x", "", r["label"], r["text"]] for r in ROWS], ";"),
    }
    for name, (header, rows, delimiter) in variants.items():
        with (tmp_path / name).open("w", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerows([header.split(delimiter), *rows])
    (tmp_path / "crlf.csv.gz").write_bytes(
        gzip.compress(b"\xef\xbb\xbf" + table.replace(b"\n", b"\r\n").rstrip())
    )
    flags = ("--text", "body", "--label", "gold", "--delimiter", "semicolon")
    assert grucli("evaluate", tmp_path / "moved.csv", "-m", text_model).out == expected
    assert grucli("evaluate", tmp_path / "other.csv", "-m", text_model, *flags).out == expected
    assert grucli("evaluate", tmp_path / "crlf.csv.gz", "-m", text_model).out == expected
    lines = "".join(f"__label__{row['label']} {row['text']}\n" for row in ROWS)
    assert grucli("evaluate", "-", "-m", text_model, stdin=lines.encode()).out == expected


@pytest.mark.parametrize(
    ("data", "code", "complaint"),
    [
        (b"text\ngood\nbad\n", 3, "label"),
        (b"", 3, "empty"),
        (b"text,label\n", 3, "no rows"),
        (b"text,label\ngood,positive\nbad\n", 3, "standard input:3: row has 1 field, header has 2"),
        (b"text,label\ngood,positive\nbad,\n", 3, "standard input:3: no label"),
        (b"text,label\ngo\xffod,positive\n", 3, "standard input:2: byte 3"),
        (CLASSIC.read_bytes(), 4, "holds numeric sequences of 64 channels"),
    ],
)
def test_data_that_cannot_be_scored(
    text_model: Path, data: bytes, code: int, complaint: str
) -> None:
    ran = grucli("evaluate", "-", "-m", text_model, stdin=data)
    assert (ran.code, ran.out) == (code, b"")
    assert len(ran.complaints) == 1
    assert complaint in ran.err


def test_bad_rows_can_be_left_out(text_model: Path) -> None:
    stdin = b"text,label\ngood,positive\nbad\nawful,negative\n"
    ran = grucli("evaluate", "-", "-m", text_model, "--on-bad-row", "skip", "--json", stdin=stdin)
    assert (ran.code, json.loads(ran.text)["rows"]) == (0, 2)
    assert any("skipped 1" in line for line in ran.complaints)


def test_usage_and_files(text_model: Path, series_model: Path) -> None:
    ran = grucli("evaluate", REVIEWS, "-m", series_model)
    assert (ran.code, ran.out) == (4, b"")
    assert "holds text" in ran.err
    assert "reads numeric sequences of 64 channels" in ran.err
    ran = grucli("evaluate", "-m", text_model)
    assert (ran.code, ran.out, len(ran.complaints)) == (2, b"", 1)
    ran = grucli("evaluate", SAMPLES / "review_test.csv", "-m", text_model)
    assert ran.code == 5
    assert "did you mean 'reviews_test.csv'?" in ran.err
    ran = grucli("evaluate", "-h", COLUMNS="80")
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines[4].strip() == "grucli evaluate test.csv -m m.npz --errors wrong.csv"
    assert "Exit codes: 0 done; 1 a --min or --max is not met" in ran.text


def test_the_json_goes_into_a_file_too(text_model: Path, tmp_path: Path) -> None:
    place = tmp_path / "report.json"
    run = ("evaluate", REVIEWS, "-m", text_model, "-o", place.name)
    plain = grucli("evaluate", REVIEWS, "-m", text_model)
    ran = grucli(*run, cwd=tmp_path)
    assert (ran.code, ran.out, ran.complaints) == (0, plain.out, ["wrote report.json"])
    printed = grucli("evaluate", REVIEWS, "-m", text_model, "--json")
    assert place.read_bytes() == printed.out
    again = grucli(*run, cwd=tmp_path)
    assert (again.code, again.out, "--force" in again.err) == (5, b"", True)
    both = grucli(*run, "--json", "--force", "-q", "--min", "accuracy=1", cwd=tmp_path)
    assert (both.code, both.out) == (1, printed.out)  # what is not met is written, too
    assert place.read_bytes() == printed.out
    for flags, what in (
        (("-o", REVIEWS), "the data"),
        (("-o", text_model), "the model"),
        (("-o", "-"), "no file"),
        (("-o", tmp_path / "x", "--errors", tmp_path / "x"), "the file of --output"),
    ):
        refused = grucli("evaluate", REVIEWS, "-m", text_model, *flags, "--force")
        assert (refused.code, what in refused.err, refused.out) == (2, True, b"")


def test_every_metric_is_listed_and_each_that_is_listed_is_taken(
    linear_model: Path, tmp_path: Path
) -> None:
    ran = grucli("evaluate", REVIEWS, "-m", linear_model, "--list-metrics", "--min-prob", "0.8")
    rows = [line.split("\t") for line in ran.lines]
    assert (ran.code, ran.err) == (0, "")
    paths = [path for path, _, _ in rows]
    assert {"accuracy", "per_class.positive.f1", "answered.accuracy", "parts.wide.log_loss"} <= {
        *paths
    }
    bounds = [
        word
        for path, value, better in rows
        for word in (("--max", f"{path}=1e9") if better == "lower" else ("--min", f"{path}=-1"))
    ]
    ran = grucli("evaluate", REVIEWS, "-m", linear_model, "--min-prob", "0.8", "-q", *bounds)
    assert (ran.code, ran.err) == (0, "")
    as_json = grucli("evaluate", REVIEWS, "-m", linear_model, "--list-metrics", "--json")
    listed = json.loads(as_json.text)
    assert (listed["schema"], listed["metrics"]["rows"]) == (
        "grucli.metrics/1",
        {"value": 60, "better": None},
    )
    assert json.dumps(listed["metrics"]["above_baseline"]["value"]) == "1"
    bounds = [
        word
        for path, metric in listed["metrics"].items()
        if metric["better"] == "higher" and metric["value"] is not None
        for word in ("--min", f"{path}={json.dumps(metric['value'])}")
    ]
    ran = grucli("evaluate", REVIEWS, "-m", linear_model, "-q", *bounds)
    assert (ran.code, ran.err) == (0, "")


def test_wrong_answers_have_the_id_and_what_else_is_kept(text_model: Path, tmp_path: Path) -> None:
    rows = [
        [f"t-{k}", row["text"], row["label"], f"team {k % 3}, east"] for k, row in enumerate(ROWS)
    ]
    header = ["id", "text", "label", "team"]
    with (tmp_path / "tickets.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    run = ("evaluate", "tickets.csv", "-m", text_model, "-q", "--force", "--errors")
    assert grucli(*run, "plain.csv", cwd=tmp_path).code == 0
    names, *plain = csv_rows(tmp_path / "plain.csv")
    assert names == ["row", "line", "id", "label", "predicted", "probability", "text"]
    assert all(row[2] == f"t-{int(row[0]) - 1}" for row in plain)
    grucli(*run, "kept.csv", "--keep", "team,label", "--bom", cwd=tmp_path)
    written = (tmp_path / "kept.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbfrow,line,id,team,keep.label,label,predicted,")
    found = list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"))))
    assert all(row["team"] == rows[int(row["row"]) - 1][3] for row in found)
    assert all(row["keep.label"] == row["label"] != row["predicted"] for row in found)
    grucli(*run, "all.JSONL", "--keep", "*", cwd=tmp_path)
    objects = [json.loads(line) for line in (tmp_path / "all.JSONL").read_text().splitlines()]
    assert [[str(one["row"]), one["text"]] for one in objects] == [
        [row[0], row[-1]] for row in plain
    ]
    chinese = (tmp_path / "tickets.csv").read_text().replace("id,text,", "编号,text,", 1)
    (tmp_path / "工单.csv").write_text(chinese, encoding="utf-8")
    run = ("evaluate", "工单.csv", *run[2:])
    assert grucli(*run, "错例.csv", cwd=tmp_path).code == 0
    assert (tmp_path / "错例.csv").read_text("utf-8").startswith("row,line,编号,label,")
    for one in objects:
        assert list(one) == ["row", "line", "label", "predicted", "probability", "text", "keep"]
        assert one["line"] == one["row"] + 1
        assert one["keep"] == dict(zip(("id", "team"), rows[one["row"] - 1][::3], strict=True))


@pytest.mark.parametrize(
    ("flags", "code", "complaint"),
    [
        (("--keep", "id"), 2, "--keep: is about the file of --errors"),
        (("--bom",), 2, "--bom: is about the file of --errors"),
        (("--bom", "--errors", "e.ndjson"), 2, "--bom: is for CSV"),
        (("--errors", "e.csv", "--keep", "scor"), 3, "did you mean 'score'?"),
    ],
)
def test_what_errors_cannot_have_is_refused(
    text_model: Path, tmp_path: Path, flags: tuple[str, ...], code: int, complaint: str
) -> None:
    ran = grucli("evaluate", REVIEWS, "-m", text_model, *flags, cwd=tmp_path)
    assert (ran.code, ran.out, complaint in ran.err) == (code, b"", True)
    assert list(tmp_path.iterdir()) == []


def test_an_id_of_steps_in_rows_names_a_wrong_answer(tmp_path: Path) -> None:
    rows = ["id,time,x,label"]
    for k in range(24):
        rows += [f"s{k},{t},{(k % 2) * 3 + t % 3},{'ab'[(k + k // 20) % 2]}" for t in range(6)]
    (tmp_path / "t.csv").write_text("\n".join(rows) + "\n")
    brief = ("--set", "model.hidden_size=8", "--set", "training.epochs=2", "-q")
    assert grucli("train", "t.csv", "-o", "m.npz", *brief, cwd=tmp_path).code == 0
    ran = grucli("evaluate", "t.csv", "-m", "m.npz", "-q", "--errors", "e.csv", cwd=tmp_path)
    assert ran.code == 0
    found = csv_rows(tmp_path / "e.csv")
    assert found[0][:4] == ["row", "line", "id", "label"]
    assert len(found) > 1
    for number, line, name, *_ in found[1:]:
        assert (name, int(line)) == (f"s{int(number) - 1}", 6 * int(number) - 4)
