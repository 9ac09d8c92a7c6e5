"""The threads of the linear algebra, as the libraries behind NumPy are told of them."""

THREAD_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""Of the environment; they are read when NumPy is imported."""
