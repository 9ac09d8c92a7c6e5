import pytest

from grucli.data.text.token_file import read_tokens
from grucli.errors import AccessError, DataError


def written(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_line_is_the_token_of_its_id(tmp_path, end):
    lines = ["", "[UNK]", " ", "the ", "好"]
    text = ("\r\n" if end == "\r\n" else "\n").join(lines) + end
    found = read_tokens(written(tmp_path / "t.txt", "\ufeff" + text))
    assert found.tokens == (" ", "the ", "好")
    assert found.ids == (2, 3, 4)
    assert (found.padding, found.unknown, found.size) == (0, 1, 5)


def test_unknown_and_padding_may_stand_anywhere_or_nowhere(tmp_path):
    found = read_tokens(written(tmp_path / "t.txt", "a\n<PAD>\nb\n<unk>\n"))
    assert (found.tokens, found.ids, found.padding, found.unknown) == (("a", "b"), (0, 2), 1, 3)
    found = read_tokens(written(tmp_path / "t.txt", "a\nb\n"))
    assert (found.padding, found.unknown, found.size) == (None, None, 2)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a\nb\na\n", r":3: 'a' stands in line 1 already"),
        ("\na\n\n", r":3: padding stands in line 1 already"),
        ("<unk>\n[UNK]\na\n", r":2: '\[UNK\]' stands in line 1 already"),
        (b"a\n\xff\n", "no UTF-8 at byte 2"),
        ("<pad>\n", "1 line without a token"),
    ],
)
def test_what_is_no_vocabulary_is_refused(tmp_path, text, reason):
    with pytest.raises(DataError, match=reason):
        read_tokens(written(tmp_path / "t.txt", text))


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(AccessError):
        read_tokens(str(tmp_path / "none.txt"))
