"""One training run, without a word printed: steps, epochs, folds, when to stop, what to keep.

Here: the session from a request to files, the trainer with its stages and steps, scores on held-out
rows, the optimizer, first weights, costs, the files of a run.
Not here: what is learned from (preparation), how losses are computed (tasks, engine), who computes
a gradient (parallel), what a terminal shows (cli).
"""
