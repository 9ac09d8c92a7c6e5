"""The command: see `tests.supply`. It ends with 1 and a line for each difference, if any."""

import argparse
import sys
from pathlib import Path

from tests.supply import contents, installed, lowest


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.supply")
    parts = parser.add_subparsers(dest="part", required=True)
    parts.add_parser("lowest", help="print the lowest version of each dependency")
    each = parts.add_parser("contents", help="compare wheel and sdist with the tracked files")
    each.add_argument("folder", type=Path)
    each = parts.add_parser("installed", help="compare this environment with the record")
    each.add_argument("--write", action="store_true", help="make the record anew")
    asked = parser.parse_args()
    if asked.part == "lowest":
        print(*lowest.pins(lowest.project()), sep="\n")
        return 0
    if asked.part == "installed" and asked.write:
        installed.write(installed.found())
        return 0
    if asked.part == "installed":
        differences = installed.differences(installed.found(), installed.recorded())
    else:
        differences = contents.differences(asked.folder)
    print(*differences, sep="\n", end="\n" if differences else "")
    return bool(differences)


if __name__ == "__main__":
    sys.exit(main())
