"""What open gates are for: the first symbol of 200 decides, and the others are noise like it."""

import pytest

from grucli.config.resolve import resolve
from grucli.preparation.prepare import prepare
from grucli.training import new_run
from grucli.training.progress import EpochInfo
from tests.benchmarks import memory


def learned(path, *settings):
    """Train, until nothing is wrong any more; return the best validation accuracy."""
    assignments = ["=".join(item) for item in memory.SETTINGS.items()]
    config = resolve(assignments=[*assignments, "training.epochs=20", *settings]).config
    prepared = prepare(str(path), config, "stop")
    trainer = new_run.new_trainer(prepared, new_run.first_model(prepared))
    best = 0.0
    for info in trainer.run():
        if isinstance(info, EpochInfo):
            best = max(best, info.scores.valid.alone.figures["accuracy"])
            if best == 1:
                trainer.stop("learned")
    return best


@pytest.mark.slow
def test_gates_that_start_as_chosen_learn_a_long_memory_and_others_do_not(tmp_path):
    path = tmp_path / "train.csv"
    memory.write(path, memory.TRAIN_ROWS, 200, 0)
    assert learned(path) == 1
    assert learned(path, "model.cell=rnn") < 0.95  # half learned at best, and lost again
    assert learned(path, "model.initialisation=orthogonal", "training.epochs=12") < 0.7
