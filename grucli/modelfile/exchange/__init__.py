"""Models of other systems' formats: one file, or one room, a foreign format.

Here: what their files hold, as plain arrays with our names and in our order, or why it is refused;
and how a model of ours is written for other runtimes.
Not here: our own files (modelfile), or what training makes of the weights (training).
"""
