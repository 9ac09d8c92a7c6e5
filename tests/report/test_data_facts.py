"""The sections of a report on data as people see them; the numbers have tests of their own."""

from grucli.data.records import Record
from grucli.preparation.data_facts import Channel, Copies, DataFacts, Lengths
from grucli.report.data_facts import left_out, result, sections
from grucli.tasks.target_facts import TargetCounts, TargetFacts


def facts(**changes: object) -> DataFacts:
    labels = {"b": 30, "a": 60, "快递": 8, "odd": 2}
    given = {
        "rows": 100,
        "targets": TargetFacts(
            counts=(
                TargetCounts(
                    name="label_rows", title="label", counts=labels, unit="row", total=100
                ),
            )
        ),
        "lengths": Lengths(
            unit="token", least=0, median=7.5, high=30, most=400, kept=30, cut=1, empty=2
        ),
        "copies": Copies(repeated=3, contrary=0, examples=(), in_test=None),
        "scripts": {"Latin": 90, "Han": 10},
        "channels": (),
        "columns": None,
        "uses": {},
    }
    return DataFacts(**(given | changes))


def test_labels_lengths_and_copies() -> None:
    assert list(sections("t.csv", facts())) == [
        [
            "label  rows   share",
            "a        60  60.0 %  ████████████████████",
            "b        30  30.0 %  ██████████",
            "快递      8   8.0 %  ██▋",
            "odd       2   2.0 %  ▋",
            "rare, less than 5 rows: odd 2",
        ],
        [
            "tokens a row: 0 to 400, median 7.5, 99 % up to 30; 1 row (1.0 %) cut at 30; "
            "2 rows empty",
            "rows by script: Latin 90 (90.0 %), Han 10 (10.0 %)",
        ],
        ["copies: 3 rows (3.0 %) with the input of an earlier one"],
    ]


def test_many_labels_are_cut_and_rare_ones_named() -> None:
    counts = {f"l{k:03}": 100 - k for k in range(99)}
    targets = TargetFacts(
        counts=(
            TargetCounts(name="label_rows", title="label", counts=counts, unit="row", total=5049),
        )
    )
    shown = next(sections("t.csv", facts(targets=targets)))
    assert len(shown) == 23
    assert shown[1].startswith("l000    100  2.0 %")
    assert shown[-2] == "and 79 more with 3,239 rows"
    assert shown[-1] == "rare, less than 5 rows: l098 2, l097 3, l096 4"


def test_ranges_stand_in_their_order_and_figures_above() -> None:
    ranges = TargetCounts(
        name="target_ranges",
        title="target",
        counts={"0 to 5": 1, "5 to 10": 3},
        unit="row",
        total=4,
        is_ordered=True,
    )
    targets = TargetFacts(counts=(ranges,), figures={"mean_target": 6.25, "distinct_targets": 4})
    figures, counts, *_ = sections("t.csv", facts(targets=targets))
    assert figures == ["mean target       6.250", "distinct targets      4"]
    assert [line.split()[0] for line in counts] == ["target", "0", "5"]


def test_contradictions_and_leaks() -> None:
    one, other = (Record(number=k, line=k + 1, label=f"l{k}") for k in (1, 2))
    copies = Copies(repeated=1, contrary=1, examples=((one, other),), in_test=2)
    *_, last = sections("t.csv", facts(copies=copies))
    assert last[1:] == [
        "1 input with two targets, first: l1 in line 2, l2 in line 3",
        "leaks: 2 rows of the test file also in training",
    ]
    assert result(facts(copies=copies))["copies"] == {"repeated": 1, "contrary": 1, "in_test": 2}


def test_channels() -> None:
    nan = float("nan")
    channels = (
        Channel(name="temp", low=-1.5, mean=0.25, high=2.5, missing=0),
        Channel(name="flat", low=3.0, mean=3.0, high=3.0, missing=4),
        Channel(name="none", low=nan, mean=nan, high=nan, missing=9),
    )
    found = facts(channels=channels, scripts={})
    assert list(sections("t.csv", found))[2] == [
        "channel  lowest    mean  highest  missing",
        "temp     -1.500  0.2500    2.500        0",
        "flat      3.000   3.000    3.000        4  constant",
        "none          –       –        –        9  constant",
    ]
    told = result(found)["channels"]
    assert [one["constant"] for one in told] == [False, True, True]
    assert told[2]["mean"] is None
    many = [
        *channels[:1] * 0,
        *(Channel(name=f"c{k}", low=0, mean=1, high=2, missing=k // 40) for k in range(41)),
    ]
    lines = list(sections("t.csv", facts(channels=many)))[2]
    assert len(lines) == 23
    assert lines[-2].startswith("c40 ")
    assert lines[-1] == "and 20 more"


def test_columns_that_are_left_out() -> None:
    assert left_out(["a", "b", ""], {"a": "text", "b": "label"}) == ""
    assert left_out(["a", "id"], {"a": "text"}) == "column left out: 'id'"
    many = left_out([f"c{k}" for k in range(20)], {})
    assert many.startswith("columns left out: 'c0', 'c1', ")
    assert many.endswith(" and 8 more")
