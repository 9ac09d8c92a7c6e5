"""`grucli` and `python -m grucli`."""

import gc
import sys

MOST_NEW = 50_000
"""Objects after which cycles among the new ones are looked for; Python's own 700 are soon there."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(MOST_NEW)  # what is imported makes many objects and no garbage
    try:
        from grucli.cli.app import run  # late: Ctrl-C may come while it is imported

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    gc.freeze()  # or all that is left is searched for cycles, only to end
    sys.exit(code)


if __name__ == "__main__":
    main()
