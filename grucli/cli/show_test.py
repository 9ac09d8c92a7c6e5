"""What `grucli train --test` shows of the finished model, on rows held out for that."""

from __future__ import annotations

from grucli.cli.options import Common
from grucli.modelfile import checkpoint
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.score import Scored, score
from grucli.preparation.holdout import Holdout
from grucli.report import scores
from grucli.training.saver import RunFiles
from grucli.training.session import Session
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Tested:
    """A model as it was saved, the rows that it was scored on, and what was found."""

    saved: SavedModel
    holdout: Holdout
    scored: Scored


def tested(session: Session, files: RunFiles) -> Tested | None:
    """Score the finished model; None without a test, or before training has ended."""
    holdout = session.prepared.holdout
    if holdout is None or not session.trainer.is_done:
        return None
    saved = checkpoint.load(files.model)
    return Tested(saved=saved, holdout=holdout, scored=score(saved, holdout.table.records))


def show(found: Tested, common: Common) -> None:
    """Say what `evaluate` says of these rows, and what is odd in that."""
    holdout = found.holdout
    rows = f"{len(holdout.table.records):,} rows held out before anything was learned"
    common.note(f"test: {rows if holdout.is_part else holdout.table.name}")
    common.note_each(scores.text(found.scored, found.saved).splitlines())
    common.note_each(scores.doubtful(found.scored, found.saved))
