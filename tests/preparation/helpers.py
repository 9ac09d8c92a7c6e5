"""Small training files, and what is prepared of them."""

from grucli.config.resolve import resolve
from grucli.preparation.prepare import prepare


def write_csv(path, rows, header="text,label"):
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return str(path)


def prepared(path, *assignments, on_bad_row="stop"):
    return prepare(path, resolve(assignments=list(assignments)).config, on_bad_row)
