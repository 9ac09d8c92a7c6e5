"""What test_ranks.py has ranks do: each checks what reaches it, and says so."""

import os
import sys
import time

import numpy as np

from grucli.data.spilled import memory_of, spilled
from grucli.parallel.launcher import launch_of
from grucli.parallel.rank_channel import RankChannel
from grucli.parallel.ranks import PIECE, join
from grucli.training.board import Board
from grucli.training.progress import Progress

LARGE = np.random.default_rng(0).normal(size=(3, PIECE // 8 + 5))  # some pieces, the last one short
SMALL = np.arange(7, dtype=np.int32)


def follow(ranks, given):
    """Do what an order asks for."""
    {"speak": followed, "count": counted}[given.pop("what")](ranks, given)


def counted(ranks, given):
    """Train a stage, and know how far that of the other rank is before this one ends."""
    channel = RankChannel(ranks, 0)
    board = Board(3, np.zeros, [channel])
    board.note(ranks.rank - 1, Progress(epoch=ranks.rank, batch=1, best_epoch=2 * ranks.rank))
    wait(board, lambda: board.least_epochs == 3)  # the mean of 2 and 4
    channel.end()


def lead_counted(ranks):
    """Pass on what two ranks say of their stages."""
    ranks.order("tests.parallel.ranks_program", {"what": "count"})
    channels = [RankChannel(ranks, rank) for rank in (1, 2)]
    board = Board(3, np.zeros, channels)
    board.note(2, Progress(epoch=9))
    wait(board, lambda: [board.count(stage).epoch for stage in range(3)] == [1, 2, 9])
    for channel in channels:
        channel.end()


def wait(board, holds):
    """Exchange until something holds."""
    ends_s = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < ends_s
        board.exchange()
        time.sleep(0.01)
    board.exchange()


def followed(ranks, given):
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
        given = {"what": "speak", "large": large[1:], "small": SMALL, "empty": np.zeros((0, 3))}
        ranks.order("tests.parallel.ranks_program", given)
        ranks.share(large, np.empty((0, 2)))
        for rank in range(1, ranks.size):
            back, small = np.empty_like(LARGE), np.empty_like(SMALL)
            ranks.receive(rank, back, small)
            np.testing.assert_array_equal(back, LARGE)
            np.testing.assert_array_equal(small, SMALL + rank)
            speak(RankChannel(ranks, rank))
    if ranks.size == 3:
        lead_counted(ranks)
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
