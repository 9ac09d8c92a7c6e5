"""Write `classic_train.npz` and `classic_test.npz`: the task of the classic Keras GRU program.

The classic program feeds sequences of 10 steps with 64 channels to GRU(128) and one sigmoid unit.
Here the labels can be learned, and only from the order of events:

1. Every value is noise, drawn from N(0, 1).
2. Two fixed patterns u and v are orthogonal directions in the 64 channels, each of length 5.
   One step of a sequence has u added to it, another, at least 2 steps away, has v added.
   Which two steps, is drawn anew for each sequence.
3. Class 1: u comes before v. Class 0: v comes before u. Nothing else differs.

So both classes contain the same steps: the mean over time, or any other bag of steps, stays at
chance. A model has to recognise the first pattern and remember it until the second one comes.

Run `python make_classic.py` to write both files again; the arrays come out equal to the committed
ones. Only NumPy is needed.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

NUM_TRAIN = 640
NUM_TEST = 160
NUM_STEPS = 10
INPUT_SIZE = 64
PATTERN_LENGTH = 5.0
MIN_GAP = 2
SEED = 2014  # the year of the GRU

Sequences = npt.NDArray[np.float16]
Labels = npt.NDArray[np.int8]


def make_patterns(rng: np.random.RandomState) -> npt.NDArray[np.float64]:
    """Draw two orthogonal patterns.

    Returns:
        (2, INPUT_SIZE) float64, u and v, each of Euclidean length PATTERN_LENGTH.
    """
    u, v = rng.standard_normal((2, INPUT_SIZE))
    v -= u * (u @ v) / (u @ u)
    return np.stack([p * PATTERN_LENGTH / np.sqrt(p @ p) for p in (u, v)])


def draw_steps(rng: np.random.RandomState) -> tuple[int, int]:
    """Draw an early and a late step, uniform over all pairs at least MIN_GAP apart.

    Returns:
        Two steps in 0 .. NUM_STEPS - 1, the early one first.
    """
    pairs = [(a, b) for a in range(NUM_STEPS) for b in range(a + MIN_GAP, NUM_STEPS)]
    return pairs[rng.randint(len(pairs))]


def make_split(
    rng: np.random.RandomState, patterns: npt.NDArray[np.float64], rows: int
) -> tuple[Sequences, Labels]:
    """Draw one split with as many rows of class 0 as of class 1, shuffled.

    Args:
        rng: source of all randomness, advanced.
        patterns: (2, INPUT_SIZE), u and v.
        rows: number of sequences, even.

    Returns:
        X (rows, NUM_STEPS, INPUT_SIZE) float16 and y (rows,) int8 in {0, 1}.
    """
    y = rng.permutation(np.arange(rows) % 2).astype(np.int8)
    x = rng.standard_normal((rows, NUM_STEPS, INPUT_SIZE))
    for row in range(rows):
        early, late = draw_steps(rng)
        first, second = patterns if y[row] == 1 else patterns[::-1]
        x[row, early] += first
        x[row, late] += second
    return x.astype(np.float16), y


def make() -> tuple[Sequences, Labels, Sequences, Labels]:
    """Make both splits from SEED.

    Returns:
        X and y of the training split, then X and y of the test split.
    """
    # RandomState and not default_rng: NumPy promises that its stream never changes.
    rng = np.random.RandomState(SEED)
    patterns = make_patterns(rng)
    x_train, y_train = make_split(rng, patterns, NUM_TRAIN)
    x_test, y_test = make_split(rng, patterns, NUM_TEST)
    return x_train, y_train, x_test, y_test


def main() -> None:
    """Write both files beside this program."""
    folder = Path(__file__).resolve().parent
    x_train, y_train, x_test, y_test = make()
    np.savez(folder / "classic_train.npz", X=x_train, y=y_train)
    np.savez(folder / "classic_test.npz", X=x_test, y=y_test)


if __name__ == "__main__":
    main()
