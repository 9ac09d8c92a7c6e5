"""Classes of characters, against Unicode's own categories."""

import re
import sys
import unicodedata

import pytest

from grucli.data.text import character_classes as classes


def test_combining_marks_are_those_of_unicode_and_no_others():
    pattern = re.compile(f"[{classes.combining_marks()}]")
    points = [*range(0xD800), *range(0xE000, sys.maxunicode + 1)]
    found = {p for p in points if pattern.match(chr(p))}
    marks = {p for p in points if unicodedata.category(chr(p)).startswith("M")}
    selectors = set(range(0xE0100, 0xE01F0)) | set(range(0xFE00, 0xFE10)) | {0x180F}
    assert found - marks == set()
    assert marks - found <= selectors


@pytest.mark.parametrize(
    ("members", "inside", "outside"),
    [
        (classes.CHARACTERS, "好々アんㅎ글", "aя1 、"),
        (classes.CLUSTERED, "กຂကក", "aあ1๑"),
        (classes.FLAGS, "\U0001f1e9", "D"),
        (classes.SKIN_TONES, "\U0001f3fd", "👍"),
        (classes.UNSEEN, "\xad\u200e\ufe0f", "a\u200d"),
        (classes.IGNORED, "\x00\u200b\ufeff\U000e0041", "a "),
    ],
)
def test_members_of_the_classes(members: str, inside: str, outside: str) -> None:
    pattern = re.compile(f"[{members}]")
    assert all(map(pattern.match, inside))
    assert not any(map(pattern.match, outside))
