"""How long units hold what they read, of those that hold anything: the dead remember nothing."""

from __future__ import annotations

import numpy as np

from grucli.engine.packing import Floats
from grucli.inspection.health import Units
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class LivingTimes:
    """Times of the units of one layer and direction whose state varies.

    Attributes:
        longest: [steps], that of `unit`.
        unit: which one holds longest, counted from 0.
        median: [steps].
        dead: units that were left out.
    """

    longest: float
    unit: int
    median: float
    dead: int


def living_times(times: Floats, dead: Units) -> LivingTimes | None:
    """Return what `times` (H,) [steps] are without those of dead units; None if all are dead."""
    living = np.setdiff1d(np.arange(len(times)), dead)
    if not living.size:
        return None
    unit = int(living[np.argmax(times[living])])
    return LivingTimes(
        longest=float(times[unit]),
        unit=unit,
        median=float(np.median(times[living])),
        dead=len(times) - living.size,
    )
