"""Answers of a trained model, in input order: over labelled files and over endless streams.

Here: the object that `grucli.load` gives, streams of answers, scores of a labelled file, how much
of the inputs was read.
Not here: formulas of scores (tasks), how answers are written (report), the network (model).
"""
