"""Chunks of every scheme, against a reader that takes a tag at a time and against known values."""

import numpy as np
import pytest

from grucli.tasks.tag.chunks import SCHEMES, Tagged, are_chunks, parts, scheme_of, text
from tests.tasks.tag.helpers import conlleval

SAME = {
    "IOB1": ["I-PER I-PER O I-LOC B-LOC", "I-PER", "O I-LOC I-LOC I-PER"],
    "IOB2": ["B-PER I-PER O B-LOC B-LOC", "B-PER", "O B-LOC I-LOC B-PER"],
    "IOE2": ["I-PER E-PER O E-LOC E-LOC", "E-PER", "O I-LOC E-LOC E-PER"],
    "IOBES": ["B-PER E-PER O S-LOC S-LOC", "S-PER", "O B-LOC E-LOC S-PER"],
    "BILOU": ["B-PER L-PER O U-LOC U-LOC", "U-PER", "O B-LOC L-LOC U-PER"],
    "BMES": ["B-PER E-PER O S-LOC S-LOC", "S-PER", "O B-LOC E-LOC S-PER"],
}


def spans(*sequences):
    tagged = Tagged.of([tags.split() for tags in sequences])
    rows = np.searchsorted(tagged.starts, tagged.spans[:, 0], side="right") - 1
    firsts = tagged.starts[rows]
    return [
        (int(row), tagged.types[kind], int(begin - first), int(end - first))
        for row, first, (begin, end, kind) in zip(rows, firsts, tagged.spans.tolist(), strict=True)
    ]


@pytest.mark.parametrize("scheme", SAME)
def test_every_scheme_says_the_same_and_is_written_again(scheme):
    assert spans(*SAME[scheme]) == spans(*SAME["IOB2"])
    sequences = [tags.split() for tags in SAME["IOB2"]]
    tagged = Tagged.of(sequences)
    letters = tagged.marks.letters(scheme, tagged.starts)
    kinds = [tagged.types[kind] for kind in tagged.marks.kinds]
    written = [text(letter, kind) for letter, kind in zip(letters, kinds, strict=True)]
    assert written == " ".join(SAME[scheme]).split()


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("I-PER I-PER", [("PER", 0, 2)]),
        ("O I-PER O", [("PER", 1, 2)]),
        ("B-PER I-LOC", [("PER", 0, 1), ("LOC", 1, 2)]),
        ("B-PER B-PER", [("PER", 0, 1), ("PER", 1, 2)]),
        ("I-PER B-PER I-PER", [("PER", 0, 1), ("PER", 1, 3)]),
        ("S-PER I-PER", [("PER", 0, 1), ("PER", 1, 2)]),
        ("E-PER E-PER", [("PER", 0, 1), ("PER", 1, 2)]),
        ("B-PER E-PER I-PER", [("PER", 0, 2), ("PER", 2, 3)]),
        ("B-PER E-PER B-PER", [("PER", 0, 2), ("PER", 2, 3)]),
        ("I-PER O I-PER", [("PER", 0, 1), ("PER", 2, 3)]),
        ("B-A-B I-A-B", [("A-B", 0, 2)]),
        ("O O", []),
    ],
)
def test_the_rule_on_tags_in_order_and_out_of_it(tags, expected):
    """Each value is what seqeval 1.2.2 gives in its default mode."""
    assert [found[1:] for found in spans(tags)] == expected


def test_random_tags_of_all_letters_are_read_as_a_tag_at_a_time():
    rng = np.random.default_rng(0)
    tags = ["O", *(f"{letter}-{kind}" for letter in "BIELSUM" for kind in ("X", "Y"))]
    sequences = [rng.choice(tags, rng.integers(1, 9)).tolist() for _ in range(400)]
    expected = [
        (row, *found) for row, sequence in enumerate(sequences) for found in conlleval(sequence)
    ]
    assert spans(*map(" ".join, sequences)) == expected


def test_no_chunk_goes_on_into_the_next_sequence():
    assert spans("B-PER", "I-PER") == [(0, "PER", 0, 1), (1, "PER", 0, 1)]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("O B-PER I-PER", True),
        ("I-PER O", True),
        ("B M E S", True),
        ("B I O", True),
        ("NOUN VERB", False),
        ("O PER LOC", False),
        ("O B-PER PER", False),
        ("B O", False),
        ("S O", False),
        ("B I-PER O", False),
        ("O", False),
        ("X-PER B-PER", False),
    ],
)
def test_which_tags_are_parts_of_chunks(tags, expected):
    assert are_chunks(tags.split()) is expected


def test_a_bare_tag_is_no_part_of_a_chunk():
    assert parts("PER") == ("", "")
    assert parts("B-") == ("", "")
    assert parts("B-PER") == ("B", "PER")


@pytest.mark.parametrize(
    ("tags", "begun", "expected"),
    [
        ("B-X I-X O", "BBB", ("IOB2", 0)),
        ("B-X I-X O", "BBI", ("IOB2", 1)),
        ("B-X I-X O", "IIB", ("IOB1", 1)),
        ("I-X O", "II", ("IOB1", 0)),
        ("I-X E-X O", "IE", ("IOE2", 0)),
        ("B-X I-X E-X S-X", "BS", ("IOBES", 0)),
        ("B-X E-X S-X", "BSE", ("IOBES", 1)),
        ("B-X I-X L-X U-X", "BU", ("BILOU", 0)),
        ("B M E S", "BS", ("BMES", 0)),
        ("B-X M-X L-X", "B", ("IOB2", 0)),
    ],
)
def test_the_scheme_of_a_file(tags, begun, expected):
    assert scheme_of(tags.split(), begun) == expected


def test_every_scheme_has_its_four_letters():
    assert {len(letters) for letters in SCHEMES.values()} == {4}
