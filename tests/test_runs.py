"""From a trainer to its files: what must not be saved is not, and says why."""

from pathlib import Path

import numpy as np
import pytest

from grucli import runs
from grucli.config import resolve
from grucli.dataset import prepare
from grucli.errors import TrainingError

REVIEWS = Path(__file__).parents[1] / "sample_data" / "reviews_train.csv"


@pytest.mark.parametrize("part", ["weights", "moments"])
def test_a_state_that_is_not_finite_is_divergence_and_the_old_file_stays(tmp_path, part):
    settings = resolve(assignments=["model.hidden_size=4", "model.embedding_size=4"])
    prepared = prepare(str(REVIEWS), settings.config, "stop")
    trainer = runs.start(prepared, runs.initial(prepared))
    steps = trainer.run()
    next(steps)
    path = tmp_path / "m.last.npz"
    runs.save_last(path, prepared, trainer)
    old = path.read_bytes()
    next(steps)
    array = trainer.model.table if part == "weights" else trainer.arrays()["dense_moment1"]
    array.flat[3] = np.inf
    with pytest.raises(TrainingError, match=r"epoch 1, step 2: .*lower training\.learning_rate"):
        runs.save_last(path, prepared, trainer)
    assert path.read_bytes() == old
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.last.npz"]


@pytest.mark.parametrize("length", [10, 200])
def test_first_weights_are_those_chosen_from_the_lengths(tmp_path, length):
    rows = [f"{'ab'[k % 2] * length},{k % 2}" for k in range(20)]
    path = tmp_path / "train.csv"
    path.write_text("\n".join(["text,label", *rows]))
    settings = ("data.tokens=char", "model.bidirectional=false", "model.pooling=last")
    prepared = prepare(str(path), resolve(assignments=list(settings)).config, "stop")
    bias = runs.initial(prepared).params["layer0_bias"].reshape(3, -1)
    kept = 1 / (1 + np.exp(-bias[1].astype(np.float64)))  # share of the state at the first step
    if length == 10:
        assert np.all(bias == 0)
    else:
        assert 20 < np.median(-1 / np.log(kept)) < length
        assert np.all(bias[[0, 2]] == 0)
    reason = prepared.reasons["model.initialisation"]
    assert f"{length} steps" in reason
