"""A search for settings: trials on held-out rows, of which few are trained to their end.

Here: the space of settings and what is drawn from it, which trials go on, how a trial is run and
judged, the log of trials from which a search goes on.
Not here: how a model is trained (training), what a terminal shows of a search (cli).
"""
