"""Which refusals of a table come with a profile and with what to say; the choice itself has tests
of texts and of series in modules of their own.
"""

import pytest

from grucli.data.records import Remembered
from grucli.data.unclear import UnclearError
from tests.data.reading import read_source

UNCLEAR = b"said,mood,team\n" + b"".join(
    f"they said so {k},{'ab'[k % 2]},{'xyz'[k % 3]}\n".encode() for k in range(1000)
)


def refusal(data: bytes, **options: object) -> UnclearError:
    with pytest.raises(UnclearError) as caught:
        read_source(data, **options)
    return caught.value


def test_the_profile_is_of_more_rows_than_the_guess() -> None:
    error = refusal(UNCLEAR)
    assert error.profile is not None
    assert (error.profile.rows, error.profile.is_whole) == (1000, True)
    assert error.profile.columns[0].distinct == 1000
    assert error.options == {"text": "said", "label": "team"}


def test_the_profile_is_bounded() -> None:
    row = b"they said so,a,x\nand so,b,y\nand more,c,z\n"
    profile = refusal(b"said,mood,team\n" + row * 200_000).profile
    assert profile is not None
    assert not profile.is_whole
    assert 1000 < profile.rows <= 10_000


def test_the_profile_leaves_out_headers_and_units() -> None:
    table = b"time,p,q,r\ns,mm,mm,mm\n" + b"1,2.5,1.5,3\n2,1.5,2.5,9\ntime,p,q,r\n5,7.5,3.5,4\n" * 9
    profile = refusal(table).profile
    assert profile is not None
    assert profile.rows == 27
    assert {column.kind for column in profile.columns} == {"number"}


def test_where_a_model_knows_the_columns_there_is_none() -> None:
    known = Remembered(text="text", label="label")
    with pytest.raises(Exception, match="no column 'label'") as caught:
        read_source(UNCLEAR, remembered=known)
    assert getattr(caught.value, "profile", None) is None
    error = refusal(b"a,b\nJohn,Snow\nMary,Hill\n", needs_label=False)
    assert (error.profile, error.options) == (None, {})
    assert str(error).endswith("; pass --text COL")
