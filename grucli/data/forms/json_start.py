"""Whether data are JSON Lines, by the line that comes; what reads them is not imported for that."""

from grucli.data.forms.json_grammar import JsonError, parse_object
from grucli.data.request import Asked
from grucli.data.streams.lines import Lines


def may_hold_json(head: bytes, encoding: str) -> bool:
    """Whether a bracket may stand in the first bytes, by which every document of JSON begins."""
    return not set("[{".encode(encoding)).isdisjoint(head)


def starts_as_jsonl(lines: Lines, asked: Asked | None = None) -> bool:
    """Whether the line that comes is a JSON object, with the keys of the text if `asked` for."""
    waiting, _ = lines.peek(1)
    if not waiting or not waiting[0].lstrip().startswith(b"{"):
        return False
    try:
        found = parse_object(waiting[0], lines.encoding)
    except JsonError:
        return False
    if asked is None:
        return True
    from grucli.data.forms.json_shapes import shape_of  # late: most data are no JSON

    keys = shape_of([found], asked).flat(found).keys()
    return set(asked.among(keys).text) <= keys


def starts_as_tokens(lines: Lines, asked: Asked) -> bool:
    """Whether the line that comes is a JSON object with tokens for a model that tags them."""
    if asked.known.targets != "tags" or not starts_as_jsonl(lines):
        return False
    from grucli.data.forms.json_tokens import tagged_keys

    found = parse_object(lines.peek(1)[0][0], lines.encoding)
    return tagged_keys([found], list(found), asked) is not None
