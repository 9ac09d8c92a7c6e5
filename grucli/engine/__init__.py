"""The engine: arrays in, arrays out. It imports NumPy and itself, nothing else.

Here: a layer a file, forward beside backward; losses, optimizers; `cells/` has the recurrence.
Not here: which layers make a model (model), what scores mean (tasks), when to step (training).

Letters, for shapes only:

    T steps     B rows (sequences of a batch)   N sum of the B lengths   K rows that run at a step
    I input     H hidden size   D directions (1 or 2)   F features   C classes   V vocabulary

Layout. A batch holds no padding: its rows are sorted by falling length, and the steps stand one
after the other, each with just the rows that still run (`packing.Packing`). A packed array is
(N, ...) and the rows of one step are a contiguous slice of it. No mask enters the mathematics.

Gates. `r` reset, `z` update, `n` candidate, `hn` the candidate's recurrent part. An update gate
of 1 keeps the previous state. Parameters have the blocks r | z | n and a leading direction axis:
weight_ih (D, 3H, I), weight_hh (D, 3H, H), bias (D, 3H), bias_hn (D, H). Both directions run in one
loop, as two rows for each sequence (`Packing.both_ways`): `recurrent` mirrors the second in time.

Speed. One array a gate, so that what a step works on is contiguous: NumPy runs through contiguous
arrays in a third of the time it takes to set up a strided loop. A third argument of a function of
NumPy is where its result goes. What is needed of all steps is computed block by block, while the
block is in the processor's cache. Numbers of the engine's own are arrays of no dimension: a Python
float costs a conversion at each call.

dtype. Everything is of the dtype of the parameters: float32, or float64 for checks.

Gradients. `d_x` is the gradient of the loss with respect to `x`. Losses and gradients are sums over
rows: the caller divides once. Functions that end in `_` change their first argument in place.
"""

from typing import Literal

PoolingName = Literal["last", "mean", "max", "attention"]
"""The ways of `pooling`: listed here, where no NumPy is needed to read them."""
