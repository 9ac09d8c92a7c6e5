"""The keys of text and label among JSON objects; where they are not clear, what to say."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from grucli.data.forms.json_grammar import Object, as_written
from grucli.data.request import Asked
from grucli.data.tables.column_profile import profile
from grucli.data.tables.column_proposal import proposals
from grucli.data.tables.text_columns import TextColumns, choose_text
from grucli.data.unclear import UnclearError, with_said
from grucli.errors import DataError

MOST_TRIED = 4
"""Proposals that are tried before none is made."""


def choose_keys(
    columns: Sequence[str], sample: Sequence[Object], asked: Asked, hint: str
) -> TextColumns:
    """Return the columns of text and label, as of a table.

    Args:
        columns: keys that may be either.
        sample: the first objects.
        asked: as for `Asked.source`.
        hint: what to do if there is one column alone.

    Raises:
        UnclearError: they are not clear; to learn from the data, it says what could be said.
        DataError: a key that is named is absent.
    """
    rows = [[as_written(found.get(name)) for name in columns] for found in sample]

    def chosen(asked: Asked) -> TextColumns:
        return choose_text(columns, rows, asked, asked.name, hint)

    def said() -> dict[str, Any]:
        found = proposals(table, asked.options, needs_label=True)
        for each in islice((each for each in found if "values" not in each), MOST_TRIED):
            try:
                chosen(replace(asked, options=with_said(asked.options, each)).among(columns))
            except DataError:
                continue
            return each
        return {}

    try:
        return chosen(asked)
    except UnclearError as error:
        if error.options or not asked.needs_label or asked.known.text:
            raise
        table = profile(columns, rows, is_whole=False)
        options = said()
        mend = "" if options else error.mend
        raise UnclearError(error.what, options, mend=mend, profile=table) from None
