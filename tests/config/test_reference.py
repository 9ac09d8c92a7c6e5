"""What is generated from the schema: JSON Schema and the table of keys."""

import json

from grucli.config.reference import json_schema, reference
from grucli.config.schema import KEYS
from tests.config.helpers import schema_of
from tests.documents import generated


def test_json_schema_describes_every_key_and_closes_every_section() -> None:
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert [schema, *schema["$defs"].values()] == [
        part | {"additionalProperties": False} for part in [schema, *schema["$defs"].values()]
    ]
    for path in KEYS:
        assert {"description", "default", "title"} <= set(schema_of(path))
    assert schema_of(("data", "max_length"))["default"] == "auto"
    json.dumps(schema, allow_nan=False)


def test_reference_has_one_row_for_each_key() -> None:
    header, _, *rows = reference().splitlines()
    assert header == "| key | values | default | meaning |"
    assert [row.split("`")[1] for row in rows] == [".".join(path) for path in KEYS]
    assert all(row.count("|") == 5 for row in rows)
    assert (
        "| `model.num_layers` | a whole number from 1 to 8 | `1` | Recurrent layers on top of each"
        " other. |"
    ) in rows


def test_the_schema_for_editors_is_the_one_that_validates() -> None:
    assert generated.SCHEMA.read_text(encoding="utf-8") == generated.schema()
    for path in generated.SCHEMA.parent.glob("*.yaml"):
        modeline = path.read_text(encoding="utf-8").partition("\n")[0]
        assert modeline == f"# yaml-language-server: $schema={generated.SCHEMA.name}"
