"""Lines of at most 80 columns, broken between words alone."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from grucli.report.wrap import field, flow


def test_a_field_is_its_name_and_a_sentence_beside_it():
    assert field("data", "two words") == ["data       two words"]
    words = " ".join(["word"] * 30)
    first, *rest = field("说明", words)
    assert first == "说明       " + " ".join(["word"] * 14)
    assert rest == [" " * 11 + " ".join(["word"] * 14), " " * 11 + " ".join(["word"] * 2)]


def test_a_name_that_is_too_long_keeps_a_space():
    assert field("a name of many letters", "value") == ["a name of many letters value"]


def test_what_is_too_wide_is_cut_and_what_is_hostile_shown():
    (line,) = field("x", "长" * 99)
    assert line == "x" + " " * 10 + "长" * 34 + "…"
    assert field("\x1b", "a\nb") == [r"\x1b       a\nb"]


@given(st.lists(st.text("ab中", min_size=1, max_size=9), max_size=40), st.integers(0, 20))
def test_no_piece_is_lost_broken_or_moved(pieces, indent):
    lines = flow(pieces, "", indent, "  ")
    assert [piece for line in lines for piece in line.split()] == pieces
    assert max(map(cell_len, lines)) <= 80
