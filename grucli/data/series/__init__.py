"""Numeric sequences to channels: scaling, views of a channel, features by random kernels.

Here: the encoder of series, and all that knows what a value of a step is.
Not here: reading files (forms, tables), or classifiers over features (model).
"""

from typing import Literal

View = Literal["values", "log", "shape", "change", "place"]
"""The ways of `views` to see a channel."""
