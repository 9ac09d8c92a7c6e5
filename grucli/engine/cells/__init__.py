"""The recurrent cells, one file each: equations, forward and backward side by side.

Here: `gru` (reset after the product), `gru_before` (before it), `mingru` (gates from the input
alone), `rnn` without gates, and what the gated ones share. Each names its blocks of parameters
(BLOCKS) and what its tape of gates holds (GATES), in their order, and says whether its
candidate, or its state if it has none, comes out of a tanh (HAS_TANH).
Not here: directions and layers (engine/recurrent), or weights of a whole model (model).
"""

from typing import Literal

CellName = Literal["gru", "gru_before", "mingru", "rnn"]
"""The cells: each is the module of its name. To read the names, no NumPy is needed."""
