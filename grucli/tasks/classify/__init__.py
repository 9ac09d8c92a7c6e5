"""One label a sequence, out of those that training has seen.

Here: the task and its halves, metrics, the majority, which label is answered.
Not here: what every task has to answer (tasks/task), formulas of losses (engine).
"""
