"""The log of a run: what was written epoch by epoch can be written again from where it stands."""

import dataclasses
import json
from pathlib import Path

import pytest

from grucli.config.resolve import resolve
from grucli.errors import AccessError
from grucli.training import log
from grucli.training.progress import EpochInfo
from grucli.training.session import RunRequest, Session

REVIEWS = Path(__file__).parents[2] / "sample_data" / "reviews_train.csv"


def trained(*settings):
    """Return the epochs of a small run and its progress at the end."""
    small = ("model.hidden_size=4", "model.embedding_size=4", "training.epochs=3")
    config = resolve(flags={"data.train": str(REVIEWS)}, assignments=[*small, *settings]).config
    session = Session(RunRequest(config=config))
    list(session.begin())
    epochs = [info for info in session.train() if isinstance(info, EpochInfo)]
    return epochs, session.trainer.progress


@pytest.mark.parametrize(
    "settings", [("data.valid=0.2",), ("training.folds=2",), ("data.valid=0",)]
)
def test_lines_are_those_of_each_epoch_in_every_fold(settings):
    epochs, progress = trained(*settings)
    written = [log.line(info) for info in epochs]
    assert log.lines(progress, 0) == written
    first = dataclasses.replace(progress, folds=[], history=[info.scores for info in epochs[:3]])
    assert log.lines(first, epochs[0].fold) == written[:3]
    folds = [json.loads(line).get("fold", 0) for line in written]
    assert folds == [info.fold for info in epochs]
    assert json.loads(written[0])["best"] is True
    assert sum(json.loads(line)["epoch"] == 1 for line in written) == len(set(folds))


def test_only_a_log_of_the_same_run_is_gone_on_with(tmp_path):
    epochs, progress = trained("data.valid=0.2")
    path = tmp_path / "log.jsonl"
    log.check_own(path, progress, 0)  # there is none yet
    for content in ("", log.line(epochs[0]) + "\n", "\n".join(map(log.line, epochs))):
        path.write_text(content)
        log.check_own(path, progress, 0)
    for content in (log.line(epochs[1]) + "\n", "[]\n", "epoch 1\n", "\x00"):
        path.write_text(content)
        with pytest.raises(AccessError, match=r"log\.jsonl: is no log of this run"):
            log.check_own(path, progress, 0)
