"""Tables of texts as writers that know quotes, or do not, write them."""

import csv
import io
from typing import Any

from grucli.data.records import Remembered

OF_LABELLED = Remembered(text="text", label="label", delimiter=",")


def labelled(count: int = 40) -> list[tuple[str, str]]:
    return [(f"the lamp {'was dull' if k % 2 else 'shone'} {k}", "pn"[k % 2]) for k in range(count)]


def plain(rows: list[tuple[str, str]], delimiter: str, header: bool = True) -> str:
    """Return rows as a writer that knows no quotes writes them."""
    head = [f"text{delimiter}label"] if header else []
    return "\n".join([*head, *(f"{text}{delimiter}{label}" for text, label in rows)]) + "\n"


def quoted(rows: list[tuple[str, str]], delimiter: str, quoting: Any = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    writer.writerows([("text", "label"), *rows])
    return text.getvalue()
