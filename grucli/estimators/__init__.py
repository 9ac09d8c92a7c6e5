"""scikit-learn's interface: training and answers as estimators of a Python program.

Here: what a program gives (X, y, parameters) and what it gets, by scikit-learn's rules; the only
room that knows scikit-learn, which is an extra.
Not here: how anything is learned (training) or answered (prediction).
"""
