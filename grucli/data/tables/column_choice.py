"""The columns of a table: of numeric sequences or of texts; where neither is clear, what to say."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from grucli.data.request import Asked
from grucli.data.streams.lines import Lines
from grucli.data.tables.column_kinds import is_numeric
from grucli.data.tables.column_names import has_known_name
from grucli.data.tables.column_profile import Look, TableProfile
from grucli.data.tables.column_proposal import proposals
from grucli.data.tables.sample import LEAST_STEPS, FirstRows
from grucli.data.tables.series_columns import SeriesColumns, choose_series
from grucli.data.tables.text_columns import TextColumns, choose_text, looks_like_data
from grucli.data.unclear import UnclearError, with_said
from grucli.errors import DataError, excerpt

Chosen = TypeVar("Chosen")
MOST_TRIED = 4
"""Proposals that are tried before none is made."""


class ColumnChoice:
    """Chooses the columns of one table."""

    def __init__(
        self, columns: Sequence[str], lines: Lines, first_rows: FirstRows, place: str, hint: str
    ) -> None:
        """Take a table.

        Args:
            columns: their names.
            lines: below the header.
            first_rows: gives the first rows.
            place: begins error lines.
            hint: what to do with a table of one column, "" for the usual.
        """
        self._columns = columns
        self._lines = lines
        self._first_rows = first_rows
        self._place = place
        self._hint = hint

    def chosen(self, asked: Asked, look: Look | None) -> SeriesColumns | TextColumns:
        """Return the columns that are read.

        Args:
            asked: what is known of the table.
            look: called only where columns are not clear; None if nobody is to learn from them.

        Raises:
            UnclearError: they are not; to learn from the table, it says what could be said.
            DataError, ConfigError: the table or what is said of it cannot be used.
        """
        return or_proposal(self._chosen, asked, self._columns, look)

    def _chosen(self, asked: Asked) -> SeriesColumns | TextColumns:
        if not self._columns:
            return TextColumns(text=(0,), label=None, guessed=False)
        series = choose_series(self._columns, self._first_rows, asked, self._place)
        return series or self._texts(asked)

    def _texts(self, asked: Asked) -> TextColumns:
        """Choose texts; look at rows only if names are not given, for that means waiting."""
        sample: list[list[str]] = []
        if not asked.text or (asked.needs_label and asked.label is None):
            sample = self._first_rows()
            if asked.needs_label and not self._lines.peek(1)[0]:
                raise DataError(f"{asked.name}: no rows; name a file with data in it")
            self._refuse_data_as_header(asked, sample)
        return choose_text(self._columns, sample, asked, self._place, self._hint)

    def _refuse_data_as_header(self, asked: Asked, sample: Sequence[Sequence[str]]) -> None:
        is_told = asked.text or asked.label or not asked.header or has_known_name(self._columns)
        if is_told or not looks_like_data(self._columns, sample):
            return
        numeric = sum(map(is_numeric, zip(*sample, strict=False)))
        flags = "--label COL" if numeric >= LEAST_STEPS else "--text COL --label COL"
        raise UnclearError(
            f"{self._place}: the first row looks like data ({excerpt(','.join(self._columns))})",
            {"header": False},
            mend=f"pass --no-header, or {flags} if it is a header",
        )


def or_proposal(
    choose: Callable[[Asked], Chosen], asked: Asked, columns: Sequence[str], look: Look | None
) -> Chosen:
    """Return what is chosen; where that is not clear, let the refusal say what could be said.

    Args:
        choose: from what is known of a table.
        asked: that.
        columns: names of those that there are.
        look: gives their profile; None if nobody is to learn from them.

    Raises:
        UnclearError: it is not clear; to learn from the table, with its profile.
        DataError, ConfigError: as `choose`.
    """
    try:
        return choose(asked)
    except UnclearError as error:
        if look is None or asked.known.text or asked.known.values or "header" in error.options:
            raise
        profile = look()
        said = error.options or _proposal(choose, asked, columns, profile)
        mend = "" if said != error.options else error.mend
        raise UnclearError(error.what, said, mend=mend, profile=profile) from None


def _proposal(
    choose: Callable[[Asked], Chosen], asked: Asked, columns: Sequence[str], profile: TableProfile
) -> dict[str, Any]:
    """Return what to say of a table so that it can be read; nothing if nobody can tell."""
    found = proposals(profile, asked.options, needs_label=asked.needs_label)
    for said, _ in zip(found, range(MOST_TRIED), strict=False):
        told = replace(asked, options=with_said(asked.options, said))
        with suppress(DataError):
            choose(told.among(columns))
            return said
    return {}
