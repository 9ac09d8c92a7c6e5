"""`grucli` and `python -m grucli`."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        from grucli.cli.app import run  # late: Ctrl-C may come while it is imported

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
