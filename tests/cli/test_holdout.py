"""`grucli train --test` and `--save-test` as processes: nothing of the test part is learned from.

Covers: cli/show_test, cli/train_outputs.
"""

import csv
import gzip
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.cli.helpers import BRIEF, SAMPLES, Ran, assert_one_error, grucli, sha256

REVIEWS = SAMPLES / "reviews_train.csv"
WORDS = ("good", "bad", "fine", "poor", "warm", "cold")
RUN = ("-o", "m.npz", "--test", "0.2", *BRIEF)


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def weights(path):
    """Return all arrays of a model but the one that says where it comes from."""
    with np.load(path) as archive:
        return {name: archive[name].tobytes() for name in archive.files if name != "meta"}


def words(k):
    """Return a text of its own for each number, of letters."""
    return " ".join([WORDS[k // 6**n % 6] for n in range(4)])


def write_text(folder):
    lines = ["id,text,label,note"]
    lines += [f'{k},"{words(k)}\nand ""more""",{"甲乙"[k % 2]},n{k}' for k in range(60)]
    (folder / "d.csv").write_text("\n".join(lines) + "\n", "gb18030")
    return "d.csv", "t.csv", ("--encoding", "gb18030")


def write_bare(folder):
    lines = [f"{'ab'[k % 2]}\t{words(k)}" for k in range(60)]
    (folder / "d.tsv").write_text("\r\n".join(lines) + "\r\n")
    return "d.tsv", "t.tsv", ("--no-header", "--text", "2", "--label", "1")


def write_lines(folder):
    lines = [f"__label__{'ab'[k % 2]} {words(k)}" for k in range(60)]
    (folder / "d.txt").write_text("\n".join(lines))
    return "d.txt", "t.txt.gz", ()


def write_jsonl(folder):
    found = [{"n": k, "said": words(k), "tone": "ab"[k % 2]} for k in range(60)]
    text = "".join(json.dumps(one) + "\n\n" for one in found)
    (folder / "d.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    return "d.jsonl.gz", "t.jsonl", ("--text", "said", "--label", "tone")


def write_sets(folder):
    lines = ["text,tags", *[f"{words(k)},{('x', 'y', 'x;y', '')[k % 4]}" for k in range(80)]]
    (folder / "d.csv").write_text("\n".join(lines) + "\n")
    return "d.csv", "t.csv", ("--label", "tags", "--label-separator", ";")


def write_numbers(folder):
    lines = ["text,stars", *[f"{words(k)},{k % 6}.5" for k in range(80)]]
    (folder / "d.csv").write_text("\n".join(lines) + "\n")
    return "d.csv", "t.csv", ("--set", "task=regress")


def write_wide(folder):
    rng = np.random.default_rng(0)
    lines = [
        f"{','.join(map(str, rng.normal(k % 2, 1, 8).round(3)))},{'ab'[k % 2]}" for k in range(60)
    ]
    (folder / "d.csv").write_text("\n".join([",".join([*"stuvwxyz", "label"]), *lines]) + "\n")
    return "d.csv", "t.csv", ("--values", "s,t,u,v,w,x,y,z")


def write_logs(folder):
    """Ids that follow each other in time; their rows stand in disorder."""
    rng, lines = np.random.default_rng(0), []
    for k in range(40):
        values = rng.normal(k % 2, 1, (6, 2)).round(3)
        lines += [f"m{k},{10 * k + t},{a},{b},{'ab'[k % 2]}" for t, (a, b) in enumerate(values)]
    rng.shuffle(lines)
    (folder / "d.csv").write_text("\n".join(["id,time,p,q,label", *lines]) + "\n")
    return "d.csv", "t.csv", ("--id", "id", "--time", "time", "--values", "p,q")


def write_ts(folder):
    shutil.copy(SAMPLES / "vowels_train.ts.gz", folder)
    return "vowels_train.ts.gz", "t.ts", ()


def write_arrays(folder):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 7, 2)), np.arange(60) % 2
    np.savez(folder / "d.npz", X=X, y=y, lengths=1 + np.arange(60) % 7, ids=np.arange(60), unit="V")
    return "d.npz", "t.npz", ()


def write_tags(folder):
    text = "-DOCSTART-\tO\n\n" + "".join(
        f"A{k}\tB-PER\nsaw\tO\nB{k % 7}\tB-ORG\n\n" for k in range(60)
    )
    (folder / "d.conll").write_text(text.removesuffix("\n"))
    return "d.conll", "t.conll", ()


FORMS = [
    write_text,
    write_bare,
    write_lines,
    write_jsonl,
    write_sets,
    write_numbers,
    write_wide,
    write_logs,
    write_ts,
    write_arrays,
    write_tags,
]


@pytest.mark.parametrize("write", FORMS, ids=[write.__name__[6:] for write in FORMS])
def test_the_report_is_that_of_evaluate_on_the_rows_that_were_saved(write, tmp_path):
    data, saved, flags = write(tmp_path)
    ran = grucli("train", data, *RUN, "--save-test", saved, "--json", *flags, cwd=tmp_path)
    assert ran.code == 0, ran.err
    found = grucli("evaluate", saved, "-m", "m.npz", "--json", cwd=tmp_path)
    assert found.code == 0, found.err
    told, whole = json.loads(ran.text), json.loads(found.text)
    assert told["test"] == whole
    assert "out before anything is learned" in ran.err
    learned, share = told["train"]["rows"], whole["rows"]
    assert 0.15 < share / (learned + share) < 0.25


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> tuple[Ran, Path]:
    """A run with its model, and the rows that it has held out."""
    folder = tmp_path_factory.mktemp("holdout")
    shutil.copy(REVIEWS, folder / "d.csv")
    ran = grucli("train", "d.csv", *RUN, "--save-test", "t.csv", "--json", cwd=folder)
    assert ran.code == 0, ran.err
    return ran, folder


def test_rows_keep_all_columns_and_labels_their_share(run):
    header, *rows = rows_of((run[1] / "t.csv").read_text())
    all_rows = rows_of(REVIEWS.read_text())
    assert header == all_rows[0]
    assert [row for row in all_rows[1:] if row in rows] == rows
    assert len(rows) == 48
    assert sum(row[1] == "positive" for row in rows) == 24


def test_other_texts_in_the_test_part_change_no_byte_of_the_model(run, tmp_path):
    _, folder = run
    held = {row[0] for row in rows_of((folder / "t.csv").read_text())[1:]}
    rows = rows_of(REVIEWS.read_text())
    other = [
        [f"wholly unheard words {'zq' * (k + 1)}", *row[1:]] if row[0] in held else row
        for k, row in enumerate(rows)
    ]
    with open(tmp_path / "d.csv", "w", newline="") as file:
        csv.writer(file).writerows(other)
    assert grucli("train", "d.csv", *RUN, cwd=tmp_path).code == 0
    assert sha256(tmp_path / "m.npz") == sha256(folder / "m.npz")


def test_a_model_is_that_of_the_other_rows_alone(run, tmp_path):
    _, folder = run
    held = rows_of((folder / "t.csv").read_text())[1:]
    rest = [row for row in rows_of(REVIEWS.read_text()) if row not in held]
    with open(tmp_path / "d.csv", "w", newline="") as file:
        csv.writer(file).writerows(rest)
    assert grucli("train", "d.csv", "-o", "m.npz", *BRIEF, cwd=tmp_path).code == 0
    assert weights(tmp_path / "m.npz") == weights(folder / "m.npz")


def test_the_report_is_for_people_where_nobody_asks_for_json(run, tmp_path):
    _, folder = run
    ran = grucli("train", REVIEWS, *RUN, cwd=tmp_path)
    report = grucli("evaluate", "t.csv", "-m", "m.npz", cwd=folder)
    assert ran.text == ""
    assert f"test: 48 rows held out before anything was learned\n{report.text}" in ran.err
    assert all(len(line) <= 80 for line in report.lines)
    quiet = grucli("train", REVIEWS, *RUN, "-q", "--force", cwd=tmp_path)
    assert (quiet.text, quiet.err) == ("", "")


def test_the_whole_file_is_known_as_that_of_training_and_the_test_part_is_not(run):
    _, folder = run
    whole = grucli("evaluate", "d.csv", "-m", "m.npz", cwd=folder)
    assert "looks like the file that the model has learned from" in whole.err
    (folder / "held").mkdir()
    shutil.copy(folder / "t.csv", folder / "held" / "d.csv")
    assert grucli("evaluate", "held/d.csv", "-m", "m.npz", cwd=folder).err == ""


def test_a_file_is_scored_as_evaluate_does_and_changes_nothing_that_is_learned(run, tmp_path):
    other = SAMPLES / "reviews_test.csv"
    options = ("-o", "m.npz", *BRIEF, "--json")
    with_test = grucli("train", REVIEWS, *options, "--test", other, cwd=tmp_path)
    found = grucli("evaluate", other, "-m", "m.npz", "--json", cwd=tmp_path)
    assert json.loads(with_test.text)["test"] == json.loads(found.text)
    before = sha256(tmp_path / "m.npz")
    assert grucli("train", REVIEWS, *options, "--force", cwd=tmp_path).code == 0
    assert sha256(tmp_path / "m.npz") == before


def test_copies_of_training_rows_in_a_test_file_are_said(tmp_path):
    lines = REVIEWS.read_text().splitlines()
    (tmp_path / "t.csv").write_text("\n".join([*lines[:3], "so fresh and new,odd,1"]) + "\n")
    ran = grucli("train", REVIEWS, "--test", "t.csv", "--dry-run", cwd=tmp_path)
    assert ran.code == 0
    assert "t.csv: 2 rows (66.7%) also in training, first line 2" in ran.text
    assert "leaks: 2 rows of the test file also in training" in ran.lines
    assert "t.csv: 1 row with a label that training lacks" in ran.text


def test_a_run_that_is_resumed_has_the_same_part_and_report(run, tmp_path):
    ran, folder = run
    shutil.copy(REVIEWS, tmp_path / "d.csv")
    words = ("train", "d.csv", *RUN, "--save-test", "t.csv", "--json")
    cut = grucli(*words, "--max-time", "0s", cwd=tmp_path)
    assert cut.code == 0, cut.err
    done = grucli(*words, "--resume", cwd=tmp_path)
    assert done.code == 0, done.err
    assert json.loads(done.text)["test"] == json.loads(ran.text)["test"]
    assert (tmp_path / "t.csv").read_bytes() == (folder / "t.csv").read_bytes()
    assert sha256(tmp_path / "m.npz") == sha256(folder / "m.npz")
    other = grucli("train", "d.csv", "-o", "m.npz", *BRIEF, "--resume", cwd=tmp_path)
    assert other.code == 2
    assert "data.test: was 0.2 in the run to resume" in other.err


def test_it_goes_with_a_validation_share_a_search_and_none(tmp_path):
    share = grucli("train", REVIEWS, *RUN, "--valid", "0.1", "--json", cwd=tmp_path)
    found = json.loads(share.text)
    assert found["test"]["rows"] == 48
    assert found["valid"]["rows"] == 20
    assert found["train"]["rows"] == 172
    none = grucli("train", REVIEWS, *RUN, "--valid", "0", "--json", "--force", cwd=tmp_path)
    assert json.loads(none.text)["train"]["rows"] == 192
    tuned = grucli("train", REVIEWS, *RUN, "--tune", "2", "--json", "--force", cwd=tmp_path)
    assert json.loads(tuned.text)["test"]["rows"] == 48
    dry = grucli("train", REVIEWS, "--test", "0.2", "--dry-run", "--json", cwd=tmp_path)
    assert "test: 48 of 240 rows held out" in dry.err
    assert json.loads(dry.text)["data"]["test_rows"] == 48


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--save-test", "t.csv"), "--save-test: the test part is not asked for"),
        (("--test", "0.2", "--save-test", "t.jsonl"), "is read as csv, and so must be t.jsonl"),
        (("--test", "0.001"), "data.test: 0.1% of 240 rows is none"),
        (("--test", "0.95"), "must be"),
        (("--test", "0.2", "--save-test", "m.npz"), "--save-test: m.npz is the model"),
        (("--test", str(REVIEWS), "--save-test", "t.csv"), "is a file already"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(options, said, tmp_path):
    ran = grucli("train", REVIEWS, "-o", "m.npz", *options, cwd=tmp_path)
    assert_one_error(ran, 2, said)
    assert not list(tmp_path.iterdir())


def test_a_pipe_is_tested_on_a_share_and_cannot_be_saved(tmp_path):
    data = REVIEWS.read_bytes()
    ran = grucli("train", "-", *RUN, "--json", stdin=data, cwd=tmp_path)
    assert json.loads(ran.text)["test"]["rows"] == 48
    words = ("train", "-", *RUN, "--force", "--save-test", "t.csv")
    assert_one_error(grucli(*words, stdin=data, cwd=tmp_path), 2, "cannot be taken out of a pipe")


def test_groups_stay_whole_and_the_last_ids_in_time_are_held_out(tmp_path):
    lines = ["text,label,who", *[f"{words(k)},{'ab'[k % 2]},w{k % 10}" for k in range(60)]]
    (tmp_path / "g.csv").write_text("\n".join(lines) + "\n")
    flags = ("--set", "data.group=who", "--save-test", "t.csv")
    assert grucli("train", "g.csv", *RUN, *flags, cwd=tmp_path).code == 0
    who = [row[2] for row in rows_of((tmp_path / "t.csv").read_text())[1:]]
    assert all(who.count(name) == 6 for name in who)
    data, saved, flags = write_logs(tmp_path)
    ran = grucli("train", data, *RUN, "--force", "--save-test", saved, *flags, cwd=tmp_path)
    ids = {row[0] for row in rows_of((tmp_path / saved).read_text())[1:]}
    assert ids == {f"m{k}" for k in range(32, 40)}
    assert "(the last 20% in time)" in ran.err


def log_lines(runs_until):
    """Return the rows of one log, whose machine stands still from a row on."""
    rng = np.random.default_rng(0)
    states = [(k // 30) % 2 if k < runs_until else 0 for k in range(600)]
    rows = [f"{state + rng.normal(0, 0.3):.2f},{('idle', 'run')[state]}" for state in states]
    return "\n".join(["load,state", *rows]) + "\n"


def test_windows_of_a_log_are_saved_where_they_are_read_again_as_they_were(tmp_path):
    flags = ("--window", "10", "--step", "5", "--label", "state", "--values", "load")
    words = ("train", "d.csv", *RUN, "--save-test", "t.csv", *flags, "--json")
    (tmp_path / "d.csv").write_text(log_lines(600))
    ran = grucli(*words, cwd=tmp_path)
    assert "(the last 20% in time), and 1 row over the border left out" in ran.err
    found = grucli("evaluate", "t.csv", "-m", "m.npz", "--json", cwd=tmp_path)
    assert json.loads(ran.text)["test"] == json.loads(found.text)
    assert (tmp_path / "d.csv").read_text().endswith((tmp_path / "t.csv").read_text()[20:])
    (tmp_path / "d.csv").write_text(log_lines(300))
    before = (tmp_path / "t.csv").read_bytes()
    ran = grucli(*words, "--force", cwd=tmp_path)
    assert_one_error(ran, 2, "t.csv is not written, other rows would be read in it")
    assert (tmp_path / "t.csv").read_bytes() == before
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv", ".npz"}
