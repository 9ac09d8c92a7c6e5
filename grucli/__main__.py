"""`grucli` and `python -m grucli`."""

import gc
import os
import sys

LAST_STANDARD = 2  # descriptor of standard error
EXIT_ENVIRONMENT = 5
REASON = 100  # characters
MOST_NEW = 100_000
"""Objects after which cycles among the new ones are looked for; Python's own 700 are soon there."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(MOST_NEW)  # what is imported makes many objects and no garbage
    _fill_standard_streams()
    try:
        from grucli.cli.app import run  # late: Ctrl-C may come while it is imported

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    except (ImportError, MemoryError) as error:
        code = _say_it_cannot_begin(error)
    gc.freeze()  # or all that is left is searched for cycles, only to end
    sys.exit(code)


def _say_it_cannot_begin(error: ImportError | MemoryError) -> int:
    """Say that memory is so short, or a package so broken, that not even `run` can be imported."""
    reason = " ".join(str(error).split())[-REASON:].encode("ascii", "backslashreplace").decode()
    line = (
        f"grucli: cannot begin: {reason or 'out of memory'}; raise the limit on memory (ulimit -v)"
    )
    os.write(LAST_STANDARD, f"{line}, or install it again\n".encode())
    return EXIT_ENVIRONMENT


def _fill_standard_streams() -> None:
    """Let no file be opened in place of a standard stream that is closed.

    A process that is started has another one there, so what it shares with this one would be lost.
    """
    while (file := os.open(os.devnull, os.O_RDWR)) <= LAST_STANDARD:
        pass
    os.close(file)


if __name__ == "__main__":
    main()
