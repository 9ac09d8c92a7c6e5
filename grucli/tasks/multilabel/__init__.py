"""Any number of labels a sequence, out of those that training has seen.

Here: targets, loss, answers, scores and explanations of sets of labels.
Not here: what names of labels have in common with one label a sequence (classify).
"""
