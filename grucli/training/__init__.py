"""One training run, without a word printed: steps, epochs, folds, when to stop, what to keep.

Here: the trainer, scores on held-out rows, the optimizer's steps, first weights, costs, run files.
Not here: what is learned from (preparation), how losses are computed (tasks, engine), who computes
a gradient (parallel), what a terminal shows (cli).
"""
