"""Write what is generated from the program anew, or check that it is up to date.

    python -m tests.readme           # write
    python -m tests.readme --check   # exit 1 if a file would change

It is the reference in README.md, each part between `<!-- generated: NAME -->` and
`<!-- /generated -->`, and the JSON Schema of configs for editors.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
SCHEMA = ROOT / "configs" / "schema.json"
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


def speed() -> str:
    """The tables of what has been measured beside other programs."""
    from tests.benchmarks.tables import readme

    tables = readme()
    return tables and f"\n{tables}\n"


def memory() -> str:
    """The table of how far back networks learn to look."""
    from tests.benchmarks.results import Results
    from tests.benchmarks.tables import RESULTS, TABLES

    table = TABLES["memory"](Results(RESULTS))
    return table and f"\n{table}\n"


def accuracy() -> str:
    """The tables of how well the defaults classify beside peers."""
    from tests.benchmarks.quality.tables import readme

    tables = readme()
    return tables and f"\n{tables}\n"


def generated(text: str) -> str:
    """Return README text with every generated part made anew."""
    makers = {
        "commands": commands,
        "config": config,
        "memory": memory,
        "accuracy": accuracy,
        "speed": speed,
    }
    return PART.sub(lambda part: part[1] + makers[part[2]]() + part[3], text)


def schema() -> str:
    """The JSON Schema of a config file."""
    from grucli.config import json_schema

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or check; return the exit code."""
    files = {README: generated(README.read_text(encoding="utf-8")), SCHEMA: schema()}
    outdated = 0
    for path, new in files.items():
        if "--check" not in sys.argv:
            path.write_text(new, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != new:
            print(f"{path.relative_to(ROOT)}: is out of date; run python -m tests.readme")
            outdated += 1
    return 1 if outdated else 0


if __name__ == "__main__":
    sys.exit(main())
