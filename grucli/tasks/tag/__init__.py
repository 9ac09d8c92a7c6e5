"""A tag for each step of a sequence; where tags are parts of chunks, these are what counts.

Here: the task and its halves, the rule for chunks, metrics, baselines, what is explained.
Not here: the chain of tags (engine), what every task has to answer (tasks/task).
"""
