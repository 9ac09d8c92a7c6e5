"""What is asked of data: by the user, by the model, by the command."""

from dataclasses import dataclass

from grucli.data.numbers import Missing
from grucli.data.records import ReadOptions, Remembered, names


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of the data, by the user (`options`), the model (`known`) and the command."""

    name: str
    options: ReadOptions
    known: Remembered
    needs_label: bool
    encoding: str

    @property
    def text(self) -> tuple[str, ...]:
        """Names of the text columns that are given or remembered."""
        return names(self.options.text or self.known.text)

    @property
    def label(self) -> str | None:
        """Name of the label column, if it is given or remembered."""
        return self.options.label or self.known.label

    @property
    def id(self) -> str | None:
        """Name of the id column, if it is given or remembered."""
        return self.options.id or self.known.id

    @property
    def time(self) -> str | None:
        """Name of the time column, if it is given or remembered."""
        return self.options.time or self.known.time

    @property
    def missing(self) -> Missing:
        """Whether values may be missing: as told, else as in training."""
        return self.options.missing or self.known.missing

    @property
    def header(self) -> bool:
        """Whether a table has a header: as told; a model of headerless data expects none."""
        options = self.options
        given = (*names(options.text), *(options.values or ()), *names(options.id))
        named = any(not name.isdigit() for name in given)
        return self.options.header and (self.known.header or named)
