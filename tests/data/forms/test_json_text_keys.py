"""The keys of text and label of JSON objects, and what to say where they are not clear."""

import json
from typing import Any

import pytest

from grucli.data.unclear import UnclearError
from tests.data.reading import read

TICKETS = [
    {"id": k, "subject": "Re: help" if k % 2 else "Question", "status": ["open", "done"][k % 3 > 1]}
    | {"description": f"what went wrong at time {k}"}
    for k in range(24)
]


def lines(rows: list[dict[str, Any]]) -> str:
    return "\n".join(map(json.dumps, rows))


def test_what_would_make_keys_clear_is_said() -> None:
    with pytest.raises(UnclearError) as caught:
        read(lines(TICKETS), "a.jsonl")
    said = caught.value.options
    assert said == {"text": "subject,description", "label": "status"}
    assert caught.value.profile is not None
    assert [one.name for one in caught.value.profile.columns] == list(TICKETS[0])
    source, _ = read(lines(TICKETS), "a.jsonl", text=("subject", "description"), label="status")
    assert source.text == ("subject", "description")


def test_what_is_said_already_is_not_said_again() -> None:
    with pytest.raises(UnclearError) as caught:
        read(lines(TICKETS), "a.jsonl", text="description")
    assert caught.value.options == {"label": "status"}


def test_of_a_few_headings_the_text_stands_in_another_column() -> None:
    assert read(lines(TICKETS), "a.jsonl", label="status")[0].text == "description"
    rows = [{**row, "subject": f"subject {k}"} for k, row in enumerate(TICKETS)]
    assert read(lines(rows), "a.jsonl", label="status")[0].text == "subject"
    table = "subject,status,description\n" + "".join(
        f"{row['subject']},{row['status']},{row['description']}\n" for row in TICKETS
    )
    assert read(table, label="status")[0].text == "description"
