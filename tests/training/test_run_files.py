"""From a trainer to its files: what must not be saved is not, and says why."""

from pathlib import Path

import numpy as np
import pytest

from grucli.config.resolve import resolve
from grucli.data.records import Record
from grucli.errors import TrainingError
from grucli.model.blend import Mix
from grucli.modelfile import checkpoint
from grucli.modelfile.archive import read_archive
from grucli.prediction.stream import predict
from grucli.preparation.prepare import prepare
from grucli.training import new_run, run_files

REVIEWS = Path(__file__).parents[2] / "sample_data" / "reviews_train.csv"


@pytest.mark.parametrize("part", ["weights", "moments"])
def test_a_state_that_is_not_finite_is_divergence_and_the_old_file_stays(tmp_path, part):
    settings = resolve(assignments=["model.hidden_size=4", "model.embedding_size=4"])
    prepared = prepare(str(REVIEWS), settings.config, "stop")
    trainer = new_run.new_trainer(prepared, new_run.first_model(prepared))
    steps = trainer.run()
    next(steps)
    path = tmp_path / "m.last.npz"
    run_files.save_last(path, prepared, trainer)
    old = path.read_bytes()
    next(steps)
    array = trainer.model.table if part == "weights" else trainer.arrays()["dense_moment1"]
    array.flat[3] = np.inf
    with pytest.raises(TrainingError, match=r"epoch 1, step 2: .*lower training\.learning_rate"):
        run_files.save_last(path, prepared, trainer)
    assert path.read_bytes() == old
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.last.npz"]


@pytest.mark.parametrize("length", [10, 200])
def test_first_weights_are_those_chosen_from_the_lengths(tmp_path, length):
    rows = [f"{'ab'[k % 2] * length},{k % 2}" for k in range(20)]
    path = tmp_path / "train.csv"
    path.write_text("\n".join(["text,label", *rows]))
    settings = ("data.tokens=char", "model.bidirectional=false", "model.pooling=last")
    prepared = prepare(str(path), resolve(assignments=list(settings)).config, "stop")
    bias = new_run.first_model(prepared).params["layer0_bias"].reshape(3, -1)
    kept = 1 / (1 + np.exp(-bias[1].astype(np.float64)))  # share of the state at the first step
    if length == 10:
        assert np.all(bias == 0)
    else:
        assert 20 < np.median(-1 / np.log(kept)) < length
        assert np.all(bias[[0, 2]] == 0)
    reason = prepared.reasons["model.initialisation"]
    assert f"{length} steps" in reason


def linear_run(*more):
    settings = ["model.hidden_size=4", "model.embedding_size=4", "training.epochs=3"]
    settings += ["training.averaging=off", "model.wide=true", "data.valid=0.2", *more]
    prepared = prepare(str(REVIEWS), resolve(assignments=settings).config, "stop")
    return prepared, new_run.new_trainer(prepared, new_run.first_model(prepared))


def test_saving_at_any_step_changes_nothing_of_the_run_and_every_file_can_be_read(tmp_path):
    prepared, trainer = linear_run()
    for _ in trainer.run():
        pass
    checkpoint.save(tmp_path / "whole.npz", run_files.best_model(prepared, trainer))
    again, other = linear_run()
    run_files.save_last(tmp_path / "m.last.npz", again, other)
    for _ in other.run():
        run_files.save_last(tmp_path / "m.last.npz", again, other)
        checkpoint.load(tmp_path / "m.last.npz")
        if other.progress.best_epoch:
            checkpoint.save(tmp_path / "m.npz", run_files.best_model(again, other))
            assert checkpoint.load(tmp_path / "m.npz").model.linear is not None
    assert other.progress.history == trainer.progress.history
    assert (tmp_path / "m.npz").read_bytes() == (tmp_path / "whole.npz").read_bytes()


def test_a_model_in_half_precision_is_half_as_large_and_what_a_resume_needs_is_whole(tmp_path):
    sizes, answers, lasts = [], [], []
    for half in ("false", "true"):
        prepared, trainer = linear_run(f"model.half_precision={half}", "model.embedding_size=64")
        for _ in trainer.run():
            pass
        best, path = run_files.best_model(prepared, trainer), tmp_path / "m.npz"
        checkpoint.save(path, best)
        run_files.save_last(tmp_path / "m.last.npz", prepared, trainer)
        lasts.append(read_archive(tmp_path / "m.last.npz"))
        sizes.append(sum(a.nbytes for n, a in read_archive(path).arrays.items() if "weight" in n))
        loaded = checkpoint.load(path, None)
        assert loaded.is_half == best.is_half == (half == "true")
        for (name, ours), (_, theirs) in zip(
            loaded.model.arrays(), best.model.arrays(), strict=True
        ):
            assert ours.dtype == np.float32
            np.testing.assert_array_equal(ours, theirs, err_msg=name)
        assert loaded.model.linear is not None
        assert best.model.linear is not None
        for ours, theirs in zip(loaded.model.linear.layer, best.model.linear.layer, strict=True):
            np.testing.assert_array_equal(ours, theirs)
        records = [Record(number=k, line=k, text=t) for k, t in enumerate(("good", "bad"), 1)]
        answers.extend(window.scores for window in predict(loaded, records))
    assert sizes[1] * 2 == sizes[0]
    assert not np.array_equal(*answers)
    np.testing.assert_allclose(*answers, atol=2e-3)
    for name, array in lasts[0].arrays.items():
        np.testing.assert_array_equal(array, lasts[1].arrays[name], err_msg=name)


def test_without_validation_both_paths_count_as_they_are(tmp_path):
    prepared, trainer = linear_run("data.valid=0")
    run_files.save_last(tmp_path / "m.last.npz", prepared, trainer)
    assert checkpoint.load(tmp_path / "m.last.npz").model.linear is None
    for _ in trainer.run():
        pass
    checkpoint.save(tmp_path / "m.npz", run_files.best_model(prepared, trainer))
    assert checkpoint.load(tmp_path / "m.npz").model.mix == Mix(recurrence=1.0, linear=1.0)


def test_other_text_beyond_the_last_step_is_other_data_where_n_grams_read_it(tmp_path):
    def sha256_of(ending, wide):
        rows = [f"good film {k % 7} {ending},a\nbad film {k % 5},b\n" for k in range(40)]
        (tmp_path / "d.csv").write_text("text,label\n" + "".join(rows))
        settings = ["data.max_length=2", f"model.wide={wide}"]
        config = resolve(assignments=settings).config
        prepared = prepare(str(tmp_path / "d.csv"), config, "stop")
        return run_files._fingerprint(prepared)

    assert sha256_of("one", "true") != sha256_of("two three", "true")


def test_a_setting_that_differs_is_said_as_a_config_has_it():
    now = {"data": {"recall": {"差评": 0.9}, "wide": True}, "seed": 1}
    then = {"data": {"recall": None, "wide": "auto"}, "seed": 1}
    assert list(run_files.differences(now, then)) == [
        'data.recall: was not set in the run to resume, is {"差评": 0.9}',
        "data.wide: was auto in the run to resume, is true",
    ]
