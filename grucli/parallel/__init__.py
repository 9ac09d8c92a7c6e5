"""Who computes a gradient: this process, alone or with worker processes and ranks beside it.

Here: worker processes and the memory they share, ranks of MPI and what they send each other,
workers of a Dask cluster, whatever they do; the crew that computes shards of a batch, and the order
of their sum.
Not here: what a gradient is (model, engine), or what is done with it (training).
"""
