"""Labels in a line, by hand."""

from grucli.tasks.label_names import listed, listed_with_rows, named_facts

MANY = [f"l{k}" for k in range(14)]


def test_the_first_labels_are_named_and_the_others_counted():
    assert listed(["a", "b"]) == "2 labels: a, b"
    assert listed(MANY).startswith("14 labels: l0, l1, ")
    assert listed(MANY).endswith(", l11 and 2 more")


def test_rows_stand_beside_labels():
    rows = dict.fromkeys(MANY, 1200)
    assert listed_with_rows(MANY[:2], rows) == "l0 1,200, l1 1,200"
    assert listed_with_rows(MANY, rows).endswith("l11 1,200, and 2 more")
    facts = {"rows": 3, "label_rows": [1, 2]}
    assert named_facts(["a", "b"], facts) == {"rows": 3, "labels": {"a": 1, "b": 2}}
