"""One `.npz` file <-> a model: nothing in it can run, and all of it is checked.

Here: the strict container, what is in a model file, the checks of each field and array.
Not here: when a model is saved (training/run_files), or what its parts compute (model, data).
"""
