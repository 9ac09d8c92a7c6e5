"""Write the generated parts of README.md anew, or check that they are up to date.

    python -m tests.readme           # write
    python -m tests.readme --check   # exit 1 if README.md would change

A generated part stands between `<!-- generated: NAME -->` and `<!-- /generated -->`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
COMMANDS = ("train", "evaluate", "predict", "inspect-gates")
PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- /generated -->)", re.DOTALL)


def commands() -> str:
    """The help text of every command, as a user with 80 columns sees it."""
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
    blocks = []
    for command in COMMANDS:
        words = [sys.executable, "-m", "grucli", command, "--help"]
        shown = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
        blocks.append(f"### `grucli {command}`\n\n```\n{shown.stdout.strip()}\n```\n")
    return "\n" + "\n".join(blocks) + "\n"


def config() -> str:
    """The table of all config keys."""
    from grucli.config import reference

    return f"\n{reference().strip()}\n\n"


def generated(text: str) -> str:
    """Return README text with every generated part made anew."""
    makers = {"commands": commands, "config": config}
    return PART.sub(lambda part: part[1] + makers[part[2]]() + part[3], text)


def main() -> int:
    """Write or check; return the exit code."""
    text = README.read_text(encoding="utf-8")
    new = generated(text)
    if "--check" not in sys.argv:
        README.write_text(new, encoding="utf-8")
    elif new != text:
        print("README.md: generated parts are out of date; run python -m tests.readme")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
