"""Packages that only some files need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from grucli.errors import AccessError


def module(name: str, extra: str) -> Any:
    """Import an optional package.

    Raises:
        AccessError: it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        package = name.partition(".")[0]
        raise AccessError(f"{package}: is not installed; pip install 'grucli[{extra}]'") from None
