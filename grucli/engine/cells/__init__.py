"""The recurrent cells, one file each: equations, forward and backward side by side.

Here: `gru` (reset after the product), `gru_before` (before it), `rnn` without gates, and what the
gated ones share.
Not here: directions and layers (engine/recurrent), or weights of a whole model (model).
"""

from typing import Literal

CellName = Literal["gru", "gru_before", "rnn"]
"""The cells: each is the module of its name. To read the names, no NumPy is needed."""
