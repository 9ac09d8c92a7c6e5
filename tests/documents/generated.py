"""What is made from the program or from measurements: parts of pages, man pages, the JSON Schema.

A part of a page stands between `<!-- generated: NAME -->` and `<!-- /generated -->`; what stands
around it is written by hand.
"""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.documents import manual, pages

PACKAGE = pages.ROOT / "grucli"
COMMANDS = ("train", "evaluate", "predict", "inspect-gates")
SCHEMA = pages.ROOT / "configs" / "schema.json"
PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- /generated -->)", re.DOTALL)
SECTIONS = {
    "": "Of the whole run",
    "data": "How the data is read",
    "model": "What the network is",
    "training": "How it learns",
}


def files() -> dict[Path, str]:
    """Return every file that is generated, in whole or in part, with its text as it must be."""
    parted = {path: parts(path.read_text(encoding="utf-8")) for path in pages.paths()}
    return parted | manual.files() | {SCHEMA: schema()}


def outdated() -> list[Path]:
    """Return the generated files that are not up to date; man pages of no command among them."""
    made = files()
    strays = set(manual.FOLDER.glob("*")) - set(made)
    return sorted(strays) + [path for path, text in made.items() if _differs(path, text)]


def write() -> None:
    """Write all generated files that are not up to date."""
    made = files()
    for path in outdated():
        if path in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[path], encoding="utf-8")
        else:
            path.unlink()


def parts(text: str) -> str:
    """Return the text of a page with every generated part made anew."""
    return PART.sub(lambda part: f"{part[1]}\n{MAKERS[part[2]]().strip()}\n\n{part[3]}", text)


def commands() -> str:
    """The help text of every command, as a user with 80 columns sees it."""
    blocks = []
    for words in ((), *((name,) for name in COMMANDS)):
        environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
        call = [sys.executable, "-m", "grucli", *words, "--help"]
        shown = subprocess.run(call, env=environment, capture_output=True, text=True, check=True)
        title = " ".join(("grucli", *words))
        blocks.append(f"## `{title}`\n\n```text\n{shown.stdout.strip()}\n```\n")
    return "\n".join(blocks)


def settings() -> str:
    """The tables of all config keys, one for each section."""
    from grucli.config.reference import reference

    head, rule, *rows = reference().strip().splitlines()
    tables = []
    for section, title in SECTIONS.items():
        own = [row for row in rows if _section(row) == section]
        name = f"`{section}`: {title[0].lower()}{title[1:]}" if section else title
        tables.append("\n".join([f"## {name}", "", head, rule, *own, ""]))
    return "\n".join(tables)


def speed() -> str:
    """The tables of what has been measured beside other programs."""
    from tests.benchmarks.tables import measured

    return measured()


def speed_avx2() -> str:
    """The same on a processor of another kind."""
    from tests.benchmarks.tables import RESULTS_AVX2, measured

    return measured(RESULTS_AVX2)


def memory() -> str:
    """The table of how far back networks learn to look."""
    from tests.benchmarks.results import Results
    from tests.benchmarks.tables import RESULTS, TABLES

    return TABLES["memory"](Results(RESULTS))


def accuracy() -> str:
    """The tables of how well the defaults classify beside peers."""
    from tests.benchmarks.quality.tables import measured

    return measured()


def installed() -> str:
    """The table of what a plain install brings."""
    from tests.supply.installed import table

    return table()


def rooms() -> str:
    """The table of the package's rooms and of the modules outside them, the highest first."""
    rows = []
    for name in re.findall(r"\w+", " ".join(_layers())):
        found = PACKAGE / name
        inner = sorted(path.parent for path in found.glob("*/__init__.py"))
        rows += [(each.relative_to(PACKAGE), each / "__init__.py") for each in (found, *inner)]
        if not found.is_dir():
            rows[-1] = Path(f"{name}.py"), found.with_suffix(".py")
    lines = [f"| `grucli/{name}` | {_first_line(path)} |" for name, path in rows]
    return "\n".join(["| room | what lives there |", "|---|---|", *lines])


def imports() -> str:
    """The order of the rooms: each may import what stands below it."""
    return "\n".join(["```text", *_layers(), "```"])


def schema() -> str:
    """The JSON Schema of a config file."""
    from grucli.config.reference import json_schema

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


MAKERS = {
    "commands": commands,
    "settings": settings,
    "memory": memory,
    "accuracy": accuracy,
    "speed": speed,
    "speed_avx2": speed_avx2,
    "rooms": rooms,
    "imports": imports,
    "installed": installed,
}


def _layers():
    """Return the lines of the contract of imports, the highest first."""
    project = tomllib.loads((pages.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    return next(each["layers"] for each in contracts if each["type"] == "layers")


def _first_line(path):
    """Return the first line of a module's docstring."""
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))).partition("\n")[0]


def _section(row):
    """Return the section of a row of the table of keys: that of `model.cell` is model."""
    key = row.split("`")[1]
    return key.partition(".")[0] if "." in key else ""


def _differs(path, text):
    return not path.exists() or path.read_text(encoding="utf-8") != text
