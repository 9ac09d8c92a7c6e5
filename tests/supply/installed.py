"""What a plain install brings: each package with its version, licence and size, as recorded.

The record is made from an environment in which nothing but grucli was installed. Versions and sizes
change with what the registry has; names and licences must not without being looked at.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from tests.supply.lowest import project

RECORD = Path(__file__).with_name("installed.json")
ROOM = 1.25
"""How much larger than recorded all packages together may be."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """An installed package; `size` in bytes, without compiled byte code."""

    version: str
    licence: str
    size: int
    needed_by: tuple[str, ...]


def found() -> dict[str, Package]:
    """Return name -> package of all that a plain install needs, as this environment has it."""
    needed: dict[str, set[str]] = {}
    waiting = [(name, "grucli") for name in required(project()["dependencies"])]
    while waiting:
        name, by = waiting.pop()
        new = name not in needed
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue  # for other systems or versions of Python
        needed.setdefault(name, set()).add(by)
        if new:
            waiting += [(each, name) for each in required(requires)]
    return {name: _package(distribution(name), needed[name]) for name in sorted(needed)}


def required(requirements: list[str]) -> list[str]:
    """Return the names in requirements as registries spell them, less extras and Windows."""
    apart = re.compile(r";.*(\bextra\b|['\"]win)", re.IGNORECASE)
    plain = [each for each in requirements if not apart.search(each)]
    names = [each[0] for each in map(re.compile(r"[A-Za-z0-9._-]+").match, plain) if each]
    return [re.sub(r"[-_.]+", "-", name).lower() for name in names]


def recorded() -> dict[str, Package]:
    """Return name -> package as the record has it."""
    stored = json.loads(RECORD.read_text(encoding="utf-8"))
    return {
        name: Package(**{**each, "needed_by": tuple(each["needed_by"])})
        for name, each in stored.items()
    }


def write(packages: Mapping[str, Package]) -> None:
    """Make the record anew."""
    stored = {name: asdict(each) for name, each in packages.items()}
    RECORD.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def differences(found: Mapping[str, Package], recorded: Mapping[str, Package]) -> list[str]:
    """Return a line for each package that is new, gone or of another licence, and for size."""
    lines = [f"{name} is new: {found[name].licence}" for name in found if name not in recorded]
    lines += [f"{name} is gone" for name in recorded if name not in found]
    lines += [
        f"{name}: the licence is {found[name].licence}, recorded was {each.licence}"
        for name, each in recorded.items()
        if name in found and found[name].licence != each.licence
    ]
    size, known = total(found), total(recorded)
    if size > known * ROOM:
        lines.append(f"all together {size / 1e6:.1f} MB, recorded {known / 1e6:.1f} MB")
    return lines


def total(packages: Mapping[str, Package]) -> int:
    """Return the size of all together, in bytes."""
    return sum(each.size for each in packages.values())


def table() -> str:
    """Return the record as a table of a page."""
    packages = recorded()
    rows = [
        f"| {name} | {each.version} | {each.licence} | {each.size / 1e6:.1f} | "
        f"{', '.join(each.needed_by)} |"
        for name, each in packages.items()
    ]
    head = ["| package | version | licence | MB | needed by |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, f"| all together | | | {total(packages) / 1e6:.1f} | |"])


def _package(found: Distribution, needed_by: set[str]) -> Package:
    paths = [Path(str(each.locate())) for each in found.files or () if each.suffix != ".pyc"]
    return Package(
        version=found.version,
        licence=_licence(found),
        size=sum(path.stat().st_size for path in paths if path.exists()),
        needed_by=tuple(sorted(needed_by)),
    )


def _licence(found: Distribution) -> str:
    """Return the licence as an expression, or else in the words of the package's metadata."""
    stated = found.metadata.get("License-Expression") or found.metadata.get("License") or ""
    if stated and "\n" not in stated:
        return str(stated)
    classified = [
        each.rpartition(" :: ")[2]
        for each in found.metadata.get_all("Classifier") or ()
        if each.startswith("License ::")
    ]
    return ", ".join(classified) or "not stated"
