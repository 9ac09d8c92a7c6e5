"""A tokenizer told as steps gives the tokens of the tokenizer itself."""

import json
import random
import re
import sys
import unicodedata

import pytest

from grucli.data.text.byte_pairs import BytePairs
from grucli.data.text.tokenizer_recipe import recipe
from grucli.data.text.tokens import FIRST, LATEST, tokenizer

MODES = ["auto", "word", "char", "byte", "space", "given", "exact", "pairs"]
TEXTS = [
    "",
    "Don't panic: 3.14 is 1,000,000 mp3!!!!!!",
    "ＧＲＵ STRASSE straße ΟΔΟΣ İZMİR Ꭰꭰ",
    "这部电影很好 とても良い 한국어",
    "ภาษาไทย เเละ นํ้า ลาว ເເລະ ຂອງ",
    "नमस्ते दुनिया \u0915\u094d\u200d\u0937 xy\u200d z",
    "a\u0301" + "\u0301" * 40 + "b \u0300" * 3,
    "soft\u00adhyphen \u2019tis o\u02bcclock e\u2060\u0301 \ufe0f",
    "👍🏽👨‍👩‍👧 🇨🇳🇩🇪 ❤️❤️❤️❤️",
    "\ud800 \x1c\x85\u2028x\ty\x00",
]


def follow(steps, text):
    """Split a text as the steps say."""
    for step, *words in steps["steps"]:
        if step == "replace":
            text = re.sub(*words, text)
        elif step == "nfkc":
            text = unicodedata.normalize("NFKC", text)
        elif step == "hex":
            text = text.encode("utf-8", "surrogatepass").hex()
        else:
            text = {"casefold": str.casefold, "lower": str.lower}[step](text)
    found = re.findall(steps["token"], text)
    return found if "joined" not in steps else [part for word in found for part in word]


def pieces(number):
    """Return random texts of characters from all over Unicode, many of them combining."""
    draw = random.Random(0)
    points = list(range(0x300)) + [p for p in range(sys.maxunicode + 1) if _is_odd(chr(p))]
    return ["".join(chr(draw.choice(points)) for _ in range(12)) for _ in range(number)]


def _is_odd(character):
    return unicodedata.category(character) in ("Mn", "Mc", "Cf", "Lm", "Zs", "Po", "Lt", "Sk")


@pytest.mark.parametrize("edition", [FIRST, LATEST])
@pytest.mark.parametrize("mode", MODES)
def test_the_steps_give_the_tokens(mode, edition):
    steps = json.loads(json.dumps(recipe(mode, edition)))
    tokenize = tokenizer(mode, edition)
    for text in [*TEXTS, *pieces(1000)]:
        assert follow(steps, text) == list(tokenize(text)), ascii(text)


def test_what_is_joined_stands_beside_the_steps():
    pairs = BytePairs.learn(["abc ab abc"] * 20, most=2)
    assert recipe("pairs", LATEST, pairs)["joined"] == list(pairs.joined)


@pytest.mark.parametrize("edition", [FIRST, LATEST])
def test_each_character_between_letters(edition):
    steps, tokenize = recipe("auto", edition), tokenizer("auto", edition)
    ideographs = range(0x20000, 0xE0000)  # and nothing: one of them stands for the others
    for first in range(0, sys.maxunicode + 1, 1 << 10):
        if first in ideographs[1:]:
            continue
        text = "\n".join(f"a{chr(point)}b {chr(point)}" for point in range(first, first + 1024))
        assert follow(steps, text) == tokenize(text), hex(first)
