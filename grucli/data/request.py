"""Requests: what user, model and command ask of data."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from grucli.data.forms import FormatName, Missing
from grucli.data.records import ReadOptions, Remembered, Source, names
from grucli.data.streams.lines import Lines
from grucli.data.tables.column_names import split_names
from grucli.data.tables.delimiter_names import parse_delimiter
from grucli.errors import ConfigError, excerpt
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.data.label_lists import Divide


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of the data, by the user (`options`), the model (`known`) and the command.

    `path` is that of a regular file, which can be read twice; None of a stream. `may_be_tagged`
    tells whether a tag for each step is what somebody may learn, or has learned.
    """

    name: str
    options: ReadOptions
    known: Remembered
    needs_label: bool
    encoding: str
    path: str | None = None
    may_be_tagged: bool = False

    def among(self, columns: Collection[str]) -> Asked:
        """Return the same with the names that the user gave told apart as names of `columns`.

        A likely label is given if it is one of them, and nobody has given another.

        Raises:
            ConfigError: a text column is named twice.
        """
        options = self.options
        text = split_names(names(options.text), columns)
        if len(set(text)) < len(text) and all(name in columns for name in text):
            raise ConfigError(f"--text: names a column twice, got '{excerpt(','.join(text))}'")
        values = split_names(options.values or (), columns)
        label = options.label
        if label is None and options.likely_label in columns:
            label = options.likely_label
        told = replace(options, text=text or None, values=values or None, label=label)
        return replace(self, options=told)

    def source(self, format: FormatName, stream: io.BufferedIOBase, lines: Lines) -> Source:
        """Return a Source of texts for data that are lines, without its records yet.

        Args:
            format: the form that was found.
            stream: where `lines` come from; closed with the Source.
            lines: at the start of the data.
        """
        return Source(
            name=self.name,
            kind="text",
            format=format,
            needs_label=self.needs_label,
            records=iter(()),
            ready=lines.ready,
            stream=stream,
            targets="labels" if self.wants_sets else "label",
            encoding=self.encoding,
            label_separator=self.label_separator,
            divide=self.divide,
            allows_sets=self.allows_sets,
        )

    @property
    def text(self) -> tuple[str, ...]:
        """Names of the text columns that are given or remembered."""
        return names(self.options.text or self.known.text)

    @property
    def label(self) -> str | None:
        """Name of the label column, if it is given or remembered."""
        return self.options.label or self.known.label

    @property
    def label_separator(self) -> str | None:
        """What stands between the labels of a cell, if it is given or remembered."""
        given = self.options.label_separator or self.known.label_separator
        return given and parse_delimiter(given, "--label-separator")

    @property
    def allows_sets(self) -> bool:
        """Whether rows may have any number of labels where the data say so, and labels are read."""
        wanted = self.options.targets
        return wanted == "labels" or (wanted is None and self.needs_label)

    @property
    def wants_sets(self) -> bool:
        """Whether rows have any number of labels, maybe none, because somebody says so."""
        return self.label_separator is not None or self.options.targets == "labels"

    @property
    def divide(self) -> Divide | None:
        """How the text of a label becomes labels, None where it is one."""
        if not self.wants_sets:
            return None
        from grucli.data import label_lists  # late: most labels are one

        separator = self.label_separator
        return label_lists.one if separator is None else label_lists.parts(separator)

    @property
    def id(self) -> str | None:
        """Name of the id column, if it is given or remembered."""
        return self.options.id or self.known.id

    @property
    def time(self) -> str | None:
        """Name of the time column, if it is given or remembered."""
        return self.options.time or self.known.time

    @property
    def window(self) -> int | None:
        """Steps of a window, if it is given or remembered."""
        return self.options.window or self.known.window

    @property
    def missing(self) -> Missing:
        """Whether values may be missing: as told, else as in training."""
        return self.options.missing or self.known.missing

    @property
    def quotes(self) -> bool | None:
        """Whether quotes enclose cells: as told, else as a model was told that they do not.

        That they do is not remembered: of another file its own rows tell.
        """
        return self.known.quotes if self.options.quotes is None else self.options.quotes

    @property
    def header(self) -> bool:
        """Whether a table has a header: as told; a model of headerless data expects none."""
        options = self.options
        given = (*names(options.text), *(options.values or ()))
        given = (*split_names(given, ()), *names(options.id))
        named = any(not name.isdigit() for name in given)
        return self.options.header and (self.known.header or named)
