"""What is proposed of tables that do not tell their columns; through their refusal."""

import tempfile
from pathlib import Path

import pytest

from grucli.data.forms.opening import open_source
from grucli.data.records import ReadOptions
from grucli.data.unclear import UnclearError

N = range(60)
WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
CELLS = {
    "id": [str(70211 + 3 * k) for k in N],
    "created": [f"2024-01-{1 + k % 28:02}" for k in N],
    "subject": [f"{WORDS[k % 10]} {WORDS[k % 7]}" for k in N],
    "主题": [f"{WORDS[k % 10]} {WORDS[k % 7]}" for k in N],
    "body": [f"{WORDS[k % 10]} is {WORDS[k % 7]} and never {WORDS[k % 9]}, case {k}" for k in N],
    "note": [f"on {WORDS[k % 9]} we have {WORDS[k % 8]} no {k}, {k + 1}, too" for k in N],
    "What, if any, was good?": [f"the {WORDS[k % 9]} was so very {WORDS[k % 8]}, {k}" for k in N],
    "team": ["blue sky", "red", "green"] * 20,
    "priority": ["low", "high"] * 30,
    "status": ["open", "closed", "held"] * 20,
    "topics": ["a;b", "b;c", "a", "a;b;c"] * 15,
    "score": [f"{k * 7 % 31}.5" for k in N],
    "p": [f"{k % 9}.25" for k in N],
    "q": [f"{k % 8}.75" for k in N],
    "r": [f"-{k % 7}.5" for k in N],
    "class": ["1", "2", "2"] * 20,
    "kind": ["1", "3", "2", "3"] * 15,
    **{f"v{k}": [f"{(i * k) % 9}.25" for i in N] for k in (1, 2, 3, 10, 11)},
    "machine": [f"m{k // 6:02}" for k in N],
}


def refused(names: str, **options: object) -> dict[str, object]:
    """Return what is proposed of a table of these columns, divided by semicolons."""
    columns = names.split(";")
    rows = [columns, *zip(*(CELLS[name] for name in columns), strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.tsv"
        path.write_text("".join("\t".join(row) + "\n" for row in rows))
        with pytest.raises(UnclearError) as caught:
            open_source(str(path), ReadOptions(**options), needs_label=True)
    return caught.value.options


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("id;created;subject;body;team", {"text": "subject,body", "label": "team"}),
        ("id;主题;note;team;status", {"text": "主题,note", "label": "team"}),
        ("team;body;priority;status", {"text": "body", "label": "team"}),
        ("note;What, if any, was good?;priority;status", None),
        ("subject;body;note;team;status", {"text": "subject,body", "label": "team"}),
        ("body;topics;created", {"text": "body", "label": "topics", "label_separator": ";"}),
        ("id;body;score", {"text": "body", "label": "score", "task": "regress"}),
        ("p;q;r;kind", {"label": "kind"}),
        ("machine;p;q;r;created", {}),
        ("note;v1;v2;v3;v10;v11;priority;status", {"values": "v*", "label": "status"}),
    ],
)
def test_a_reader_would_try_this_first(names: str, said: dict[str, object] | None) -> None:
    if said is None:
        said = {"text": 'note,"What, if any, was good?"', "label": "status"}
    assert refused(names) == said


def test_what_was_said_is_not_said_again() -> None:
    names = "id;subject;body;team;status;priority"
    assert refused(names, text="body") == {"label": "team"}
    assert refused(names, text="body", weight="team") == {"label": "status"}
    two = 'note,"What, if any, was good?"'
    assert refused("id;note;What, if any, was good?;team", label="team") == {"text": two}
    assert refused("id;body;score;p;q", targets="number") == {"text": "body", "label": "score"}
