"""What to say of a file that cannot be read without it, until it can be opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from grucli.data.forms.opening import open_source
from grucli.data.records import ReadOptions
from grucli.data.streams.charsets import likely_encoding, wide_encoding
from grucli.data.unclear import UnclearError, with_said
from grucli.errors import DataError, GrucliError
from grucli.files.data_stream import open_binary
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.data.tables.column_profile import TableProfile

MOST_STEPS = 4
"""Things to say one after the other: an encoding, then that there is no header, then columns."""
_LOOKED_AT = 2**20  # bytes


@dataclass(frozen=True, kw_only=True)
class Ready:
    """What is known of a file that could not be read.

    Attributes:
        said: options that let it be opened, as for `unclear.with_said`; none if nobody can tell.
        profile: of its columns, None where it is not they that are unclear.
    """

    said: Mapping[str, Any] = field(default_factory=dict)
    profile: TableProfile | None = None


def ready_options(path: str, options: ReadOptions, error: DataError) -> Ready:
    """Return what to say of a file that was refused.

    Args:
        path: of the file; "-" is standard input, which cannot be opened again.
        options: that were said.
        error: why it was refused.
    """
    profile = error.profile if isinstance(error, UnclearError) else None
    said = error.options if isinstance(error, UnclearError) else {}
    if path == "-":
        return Ready(said=said, profile=profile)
    if any("--encoding" in problem for problem in error.problems):  # else its bytes are no text
        said = _encoding(path, options)
    for _ in range(MOST_STEPS if said else 0):
        try:
            with open_source(path, with_said(options, said), needs_label=True) as source:
                if source.format == "lines":  # only what is read tells that they have labels
                    next(source.records, None)
                return Ready(said=said, profile=profile)
        except UnclearError as further:
            profile = further.profile or profile
            if not further.options:
                break
            said = {**said, **further.options}
        except GrucliError:
            break
    return Ready(profile=profile)


def _encoding(path: str, options: ReadOptions) -> dict[str, str]:
    """Return the likely encoding of a file that is not in UTF-8, if nobody has said one."""
    if options.encoding is not None:
        return {}
    with open_binary(path) as stream:
        start = stream.read(_LOOKED_AT)
    if wide := wide_encoding(start):
        return {"encoding": wide.lower()}
    if b"\0" in start:  # no text, such as an archive of arrays
        return {}
    lines = start.split(b"\n")
    for line in lines[:-1] or lines:
        try:
            line.decode()
        except UnicodeDecodeError:
            return {"encoding": likely_encoding(line)}
    return {}
