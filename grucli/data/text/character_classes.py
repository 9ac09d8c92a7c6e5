"""Classes of characters for patterns: which letters are steps of their own, what nobody sees.

Sources: Unicode 16: UAX #14, whose classes SA (complex context) and AK (aksara) have the scripts
without spaces between words; UAX #29 for grapheme clusters, by which the leading vowels of Thai and
Lao are clusters of their own. Here each sign stays with its letter, spacing ones of Burmese, too.
"""

import unicodedata
from functools import cache
from itertools import chain
from typing import Final

# Han with 々〇, Hiragana, Katakana, Hangul syllables and letters: a character is a token.
CHARACTERS: Final = (
    "\u1100-\u11ff\u3005\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3131-\u318e"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff"
    "\U0001aff0-\U0001b16f\U00020000-\U0003fffd"
)
# Thai, Lao, Burmese, Khmer, Tai Le, New Tai Lue, Tai Tham, Balinese, Javanese, Tai Viet, Ahom:
# no spaces between words; a letter with its vowel signs and tones is a token. Digits are left out.
CLUSTERED: Final = (
    "\u0e01-\u0e2f\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6"
    "\u0edc-\u0edf\u1000-\u102a\u103f\u1050-\u1055\u105a-\u105d\u1061\u1065\u1066\u106e-\u1070"
    "\u1075-\u1081\u108e\u1780-\u17b3\u17d7\u17dc\u1950-\u19c9\u1a20-\u1a54\u1aa7\u1b05-\u1b33"
    "\u1b45-\u1b4c\ua984-\ua9b2\ua9cf\ua9e0-\ua9e4\ua9e6-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa76\uaa7a\uaa7e-\uaaaf"
    "\uaab1\uaab5\uaab6\uaab9-\uaabd\uaac0\uaac2\uaadb-\uaadd"
    "\U00011700-\U0001171a\U00011740-\U00011746"
)
# After these the next letter is written below: part of the same syllable.
STACKERS: Final = "\u1039\u17d2\u1a60\u1b44\ua9c0"
JOINERS: Final = "\u200c\u200d"
# Soft hyphen, grapheme joiner, tatweel, marks of direction, word joiner, variation selectors: a
# reader sees the same word without them.
UNSEEN: Final = "\xad\u034f\u0640\u061c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
PICTURES: Final = "\u203c\u2049\u2190-\u2bff\U0001f000-\U0001f1e5\U0001f200-\U0001faff"
FLAGS: Final = "\U0001f1e6-\U0001f1ff"
SKIN_TONES: Final = "\U0001f3fb-\U0001f3ff"
# Controls, formats, surrogates, variation selectors, tags: nothing by themselves.
IGNORED: Final = (
    "\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180b-\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
)
# Combining marks are among these, which are told at a glance; a class of all marks takes long.
RARE: Final = r"[^\w\x00-\u02ff]"

# Ideographs, syllables, surrogates and private use between these hold no combining mark. Those of
# hieroglyphs and of Gurung Khema came with Unicode 15 and 16, with which Python 3.12 and 3.14 came.
_BLOCKS_OF_MARKS = (
    *(range(0x300, 0x3400), range(0xA000, 0xAC00), range(0xFB00, 0x12000)),
    *(range(0x13430, 0x13460), range(0x16100, 0x16140)),
    *(range(0x16A00, 0x17000), range(0x1BC00, 0x1E950)),
)


@cache
def combining_marks() -> str:
    """Return Unicode's combining marks as ranges for a character class; about 4 ms."""
    points = [p for p in chain(*_BLOCKS_OF_MARKS) if unicodedata.category(chr(p))[0] == "M"]
    starts = [p for p, before in zip(points, [0, *points], strict=False) if p != before + 1]
    ends = [p for p, after in zip(points, [*points[1:], 0], strict=True) if p != after - 1]
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True))
