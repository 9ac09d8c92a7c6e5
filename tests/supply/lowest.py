"""The lowest version of each dependency that pyproject.toml allows."""

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BOUND = re.compile(r"([A-Za-z0-9._-]+)>=([0-9.]+)")


def project() -> dict[str, Any]:
    """Return the table `project` of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(project: dict[str, Any]) -> list[str]:
    """Return "NAME==VERSION" of each dependency of a plain install, and of each extra for users.

    Raises:
        ValueError: a dependency without a lowest version, or with more than one.
    """
    extras = project.get("optional-dependencies", {})
    users = [each for name in sorted(extras.keys() - {"test", "lint"}) for each in extras[name]]
    found = []
    for dependency in [*project["dependencies"], *users]:
        bound = BOUND.fullmatch(dependency)
        if not bound:
            raise ValueError(f"{dependency!r} is not NAME>=VERSION")
        found.append(f"{bound[1]}=={bound[2]}")
    return found
