"""Value objects beside those of the standard library: the same in all that is expected of them."""

import copy
import dataclasses
import inspect
import pickle
from functools import cached_property

import pytest

from grucli import values


def _made(dataclass):
    """Return classes that one decorator has made: by value, by identity, and one derived."""

    @dataclass(frozen=True, kw_only=True)
    class Point:
        x: float
        y: float = 2.0
        names: list = dataclasses.field(default_factory=list, compare=False)
        note: str = dataclasses.field(default="", repr=False)

        def __post_init__(self):
            if self.x is None:
                raise ValueError("nowhere")

        @cached_property
        def length(self):
            return abs(self.x) + abs(self.y)

    @dataclass(frozen=True, kw_only=True, eq=False)
    class Thing:
        array: object

        def __repr__(self):
            return "a thing"

    @dataclass(frozen=True, kw_only=True)
    class Place(Point):
        height: float = 0.0

        def __hash__(self):
            return 7

    for each in (Point, Thing, Place):
        each.__qualname__ = each.__name__
    return Point, Thing, Place


BOTH = pytest.mark.parametrize(
    "made", [_made(dataclasses.dataclass), _made(values.dataclass)], ids=["standard", "ours"]
)


@BOTH
def test_instances_are_made_of_fields_defaults_and_factories(made):
    point, other = made[0](x=1.0), made[0](y=3.0, x=1.0)

    assert vars(point) == {"x": 1.0, "y": 2.0, "names": [], "note": ""}
    assert (other.x, other.y) == (1.0, 3.0)
    assert point.names is not other.names
    assert made[2](x=1, height=4).height == 4


@BOTH
@pytest.mark.parametrize("given", [{}, {"y": 1.0}, {"x": 1.0, "z": 0}, {"x": 1.0, "length": 3}])
def test_a_missing_value_and_one_without_a_field_are_refused(made, given):
    with pytest.raises(TypeError):
        made[0](**given)


@BOTH
def test_values_have_names(made):
    with pytest.raises(TypeError):
        made[0](1.0)


@BOTH
def test_what_is_checked_after_the_making_is_checked(made):
    with pytest.raises(ValueError, match="nowhere"):
        made[0](x=None)


@BOTH
def test_nothing_is_assigned_or_deleted_afterwards(made):
    for each in (made[0](x=1.0), made[1](array=0), made[2](x=1.0)):
        with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'x'"):
            each.x = 2.0
        with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'x'"):
            del each.x
    assert made[0](x=1.0).length == 3.0  # what is computed once is kept all the same


@BOTH
def test_they_are_equal_by_the_fields_that_are_compared(made):
    point, thing, place = made

    assert point(x=1.0, names=["a"]) == point(x=1.0, names=["b"])
    assert point(x=1.0) != point(x=1.0, note="other")
    assert point(x=1.0) != place(x=1.0)
    assert point(x=1.0) != (1.0, 2.0, "")
    assert thing(array=1) != thing(array=1)


@BOTH
def test_they_are_hashed_by_what_makes_them_equal(made):
    point, thing, place = made

    assert {point(x=1.0), point(x=1.0, names=["a"])} == {point(x=1.0)}
    assert hash(point(x=1.0)) == hash((1.0, 2.0, ""))
    assert len({thing(array=1), thing(array=1)}) == 2
    assert hash(place(x=1.0)) == 7


@BOTH
def test_they_show_their_fields(made):
    assert repr(made[0](x=1.0, note="hidden")) == "Point(x=1.0, y=2.0, names=[])"
    assert repr(made[1](array=0)) == "a thing"
    assert repr(made[2](x=1.0)) == "Place(x=1.0, y=2.0, names=[], height=0.0)"


@BOTH
def test_their_signature_tells_their_fields(made):
    parameters = inspect.signature(made[2]).parameters

    assert list(parameters) == ["x", "y", "names", "note", "height"]
    assert {each.kind for each in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert {name: each.annotation for name, each in parameters.items()} == {
        "x": float,
        "y": float,
        "names": list,
        "note": str,
        "height": float,
    }
    assert parameters["x"].default is inspect.Parameter.empty
    assert (parameters["y"].default, parameters["note"].default) == (2.0, "")
    assert parameters["names"].default is not inspect.Parameter.empty


@BOTH
def test_the_standard_library_knows_them(made):
    place = made[2](x=1.0, names=["a"])

    assert dataclasses.is_dataclass(place)
    assert [each.name for each in dataclasses.fields(place)] == [
        "x",
        "y",
        "names",
        "note",
        "height",
    ]
    assert dataclasses.asdict(place) == vars(place)
    assert dataclasses.replace(place, height=5) == made[2](x=1.0, height=5)
    assert copy.deepcopy(place) == place


@values.dataclass(frozen=True, kw_only=True)
class Sent:
    """What goes to another process."""

    number: int


def test_they_go_through_pickle():
    assert pickle.loads(pickle.dumps(Sent(number=3))) == Sent(number=3)


def test_what_is_not_frozen_or_not_by_keyword_is_a_standard_one():
    @values.dataclass
    class Counter:
        number: int = 0

    @values.dataclass(frozen=True, kw_only=True, slots=True)
    class Slotted:
        number: int

    counter = Counter(3)
    counter.number += 1
    assert counter == Counter(4)
    assert not hasattr(Slotted(number=1), "__dict__")
