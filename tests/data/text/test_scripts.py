"""In which script a text is written, by most of its letters."""

import pytest

from grucli.data.text.scripts import NO_LETTERS, of_text, of_texts


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Ein schöner Tag, d'accord", "Latin"),
        ("ＦＵＬＬ width", "Latin"),
        ("这部电影 very 好看", "Han"),
        ("ok 好", "Latin"),
        ("東京は大きい", "Kana"),
        ("漢字仮名交じり文", "Kana"),
        ("한국어", "Hangul"),
        ("Привет", "Cyrillic"),
        ("ไทย", "Thai"),
        ("12:30 :-) 👍", NO_LETTERS),
        ("", NO_LETTERS),
    ],
)
def test_a_text(text: str, script: str) -> None:
    assert of_text(text) == script


def test_many_texts() -> None:
    assert of_texts(["a", "b", "好", "1"]) == {"Latin": 2, "Han": 1, NO_LETTERS: 1}
