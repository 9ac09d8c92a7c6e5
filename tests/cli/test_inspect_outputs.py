"""What `grucli inspect-gates` leaves behind: its exit code, --npz FILE and --html FILE.

Covers: cli/inspect_files.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from grucli.errors import show_path
from tests.report.page.test_page import check_harmless

from .helpers import SAMPLES, grucli

REVIEWS = SAMPLES / "reviews_test.csv"


def test_a_condition_that_holds_ends_with_1_after_the_report(text_model: Path):
    plain = grucli("inspect-gates", REVIEWS, "-m", text_model, "--json")
    needed = max(one["h99"] for one in json.loads(plain.text)["data"]["memory"])
    holds = ["--fail-if", "memory.h99>1", "--fail-if", "input.accuracy < 1.5"]
    passes = ["--fail-if", "gates.dead_units>0", "--fail-if", f"memory.h99>{needed}"]
    failed = grucli("inspect-gates", REVIEWS, "-m", text_model, "--json", "-q", *holds, *passes)
    assert (failed.code, failed.out) == (1, plain.out)
    first, second = failed.complaints
    assert first == f"grucli: memory.h99 is {needed}; --fail-if >1 holds"
    assert second.startswith("grucli: input.accuracy is ")
    passed = grucli("inspect-gates", REVIEWS, "-m", text_model, "--json", *passes)
    assert (passed.code, passed.out, passed.err) == (0, plain.out, "")
    bare = grucli("inspect-gates", "-m", text_model, "--fail-if", "model.parameters.total>10")
    assert (bare.code, len(bare.complaints)) == (1, 1)
    assert "PARAMETERS" in bare.text


@pytest.mark.parametrize(
    ("data", "given", "says"),
    [
        ([REVIEWS], "gates.dead_units", "must be FIGURE>VALUE"),
        ([REVIEWS], "gates.dead_unist>0", "did you mean 'gates.dead_units'"),
        ([], "gates.dead_units>0", "without DATA"),
        ([], "input.accuracy<0.5", "undefined"),
    ],
)
def test_a_condition_that_says_nothing_is_usage(text_model: Path, data, given, says):
    ran = grucli("inspect-gates", *data, "-m", text_model, "--fail-if", given)
    assert (ran.code, len(ran.complaints)) == (2, 1)
    assert says in ran.err


def test_gates_states_and_tokens_in_a_file(text_model: Path, tmp_path: Path):
    target = tmp_path / "traces.npz"
    command = ("inspect-gates", REVIEWS, "-m", text_model, "--sample", "20", "--npz", target)
    ran = grucli(*command, "--json")
    assert ran.code == 0
    assert ran.complaints[0].startswith(f"wrote {show_path(target)}: 0.")
    report = json.loads(ran.text)
    with np.load(target, allow_pickle=False) as found:
        traces = dict(found)
    assert len(traces["records"]) == 20
    assert json.loads(traces["meta"].tobytes())["input"] == report["meta"]["input"]
    right = (traces["targets"] == traces["predictions"]).sum()
    assert right == report["meta"]["input"]["right"]
    for part in report["data"]["gates"]:
        for gate in part["gates"]:
            array = traces[f"layer{part['layer'] + 1}_{part['direction']}_{gate['name']}"]
            assert array.mean(axis=0) == pytest.approx(gate["mean"], abs=1e-5)
    first = traces["records"][0]
    tokens = traces["tokens"][slice(*traces["offsets"][:2])]
    shown = grucli("inspect-gates", REVIEWS, "-m", text_model, "--example", first, "--json")
    parts = json.loads(shown.text)["data"]["examples"][0]["parts"]
    assert tokens.tolist() == [part["text"] for part in parts]
    before = target.read_bytes()
    refused = grucli(*command)
    assert (refused.code, refused.out, len(refused.complaints)) == (5, b"", 1)
    assert "--force" in refused.err
    assert grucli(*command, "--force", "-q").err == ""
    assert target.read_bytes() == before


def test_a_text_alone_can_be_traced_and_nothing_cannot(text_model: Path, tmp_path: Path):
    target = tmp_path / "traces.npz"
    bare = grucli("inspect-gates", "-m", text_model, "--npz", target)
    assert (bare.code, bare.out, len(bare.complaints)) == (2, b"", 1)
    assert not target.exists()
    text = "not bad \x1b[31m 好"
    ran = grucli("inspect-gates", "-m", text_model, "--npz", target, "--text", text)
    assert ran.code == 0
    with np.load(target, allow_pickle=False) as found:
        assert found["tokens"].tolist()[:2] == ["not", "bad"]
        assert found["targets"].tolist() == [-1]


def test_series_with_a_stride_have_offsets_of_their_own(tmp_path: Path):
    rng = np.random.default_rng(0)
    lengths = np.arange(40) % 7 + 30
    x, y = rng.normal(size=(40, 36, 2)).astype(np.float32), np.arange(40) % 2
    np.savez(tmp_path / "d.npz", X=x, y=y, lengths=lengths)
    model, target = tmp_path / "m.npz", tmp_path / "traces.npz"
    words = [w for s in ("convolution=4", "hidden_size=8") for w in ("--set", f"model.{s}")]
    few = ("--set", "training.epochs=2", "--set", "model.wide=false")
    assert grucli("train", tmp_path / "d.npz", "-o", model, "-q", *words, *few).code == 0
    assert grucli("inspect-gates", tmp_path / "d.npz", "-m", model, "--npz", target).code == 0
    with np.load(target, allow_pickle=False) as found:
        np.testing.assert_array_equal(np.diff(found["offsets"]), lengths)
        np.testing.assert_array_equal(np.diff(found["state_offsets"]), -(-lengths // 4))
        assert len(found["layer1_forward_state"]) == found["state_offsets"][-1]
        np.testing.assert_array_equal(found["values"][: lengths[0]], x[0, : lengths[0]])


def test_the_model_and_the_data_are_never_replaced(text_model: Path, tmp_path: Path):
    link, data = tmp_path / "link.npz", tmp_path / "d.csv"
    link.symlink_to(text_model)
    data.write_text("text,label\ngood,positive\n")
    before = text_model.read_bytes(), data.read_bytes()
    for flags in (["--npz", text_model], ["--npz", link], ["--html", data]):
        for more in ([], ["--force"]):
            ran = grucli("inspect-gates", data, "-m", text_model, *flags, *more)
            assert (ran.code, ran.out, len(ran.complaints)) == (2, b"", 1)
            assert "name another file" in ran.err
    page = tmp_path / "page"
    for flags in (
        ["--html", page, "--npz", tmp_path / "." / ".." / tmp_path.name / "page"],
        ["--html", "-"],
    ):
        ran = grucli("inspect-gates", data, "-m", text_model, *flags, cwd=tmp_path)
        assert (ran.code, ran.out, len(ran.complaints)) == (2, b"", 1)
    assert {path.name for path in tmp_path.iterdir()} == {link.name, data.name}
    assert (text_model.read_bytes(), data.read_bytes()) == before


def test_a_text_for_a_model_of_numbers_leaves_no_file(series_model: Path, tmp_path: Path):
    target = tmp_path / "x"
    for flag in ("--npz", "--html"):
        ran = grucli("inspect-gates", "-m", series_model, "--text", "a", flag, target)
        assert (ran.code, ran.out, len(ran.complaints)) == (4, b"", 1)
    assert not target.exists()


def test_the_page_is_written_beside_the_report(text_model: Path, tmp_path: Path):
    target = tmp_path / "report.html"
    command = ("inspect-gates", REVIEWS, "-m", text_model, "--example", "7,wrong")
    plain = grucli(*command, "--json")
    ran = grucli(*command, "--json", "--html", target, "--npz", tmp_path / "t.npz")
    assert (ran.code, ran.out) == (0, plain.out)
    assert [line.split(":")[0] for line in ran.complaints] == [
        f"wrote {show_path(target)}",
        f"wrote {show_path(tmp_path / 't.npz')}",
    ]
    found, source = json.loads(plain.text), target.read_text(encoding="utf-8")
    text = " ".join(check_harmless(source).text.split())
    end, start = (one["h99"] for one in found["data"]["memory"])
    assert f"H99 = {end} steps from the end, {start} from the start" in text
    assert f"accuracy {found['meta']['input']['accuracy']:.3f}" in text
    for example in found["data"]["examples"]:
        assert f"{example['name']} true '{example['label']}', predicted" in text
        assert f"{example['margin']:+.2f}" in text
    for verdict in found["verdicts"]:
        assert verdict["text"] in text
    refused = grucli(*command, "--html", target)
    assert (refused.code, refused.out, len(refused.complaints)) == (5, b"", 1)
    again = grucli(*command, "--html", target, "--force", "-q")
    assert (again.code, again.err, again.text) == (0, "", grucli(*command).text)
    assert target.read_text(encoding="utf-8") == source


def test_the_page_of_a_model_alone_and_of_hostile_names(odd_model: Path, tmp_path: Path):
    target = tmp_path / "\x1b[31m<b>\u202e.html"
    text = "<script>alert(1)</script> \x1b[2J \u202e 好 good"
    ran = grucli("inspect-gates", "-m", odd_model, "--text", text, "--html", target, LC_ALL="C")
    assert ran.code == 0
    assert ran.complaints[0].endswith(r"/\x1b[31m<b>\u202e.html")
    page = check_harmless(target.read_text(encoding="utf-8"))
    assert "好，评" in page.text
    assert "script" in page.text
    bare = grucli("inspect-gates", "-m", odd_model, "--html", target, "--force")
    assert bare.code == 0
    assert "The model" in check_harmless(target.read_text(encoding="utf-8")).text


def test_a_condition_that_holds_leaves_the_files(text_model: Path, tmp_path: Path):
    page, traces = tmp_path / "r.html", tmp_path / "t.npz"
    files = ("--html", page, "--npz", traces)
    ran = grucli("inspect-gates", REVIEWS, "-m", text_model, *files, "--fail-if", "memory.h99>0")
    assert ran.code == 1
    assert page.exists()
    assert traces.exists()


def test_files_that_cannot_be_written(text_model: Path, tmp_path: Path):
    same = tmp_path / "x"
    for flags, code in (
        (["--html", same, "--npz", same], 2),
        (["--html", text_model, "--force"], 2),
        (["--html", tmp_path, "--force"], 5),
        (["--npz", tmp_path / "a" / "b" / "c.npz"], 5),
    ):
        ran = grucli("inspect-gates", "-m", text_model, "--text", "a", *flags)
        assert (ran.code, len(ran.complaints)) == (code, 1), ran.err
    assert list(tmp_path.iterdir()) == []
