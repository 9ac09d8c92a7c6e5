"""A search for settings: its space, its trials and its winner as lines, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from grucli.errors import counted
from grucli.report.cell_text import json_text
from grucli.training.progress import Progress
from grucli.training.tuning.search import Budget, Search
from grucli.training.tuning.space import Changes, Space
from grucli.training.tuning.trial import Trial

if TYPE_CHECKING:
    from grucli.config.schema import Config


def plan_line(budget: Budget, num_judged: int) -> str:
    """Return how much is tried, and by how many rows it is judged."""
    if budget.trials is None:
        much = f"trials begin for {budget.seconds or 0:,.0f} s, so the clock decides how many"
    else:
        much = counted(budget.trials, "trial")
    rows = counted(num_judged, "row")
    return f"tune: {much}, the first with the defaults; judged by {rows} held out of the training"


def space_lines(space: Space) -> list[str]:
    """Return each setting that is searched with its values, the default first."""
    return [
        f"tune: {key}: {', '.join(map(json_text, values))}" for key, values in space.values.items()
    ]


def trial_line(trial: Trial, budget: Budget) -> str:
    """Return what came of a trial."""
    loss = "diverged   " if trial.loss is None else f"loss {trial.loss:.4f}"
    if trial.number == 1:
        result = "the defaults"
    elif trial.gain is None or trial.error is None:
        result = trial.ended
    else:
        result = f"{-trial.gain:+.4f} ± {trial.error:.4f}"
    words = [_numbered(trial.number, budget), loss, f"{counted(trial.epochs, 'epoch'):<10}", result]
    words += [listed] if (listed := _listed(trial.changes)) else []
    return "  ".join(words)


def step_words(number: int, budget: Budget, progress: Progress) -> str:
    """Return what is trained at present: "trial 3/20, epoch 12"."""
    return f"{_numbered(number, budget)}, epoch {progress.epoch}"


def outcome_lines(search: Search, config: Config) -> Iterator[str]:
    """Yield which trial has won and why, and its config as a file for `-c`.

    Args:
        search: all of whose trials have ended.
        config: of the winner, as it was set.
    """
    winner, seconds = search.winner, search.budget.seconds
    if seconds is not None:
        yield f"tune: {counted(len(search.trials), 'trial')} began in {seconds:,.0f} s"
    if winner.number == 1:
        yield "tune: the defaults stay: no trial is better by more than luck explains"
    else:
        yield (
            f"tune: trial {winner.number} wins: its loss is {winner.gain or 0.0:.4f} lower than "
            f"that of the defaults (standard error {winner.error or 0.0:.4f})"
        )
    if lines := yaml(config):
        yield "tune: as a file for -c:"
        yield from (f"  {line}" for line in lines)


def yaml(config: Config) -> list[str]:
    """Return what is set in a config as lines of YAML."""
    lines = []
    for name, part in settings(config).items():
        if isinstance(part, dict):
            lines += [f"{name}:", *(f"  {key}: {json_text(value)}" for key, value in part.items())]
        else:
            lines.append(f"{name}: {json_text(part)}")
    return lines


def settings(config: Config) -> dict[str, Any]:
    """Return what is set in a config, in its sections; what is left auto is not set."""
    given = config.model_dump(mode="json", exclude_unset=True)
    found = {}
    for name, part in given.items():
        if isinstance(part, dict):
            part = {key: value for key, value in part.items() if value is not None}
        if part not in (None, {}):
            found[name] = part
    return found


def result(search: Search, config: Config) -> dict[str, Any]:
    """Return the part of `train --json` about a search."""
    winner = search.winner
    return {
        "trials": len(search.trials),
        "winner": winner.number,
        "settings": json.loads(json.dumps(winner.changes)),
        "loss": winner.loss,
        "gain": winner.gain,
        "gain_error": winner.error,
        "config": settings(config),
    }


def plan(space: Space, budget: Budget) -> dict[str, Any]:
    """Return the part of `train --dry-run --json` about a search."""
    return {"trials": budget.trials, "seconds": budget.seconds, "space": dict(space.values)}


def _numbered(number: int, budget: Budget) -> str:
    return f"trial {number:>3}" + ("" if budget.trials is None else f"/{budget.trials}")


def _listed(changes: Changes) -> str:
    return ", ".join(f"{key.partition('.')[2]} {_shown(value)}" for key, value in changes.items())


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "+".join(map(str, value))
    return json_text(value)
