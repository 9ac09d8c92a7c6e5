"""Whether what a report shows of reasons is to be believed, each by one fixed rule."""

from __future__ import annotations

from collections.abc import Iterator

from grucli.errors import counted
from grucli.inspection.audit import METHODS, Audit
from grucli.inspection.integrated import LARGEST_ERROR
from grucli.inspection.report import Branches, Verdict
from grucli.inspection.verdicts import verdict
from grucli.tasks.scorecard import Scorecard

LEAST_AHEAD = 0.1  # of the level, in [0, 1]: of 30 models with first weights 28 stay below
LEAST_AGREEMENT = 0.3  # rank correlation
NO_SHARE = 0.01  # of the margins: a recurrence below it has no say
IDLE_SHARE = 0.1  # the same of one that alone is no better than blind answers
MOVED = "level moved more than by chance"


def of_scores(card: Scorecard | None) -> Iterator[Verdict]:
    """Say that a model knows nothing of the data; nothing where too few rows could tell."""
    if card is None or card.above_baseline or card.baseline.limit:
        return
    value, blind, title = card.figures[0].value, card.baseline.value, card.baseline.measure.title
    if value is not None:
        yield verdict(
            "trust.unlearned",
            f"{title} {value:.3g} is no better than that of blind answers, {blind:.3g}, chance "
            "allowed for: no reason of an answer is to be believed",
            (f"{title} of the sample", value, blind),
            "warning",
        )


def of_recurrence(
    branches: Branches | None, card: Scorecard | None, features: str
) -> Iterator[Verdict]:
    """Say that the answers are those of the linear path alone: gates then show nothing of them.

    Args:
        branches: what the recurrence and the linear path each do; None where there is one path.
        card: of both together; None without known targets.
        features: what the linear path reads, in a word.
    """
    if branches is None:
        return
    share, limit, known = branches.recurrence_share, NO_SHARE, ""
    if card is not None and branches.is_above_blind is False:
        title, blind = card.baseline.measure.title, card.baseline.value
        level = "" if branches.recurrence_level is None else f", {branches.recurrence_level:.3g},"
        limit = IDLE_SHARE
        known = (
            f", and its {title} alone{level} is no better than that of blind answers, {blind:.3g}"
        )
    if share >= limit:
        return
    yield verdict(
        "trust.idle_recurrence",
        f"the recurrence decides {100 * share:.0f} % of the margins{known}: its gates, memory and "
        f"units say nothing of the answers, which are those of {features}",
        ("the recurrence's share of the margins", share, limit),
        "warning",
    )


def of_audit(audit: Audit, *, has_learned: bool, owner: str = "") -> Iterator[Verdict]:
    """Say whether effects are to be believed, and if not, why.

    Args:
        audit: three methods on some sequences.
        has_learned: unless the answers are known to be no better than blind ones.
        owner: whose reasons they are, where those of the recurrence have no part in them.
    """
    ahead = {method: audit.ahead(method) for method in METHODS}
    best, (mean, (low, _)) = max(ahead.items(), key=lambda item: item[1][0])
    agreement = min((own for own in audit.agreement.values() if own is not None), default=0.0)
    asked, is_trusted = counted(len(audit.sequences), "sequence"), has_learned
    if mean < LEAST_AHEAD or (low <= 0 and len(audit.sequences) > 1):
        is_trusted = False
        yield verdict(
            "trust.no_effect",
            "what counts most by any method moves the answers hardly more than what chance picks "
            f"({mean:+.3f} in {asked})",
            (MOVED, mean, LEAST_AHEAD),
            "warning",
        )
    elif agreement < LEAST_AGREEMENT:
        is_trusted = False
        yield verdict(
            "trust.disagree",
            f"methods disagree about what counts (median rank correlation {agreement:.3f} in "
            f"{asked})",
            ("least median rank correlation of two methods", agreement, LEAST_AGREEMENT),
            "warning",
        )
    missed = len(audit.sequences) - audit.reached
    if missed:
        yield verdict(
            "trust.incomplete",
            f"integrated gradients of {counted(missed, 'sequence')} do not add up to within 1 %",
            ("largest error of completeness", audit.worst_error, LARGEST_ERROR),
        )
    if is_trusted:
        yield verdict(
            "trust.believed",
            f"reasons{owner and f' of {owner}'} are to be believed: three methods agree (median "
            f"rank correlation {agreement:.3f} or more in {asked}), and what they name moves "
            f"answers {mean:.2f} more than chance picks would ({best})",
            (MOVED, mean, LEAST_AHEAD),
        )
