"""From ids or channels to scores, and back: how the engine's layers make a classifier.

Here: the architecture, the weights, the runner that owns all buffers, dropout, the linear path
beside the recurrence, and the factors by which both are added.
Not here: formulas of layers (engine), what scores mean (tasks), when weights change (training).
"""
