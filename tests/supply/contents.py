"""What is in the wheel and in the sdist: the tracked files that are meant, and nothing else."""

import subprocess
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from tests.supply.lowest import ROOT

FOLDERS = ("configs", "docs", "findings", "grucli", "sample_data", "tests")
LOOSE = ("CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml")
METADATA = ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")


def tracked() -> set[str]:
    """Return the files of this checkout that are tracked."""
    call = ["git", "-C", str(ROOT), "ls-files", "-z"]
    listed = subprocess.run(call, capture_output=True, text=True, check=True).stdout
    return set(listed.split("\0")) - {""}


def of_wheel(tracked: Iterable[str], version: str) -> set[str]:
    """Return what the wheel must hold: the package, its man pages, and what describes it."""
    stem = f"grucli-{version}"
    package = {name for name in tracked if name.startswith("grucli/")}
    manual = {
        f"{stem}.data/data/share/man/man1/{name.rpartition('/')[2]}"
        for name in tracked
        if name.startswith("docs/man/")
    }
    return package | manual | {f"{stem}.dist-info/{name}" for name in METADATA}


def of_sdist(tracked: Iterable[str], version: str) -> set[str]:
    """Return what the sdist must hold: all that is tracked but for dotfiles, and its metadata.

    Hatchling takes .gitignore along, by which it tells what is tracked.
    """
    files = {name for name in tracked if name.startswith(tuple(f"{each}/" for each in FOLDERS))}
    return {f"grucli-{version}/{name}" for name in files | {*LOOSE, "PKG-INFO", ".gitignore"}}


def differences(folder: Path) -> list[str]:
    """Return a line for each file too many or missing in the wheel and the sdist of a folder.

    Raises:
        ValueError: there are not one wheel and one sdist in it.
    """
    wheels, sdists = sorted(folder.glob("*.whl")), sorted(folder.glob("*.tar.gz"))
    if len(wheels) != 1 or len(sdists) != 1:
        raise ValueError(f"{folder}: one wheel and one sdist are expected")
    version = wheels[0].name.split("-")[1]
    known = tracked()
    with zipfile.ZipFile(wheels[0]) as wheel:
        lines = compared(wheels[0].name, wheel.namelist(), of_wheel(known, version))
    with tarfile.open(sdists[0]) as sdist:
        names = [member.name for member in sdist if not member.isdir()]
    return lines + compared(sdists[0].name, names, of_sdist(known, version))


def compared(archive: str, names: Iterable[str], meant: set[str]) -> list[str]:
    """Return a line for each name too many in an archive, twice in it, or missing."""
    seen: set[str] = set()
    lines = []
    for name in names:
        if name in seen:
            lines.append(f"{archive}: {name} stands in it twice")
        elif name not in meant:
            lines.append(f"{archive}: {name} is not meant to be in it")
        seen.add(name)
    return lines + [f"{archive}: {name} is missing" for name in sorted(meant - seen)]
