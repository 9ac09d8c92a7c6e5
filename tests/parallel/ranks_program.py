"""What test_ranks.py has ranks do: each checks what reaches it, and says so."""

import os
import sys

import numpy as np

from grucli.data.spilled import memory_of, spilled
from grucli.parallel.launcher import launch_of
from grucli.parallel.rank_channel import RankChannel
from grucli.parallel.ranks import PIECE, join

LARGE = np.random.default_rng(0).normal(size=(3, PIECE // 8 + 5))  # some pieces, the last one short
SMALL = np.arange(7, dtype=np.int32)


def follow(ranks, given):
    """Be sent things, speak of them, and hear the end."""
    np.testing.assert_array_equal(given["large"], LARGE[1:])
    np.testing.assert_array_equal(given["small"], SMALL)
    assert given["empty"].shape == (0, 3)
    assert not any(given[name].flags.writeable for name in ("large", "small"))
    assert memory_of(given["large"]) == 0  # in a temporary file, as where it comes from
    assert memory_of(given["small"]) > 0
    shared, empty = np.empty_like(LARGE), np.empty((0, 2))
    ranks.share(shared, empty)
    np.testing.assert_array_equal(shared, LARGE)
    ranks.send(0, shared, SMALL + ranks.rank, empty)
    channel = RankChannel(ranks, 0)
    channel.send(b".")
    channel.note(b"first")
    assert channel.receive(5) == b"begin"
    channel.note(b"second")
    channel.send(LARGE.tobytes())
    assert channel.receive(1) == b""
    assert channel.is_asked(9)  # and once more
    channel.send(b"nobody hears this")
    channel.end()


def lead(ranks):
    """Order it twice."""
    large = spilled(LARGE)
    for _ in range(2):
        given = {"large": large[1:], "small": SMALL, "empty": np.zeros((0, 3))}
        ranks.order("tests.parallel.ranks_program", given)
        ranks.share(large, np.empty((0, 2)))
        for rank in range(1, ranks.size):
            back, small = np.empty_like(LARGE), np.empty_like(SMALL)
            ranks.receive(rank, back, small)
            np.testing.assert_array_equal(back, LARGE)
            np.testing.assert_array_equal(small, SMALL + rank)
            speak(RankChannel(ranks, rank))
    assert ranks.dismiss()


def speak(channel):
    """Hear what `follow` says."""
    assert channel.hear() == b"."
    assert channel.hear(waits=False) == b""
    channel.send(b"begin")
    assert channel.receive(LARGE.nbytes) == LARGE.tobytes()
    assert [bytes(note) for note in channel.notes] == [b"first", b"second"]
    channel.end()


if __name__ == "__main__":
    from tests.parallel import ranks_program  # as orders name it, with its module globals

    everyone = join(launch_of(os.environ))
    try:
        everyone.obey() if everyone.rank else ranks_program.lead(everyone)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        everyone.abort(3)
    print(everyone.name)
