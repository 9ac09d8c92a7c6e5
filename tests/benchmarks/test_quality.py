"""The quality benchmark: scores, intervals, resuming, tables. No peer is trained."""

import dataclasses
import gzip
import json
import sys

import numpy as np
import pytest

from grucli.tasks.classify import metrics
from grucli.tasks.multilabel import metrics as set_metrics
from tests.benchmarks import machine, processes
from tests.benchmarks.quality import (
    intervals,
    label_sets,
    program,
    published,
    rows,
    sets,
    sides,
    tables,
    text_units,
    written_sets,
)
from tests.benchmarks.quality.standings import standings
from tests.benchmarks.results import Results


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path / "results.jsonl", tables.KEY)


@pytest.fixture
def folder(tmp_path):
    """A folder with two sets of texts, a series, texts to be written, and what is none of these."""
    place = tmp_path / "data"
    for path in ("words", "more", "Waves", "tags", "pairs", "Sums", "nothing"):
        (place / path).mkdir(parents=True)
    texts = "text,label\n" + "".join(f"{word},{word[0]}\n" for word in ("no", "yes")) * 10
    for name in ("words", "more"):
        for part in ("train", "test"):
            _write(place / name / f"{part}.csv.gz", texts)
            _write(place / "tags" / f"{part}.tsv.gz", "I\tPRON\n\n")
            _write(place / "pairs" / f"{part}.csv.gz", "source,target\nyes,ja\n")
    for part in ("TRAIN", "TEST"):
        _write(place / "Sums" / f"Sums_{part}.ts.gz", "@targetlabel true\n@data\n1,2:3\n")
        _write(place / "Waves" / f"Waves_{part}.ts.gz", "#\n@data\n1,2,3:4,5,6:up\n3,2:1,0:down\n")
    return place


def _write(path, text):
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(text)


def _figures(right, n=100, **more):
    """Return figures with the first `right` of n rows right."""
    share = {"accuracy": right / n, "macro_f1": right / n}
    return {"rows": n, **share, "right": rows.packed(np.arange(n) < right), "seconds": 2.0} | more


def _add(results, name, side, *rights, n=100, revision="1", **more):
    for seed, right in enumerate(rights):
        key = {"set": name, "side": side, "seed": seed, "revision": revision}
        results.add(_figures(right, n, **more), **key)


def test_sets_are_found_by_looking(folder):
    found = {each.name: each for each in sets.find(folder)}
    assert list(found) == ["Waves", "more", "pairs", "words"]
    assert [each.text for each in found.values()] == [False, True, True, True]
    assert [each.writes for each in found.values()] == [None, None, ("source", "target"), None]
    assert [each.name for each in sets.find(folder, ["words", "Waves"])] == ["words", "Waves"]


@pytest.mark.parametrize("wanted", [["words", "tags"], ["absent"]])
def test_a_set_that_is_not_there_is_named(folder, wanted):
    with pytest.raises(SystemExit, match=wanted[-1]):
        sets.find(folder, wanted)


def test_a_folder_without_sets_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(SystemExit, match="no set"):
            sets.find(path)


def test_files_are_read_with_their_labels(folder):
    texts, labels = rows.read(str(folder / "words" / "train.csv.gz"))
    assert (texts[:2], labels[:2].tolist()) == (["no", "yes"], ["n", "y"])
    series, labels = rows.read(str(folder / "Waves" / "Waves_TEST.ts.gz"))
    assert [each.tolist() for each in series] == [[[1, 4], [2, 5], [3, 6]], [[3, 1], [2, 0]]]
    assert labels.tolist() == ["up", "down"]


def test_a_fifth_of_each_label_is_held_out():
    labels = np.array(["a"] * 50 + ["b"] * 10)
    kept, held = rows.held_out(labels, 0)
    assert sorted([*kept, *held]) == list(range(60))
    assert np.unique(labels[held], return_counts=True)[1].tolist() == [10, 2]
    assert not np.array_equal(held, rows.held_out(labels, 1)[1])


def test_scores_are_those_of_grucli():
    rng = np.random.default_rng(0)
    names = ("a", "b", "c", "d")
    truth, answers = rng.integers(3, size=50), rng.integers(2, size=50)  # d nowhere, c unanswered
    theirs = metrics.evaluate(np.eye(4)[answers], truth, names)
    scores = rows.scores(np.array(names)[truth], np.array(names)[answers])
    assert scores["rows"] == theirs.rows
    assert scores["accuracy"] == pytest.approx(theirs.accuracy, abs=1e-6)
    assert scores["macro_f1"] == pytest.approx(theirs.macro_f1, abs=1e-6)
    assert np.array_equal(rows.unpacked(scores["right"], 50), truth == answers)


@pytest.mark.parametrize("n", [1, 7, 8, 9, 1000])
def test_right_rows_survive_packing(n):
    right = np.random.default_rng(n).random(n) < 0.5
    assert np.array_equal(rows.unpacked(rows.packed(right), n), right)
    assert len(rows.packed(right)) == 2 * -(-n // 8)


def test_interval_of_a_share():
    # Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I
    assert intervals.share(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert intervals.share(1, 20)[1] == 1


def test_interval_of_a_difference_of_two_shares():
    # Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, table II
    assert intervals.unpaired(9 / 10, 3 / 10, 10) == pytest.approx((0.1705, 0.8090), abs=5e-5)
    assert intervals.unpaired(6 / 7, 2 / 7, 7) == pytest.approx((0.0582, 0.8062), abs=5e-5)
    assert intervals.unpaired(0, 0, 10) == pytest.approx((-0.2775, 0.2775), abs=5e-5)
    assert intervals.unpaired(0, 1, 10) == pytest.approx((-1, -0.6075), abs=5e-5)


def test_paired_bootstrap_sees_which_rows_differ():
    right = np.arange(200) < 160
    assert intervals.paired(right[None], right[None]) == (0.0, 0.0)
    worse = right & (np.arange(200) >= 10)  # wrong on ten rows more
    low, high = intervals.paired(worse[None], right[None])
    assert low < -0.05 < high < 0
    elsewhere = np.roll(right, 30)  # as many right, other rows
    low, high = intervals.paired(elsewhere[None], right[None])
    assert low < 0 < high


def test_paired_bootstrap_is_that_of_drawing_rows():
    rng = np.random.default_rng(0)
    ours, theirs = rng.random((3, 300)) < 0.8, rng.random((2, 300)) < 0.75
    gaps = ours.mean(axis=0) - theirs.mean(axis=0)
    drawn = gaps[rng.integers(300, size=(10_000, 300))].mean(axis=1)
    assert intervals.paired(ours, theirs) == pytest.approx(
        np.quantile(drawn, (0.025, 0.975)), abs=2e-3
    )


def test_grucli_is_measured_as_its_user_runs_it(folder, tmp_path):
    (each,) = sets.find(folder, ["words"])
    variables = machine.environment(1, keep_blas_kernel=True)
    figures = sides.grucli(each, 0, variables, tmp_path, ["training.epochs=1"])
    right = rows.unpacked(figures["right"], 20)
    assert (figures["rows"], figures["accuracy"]) == (20, right.mean())
    assert right.mean() in (0.5, 1.0)  # two texts, each ten times
    assert right[0] == right[2] == right[18]
    assert figures["seconds"] > 0


def test_parts_are_taken_where_a_model_has_them():
    score = {"accuracy": 0.5, "macro_f1": 0.25, "log_loss": 1.0}
    kept = {"accuracy": 0.5, "macro_f1": 0.25}
    scored = {"parts": {"recurrence": score, "wide": score}, "recurrence_share": 0.7}
    assert sides.parts({"wide": {"chosen": True}}, scored) == {
        "wide": True,
        "parts": {"recurrence": kept, "wide": kept},
        "recurrence_share": 0.7,
    }
    assert sides.parts({}, {}) == {}


@pytest.fixture
def quality(folder, tmp_path, monkeypatch, capsys):
    """Return a function: run the program with these words; what was trained, and what is shown."""
    trained = []

    def ours(each, seed, variables, place, settings=()):
        trained.append((each.name, "grucli", seed, *settings))
        parts = {part: {"accuracy": 0.6, "macro_f1": 0.6} for part in ("recurrence", "wide")}
        return _figures(80, wide=False) | ({"wide": True, "parts": parts} if settings else {})

    def peer(name, python, each, seed, variables):
        trained.append((each.name, name, seed))
        return _figures(70)

    def run(*words):
        trained.clear()
        file = str(tmp_path / "results.jsonl")
        given = [f"--python={name}={sys.executable}" for name in ("ngram", "fasttext", "keras")]
        program.main([*words, "--data", str(folder), "--results", file, *given])
        return list(trained), capsys.readouterr().out

    described = {"machine": "m", "versions": {}}
    monkeypatch.setattr(machine, "describe", lambda *_: described)
    monkeypatch.setattr(sides, "grucli", ours)
    monkeypatch.setattr(sides, "peer", peer)
    return run


def test_a_set_is_measured_with_both_parts_and_all_peers(quality):
    trained, shown = quality("--sets", "words", "--seeds", "0,1")
    assert trained == [
        ("words", "grucli", 0),
        ("words", "grucli", 0, "model.wide=true"),
        ("words", "grucli", 1),
        ("words", "grucli", 1, "model.wide=true"),
        ("words", "ngram", 0),
        ("words", "fasttext", 1),
        ("words", "fasttext", 2),
    ]
    line = (
        "| words | 100 | .800 (.711 to .867) | .800 | .600 | .600 | .800 | n-gram .700 (measured)"
    )
    assert line in shown


def test_series_have_no_peers_of_texts(quality):
    assert quality("--sets", "Waves", "--seeds", "0")[0] == [("Waves", "grucli", 0)]
    assert quality("--sets", "Waves", "--seeds", "2", "--peers", "gru")[0] == [
        ("Waves", "grucli", 2),
        ("Waves", "gru", 2),
    ]


def test_a_run_goes_on_where_it_stopped(quality, monkeypatch):
    quality("--sets", "words", "--seeds", "0", "--peers", "fasttext")
    assert quality("--sets", "words", "--seeds", "0", "--peers", "fasttext")[0] == []
    trained, _ = quality("--seeds", "0", "--peers", "fasttext", "--peers-only")
    assert trained == [("more", "fasttext", 1)]
    monkeypatch.setattr(machine, "revision", lambda: "another")
    trained, _ = quality("--sets", "words", "--seeds", "0", "--peers", "fasttext")
    assert [side for _, side, *_ in trained] == ["grucli", "grucli"]  # the peer stays
    assert len(quality("--sets", "words", "--seeds", "0", "--peers", "fasttext", "--again")[0]) == 3


def test_an_unknown_peer_is_refused(quality, capsys):
    with pytest.raises(SystemExit):
        quality("--peers", "ngram,svm")
    assert "no peer svm" in capsys.readouterr().err


def test_the_last_revision_counts_with_all_its_seeds(results):
    _add(results, "words", "grucli", 90, 92, 94, revision="1")
    _add(results, "words", sides.BOTH, 99, parts={"wide": {}, "recurrence": {}}, revision="1")
    _add(results, "words", "grucli", 70, 72, revision="2")
    (each,) = standings(results)
    assert (each.revision, each.accuracy, each.both) == ("2", pytest.approx(0.71), {})


def test_the_best_peer_may_be_measured_or_published(results):
    _add(results, "dna_splice", "grucli", 955, n=1000)
    _add(results, "dna_splice", "ngram", 700, n=1000)
    _add(results, "names_gender", "grucli", 850, 860, n=1000)
    _add(results, "names_gender", "fasttext", 900, 910, n=1000)
    splice, names = standings(results)
    assert (splice.best.name, splice.best.origin) == ("RBF", "published")
    assert (splice.worse, splice.better) == (False, False)
    assert (names.best.name, names.best.origin) == ("fastText", "measured")
    assert (names.worse, names.ahead) == (True, pytest.approx(-0.05))
    assert {peer.name for peer in names.known} == {"n-gram", "fastText", "GRU"}
    assert names.ahead_of_known == pytest.approx(0.855 - 0.880)


def test_a_set_is_worse_if_the_measured_peer_is_better_on_the_same_rows(results):
    _add(results, "words", "grucli", 940, n=1000)
    _add(results, "words", "ngram", 950, n=1000)  # ten rows more, no row less
    (each,) = standings(results)
    assert each.worse
    assert intervals.unpaired(0.94, 0.95, 1000)[1] > 0


def test_table_summary_and_goals(results):
    _add(results, "ArrowHead", "grucli", 90)
    _add(results, "words", "grucli", 80, 84, wide=False, text=True)
    _add(results, "words", "ngram", 70)
    _add(results, "unknown", "grucli", 50)
    shown = tables.show(results)
    assert "| LSTM-FCN .897 (published) | +0.3 | 2.00 |" in shown
    assert (
        "| words | 100 | .820 (.733 to .883) | .820 |  |  |  | n-gram .700 (measured) | +12.0* |"
        in shown
    )
    assert "| unknown | 100 | .500 (.404 to .596) | .500 |  |  |  |  |  | 2.00 |" in shown
    assert (
        "Over the 1 sets of texts and symbols with a peer the defaults are on average +12.00 "
        "points from the best peer; above it on 1; significantly worse: none. "
        "Over the 1 sets of series with a peer the defaults are on average +0.30 points"
    ) in shown
    assert "| mean difference of texts to the best peer [points] | ≥ 1 | 12 |" in shown
    assert "known before [points] |" not in shown  # none was
    assert "| ArrowHead | ≥ 0.85 | 0.9 |" in shown
    assert "GunPoint" not in shown  # not measured
    assert all(name in shown for name in published.ASIDE)


def test_a_tie_is_neither_above_nor_below(results):
    _add(results, "words", "grucli", 80, text=True, accuracy=0.8148147)  # means as they are rounded
    _add(results, "words", "ngram", 80, accuracy=0.8148148)
    shown = tables.show(results)
    assert "| n-gram .815 (measured) | +0.0 |" in shown
    assert "above it on 0;" in shown


def test_peers_are_shown_before_grucli_is_measured(results):
    assert tables.show(results) == ""
    _add(results, "reuters_r8", "ngram", 96)
    shown = tables.show(results)
    assert "| reuters_r8 | .960 (.967) |  | (.967) | TextGCN .971 |" in shown
    assert "aimed at" not in shown


def test_measurements_of_a_peer_that_ran_otherwise_do_not_count(results):
    # with one thread and from seed 0, as fastText ran before
    _add(results, "words", "fasttext", 10, revision="fasttext-wheel==0.9.2 numpy")
    assert (sides.seeds("fasttext", [0, 1, 2]), sides.seeds("ngram", [0, 1, 2])) == ([1, 2, 3], [0])
    revision = sides.revision("fasttext")
    for seed, right in zip((1, 2, 3), (90, 92, 93), strict=True):
        key = {"set": "words", "side": "fasttext", "seed": seed, "revision": revision}
        results.add(_figures(right), **key)
    shown = tables.show(results)
    assert "| words |  | .917 |" in shown
    assert "its seeds lie 3.0 points apart on the middle set, 3.0 on the widest" in shown


def test_goals_are_of_sets_that_are_known():
    known = {*published.MEASURED_BEFORE, *published.PUBLISHED}
    assert {*tables.LEAST, *published.ASIDE} <= known


def test_committed_results_can_be_shown():
    assert tables.measured().count("\n| ") > 3


@pytest.fixture
def sets_folder(tmp_path):
    place = tmp_path / "data" / "topics"
    place.mkdir(parents=True)
    lines = ["a x,p", "b y,q", "a b,p|q", "c,", "a,p"] * 8
    for part in ("train", "test"):
        _write(place / f"{part}.csv.gz", "text,labels\n" + "\n".join(lines) + "\n")
    return place.parent


def test_rows_with_several_labels_are_a_set_of_their_own(sets_folder, tmp_path):
    (each,) = sets.find(sets_folder)
    assert each.several
    texts, truth, names = label_sets.read(str(each.test))
    assert (texts[2], truth[2].tolist(), names) == ("a b", [True, True], ["p", "q"])
    variables = machine.environment(1, keep_blas_kernel=True)
    figures = sides.grucli(each, 0, variables, tmp_path, ["training.epochs=1"])
    assert figures["rows"] == 40
    assert figures.keys() >= {"micro_f1", "macro_f1", "subset_accuracy", "seconds"}


def test_scores_of_sets_are_those_of_grucli():
    rng = np.random.default_rng(0)
    truth, answers = rng.random((50, 4)) < 0.4, rng.random((50, 4)) < 0.4
    truth[:, 3] = answers[:, 3] = False  # occurs nowhere
    theirs = set_metrics.evaluate(answers.astype(float), answers, truth, np.zeros(50, np.int64), 0)
    found = label_sets.scores(truth, answers)
    for name in ("micro_f1", "macro_f1", "subset_accuracy"):
        assert found[name] == pytest.approx(getattr(theirs, name), abs=1e-6)


def test_a_setting_and_a_threshold_are_chosen_on_rows_that_are_held_out():
    texts = [f"{k % 3}" for k in range(60)]
    truth = np.array([[text == "1"] for text in texts])

    def trained(setting, texts, truth, seed):
        assert len(texts) == len(truth) == 48
        if setting == "bad":
            return lambda texts: np.zeros((len(texts), 1))
        return lambda texts: np.array([[0.4 if text == "1" else 0.3] for text in texts])

    setting, threshold = label_sets.chosen(["bad", "good"], texts, truth, 0, trained)
    assert setting == "good"
    assert 0.3 < threshold <= 0.4


def test_sets_of_labels_have_a_table_of_their_own(results):
    figures = {"rows": 1800, "micro_f1": 0.7, "macro_f1": 0.4, "subset_accuracy": 0.5}
    for side, more in (("grucli", {}), ("ngram", {"chosen": "words"})):
        key = {"set": "topics", "side": side, "seed": 0, "revision": "1"}
        results.add(figures | {"seconds": 2.0} | more, **key)
    shown = tables.show(results)
    assert "| topics | 1,800 | grucli | .700 | .400 | .500 |" in shown
    assert "| topics | 1,800 | n-gram | .700 | .400 | .500 | words |" in shown
    assert standings(results) == []


@pytest.fixture
def words(tmp_path):
    place = tmp_path / "data" / "cmudict_g2p"
    place.mkdir(parents=True)
    rows = [("aa", "A A"), ("ab", "A B"), ("ba", "B A"), ("bb", "B B")] * 12
    for part in ("train", "test"):
        lines = (f"{source},{target}\n" for source, target in rows)
        _write(place / f"{part}.csv.gz", "source,target\n" + "".join(lines))
    return place.parent


def test_texts_to_be_written_are_a_set_with_peers_of_their_own(words, tmp_path):
    (each,) = sets.find(words)
    assert written_sets.read(each.test)[1][:2] == ["A A", "A B"]
    assert [side for side in sides.ENVIRONMENTS if sides.takes(side, each)] == [*sides.WRITERS]
    others = dataclasses.replace(each, name="deb_en_fr")
    assert [side for side in sides.ENVIRONMENTS if sides.takes(side, others)] == ["pytorch"]
    variables = machine.environment(1, keep_blas_kernel=True)
    figures = sides.grucli(each, 0, variables, tmp_path, ["training.epochs=1"])
    assert figures["rows"] == 48
    assert figures.keys() >= {"exact_match", "edit_rate", "model_mb", "seconds"}


def test_answers_of_peers_are_scored_as_those_of_grucli(words, monkeypatch):
    (each,) = sets.find(words)
    answers = ["A A", "A B", "A A", "B"] * 12  # equal inputs count once
    answered = json.dumps({"answers": answers, "model_bytes": 2_500_000})
    outcome = processes.Outcome(seconds=2.0, cpu_s=1.0, peak_mb=9.0, sum_mb=None, output=answered)
    monkeypatch.setattr(processes, "run", lambda *_: outcome)
    figures = sides.peer("pytorch", sys.executable, each, 0, {})
    assert figures == {
        "rows": 48,
        "exact_match": 0.5,
        "edit_rate": 0.25,
        "model_mb": 2.5,
        "seconds": 2.0,
        "peak_mb": 9,
    }


def test_texts_that_are_written_have_a_table_of_their_own(results):
    figures = {"rows": 1918, "exact_match": 0.25, "edit_rate": 0.5, "seconds": 2.0, "model_mb": 4.9}
    texts = {"chrf": 40.04, "bleu": 13.0, "rouge_l": 0.5, "baseline_rouge_l": 0.231}
    for side, more in (("grucli", texts), ("phonetisaurus", {})):
        key = {"set": "pairs", "side": side, "seed": 0, "revision": "1"}
        results.add(figures | more, **key)
    shown = tables.show(results)
    line = "| pairs | 1,918 | grucli | .750 | .500 | 40.0 | 13.0 | .500 (.231) | 4.90 | 2.00 |"
    assert line in shown.replace("(0.", "(.")
    assert "| pairs | 1,918 | Phonetisaurus | .750 | .500 |  |  |  | 4.90 | 2.00 |" in shown


@pytest.mark.parametrize(
    ("targets", "ids"), [(["A B", "C"], [3, 4]), (["a  b", "c"], [4, 3, 3, 5])]
)
def test_a_peer_reads_and_writes_in_units_that_suit_the_texts(targets, ids):
    _, writes = text_units.Units.of(["x y", "z"], targets)
    assert writes.ids(targets[0]) == ids
    assert writes.text([*ids, text_units.UNKNOWN]) == targets[0]
