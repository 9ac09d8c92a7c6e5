"""One number a sequence, in the unit of the file it was learned from.

Here: the task and its halves, how targets are read, metrics, the mean, the intervals of answers.
Not here: what every task has to answer (tasks/task), formulas of losses (engine).
"""
