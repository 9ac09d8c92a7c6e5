"""The logistic function in three calls, and tanh, by what is fastest on the processor at hand.

    sigmoid(a) = tanh(a / 2) / 2 + 1 / 2   in general; it cannot overflow
    sigmoid(a) = 1 / (exp(-a) + 1)         with AVX2 and no more, where exp takes half of tanh
    tanh(a) = 2 / (exp(-2 a) + 1) - 1      there, of float64: .6 of the time, and .3e-15 apart

Which it is follows from what NumPy says of itself, never from a clock: on one machine it is always
the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from grucli.engine.packing import Floats


@dataclass(frozen=True, kw_only=True)
class Logistic:
    """How sigmoid(a) is made of b = `scale` * a: end(c, middle(begin(b), c)).

    The weights that `a` comes from are multiplied by `scale` instead of `a`, once for all steps.
    Where exp is infinite, sigmoid is 0, as it should be: whoever calls it lets exp overflow.

    Attributes:
        scale: of the weights.
        begin, middle, end: functions of NumPy.
        c: their constant.
        tanh64: overwrites its second argument with tanh of its first, both float64.
    """

    scale: float
    begin: Callable[..., Any]
    middle: Callable[..., Any]
    end: Callable[..., Any]
    c: float
    tanh64: Callable[[Any, Any], Any]

    def calls(
        self, dtype: np.dtype[Any]
    ) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any], Floats]:
        """Return begin, middle, end and c, an array without dimension."""
        return self.begin, self.middle, self.end, np.array(self.c, dtype)

    def tanh(self, dtype: np.dtype[Any]) -> Callable[[Any, Any], Any]:
        """Return what overwrites its second argument with tanh of its first."""
        return self.tanh64 if dtype == np.float64 else np.tanh


@np.errstate(over="ignore")
def _tanh_by_exp(a: Floats, out: Floats) -> None:
    np.multiply(a, -2.0, out)
    np.exp(out, out)
    np.add(out, 1.0, out)
    np.divide(2.0, out, out)
    np.subtract(out, 1.0, out)


BY_TANH = Logistic(scale=0.5, begin=np.tanh, middle=np.multiply, end=np.add, c=0.5, tanh64=np.tanh)
BY_EXP = Logistic(
    scale=-1.0, begin=np.exp, middle=np.add, end=np.divide, c=1.0, tanh64=_tanh_by_exp
)


def fastest(processor: str) -> Logistic:
    """Return how sigmoid is made for a kind of processor, as `tanh_is_made_for` names it."""
    return BY_EXP if "AVX2" in processor or "X86_V3" in processor else BY_TANH


def tanh_is_made_for() -> str:
    """Return for which kind of processor NumPy's tanh of float32 is made; "" if unknown."""
    try:
        from numpy.lib import introspect
    except ImportError:  # before NumPy 2
        return ""
    loops = introspect.opt_func_info(func_name="^tanh$", signature="float32")
    return str(loops.get("tanh", {}).get("ff", {}).get("current", ""))


LOGISTIC = fastest(tanh_is_made_for())
