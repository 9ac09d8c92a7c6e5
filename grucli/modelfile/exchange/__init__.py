"""Models of other systems, one file a foreign format.

Here: what their files hold, as plain arrays with our names and in our order, or why it is refused.
Not here: our own files (modelfile), or what training makes of the weights (training).
"""
