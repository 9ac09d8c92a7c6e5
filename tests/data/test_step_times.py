"""Steps in the order of their times: numbers or dates, never both, none twice."""

import pytest

from grucli.data.step_times import TimeError, order


def named(index: int) -> str:
    return f"line {index + 1}"


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (["0"], [0]),
        (["10", "9", "-1.5", "2e2"], [2, 1, 0, 3]),
        (["2024-05-31", "2023-01-01T10:00", "2024-05-30T23:59:59"], [1, 2, 0]),
        (["2024-01-01T00:30+01:00", "2023-12-31T23:00+00:00"], [1, 0]),
        (["02.03.2024 10:00", "29.02.2024 23:59", "01.03.2024"], [1, 2, 0]),
    ],
)
def test_indices_by_rising_time(times: list[str], expected: list[int]) -> None:
    assert order(times, named) == expected


@pytest.mark.parametrize(
    ("times", "index", "problem"),
    [
        (["1", "2024-01-01"], 1, "time '2024-01-01' is no number like the first"),
        (["soon"], 0, "time 'soon' is no number or date; write 12.5 or 2024-"),
        (["2024-01-01", "3"], 1, "time '3' is no number or date"),
        (
            ["03/04/2024"],
            0,
            "time '03/04/2024' does not tell day, month and year apart; write 2024",
        ),
        (["2024-05-31", "10:30"], 1, "time '10:30' does not tell day, month and year apart; write"),
        (["1", "2", "1.0"], 2, "time '1.0' stands in line 1 too; give each step its own"),
    ],
)
def test_a_time_that_cannot_be_used(times: list[str], index: int, problem: str) -> None:
    with pytest.raises(TimeError) as caught:
        order(times, named)
    assert caught.value.index == index
    assert caught.value.problem.startswith(problem)
