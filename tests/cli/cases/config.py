"""Configs: what YAML may hold, what a key may be, whose word counts."""

from . import Case

DRY = "grucli train a.csv -c c.yaml --dry-run --json"
YAML = "tests/config/test_strict_yaml.py"
SYNTAX = f"{YAML}::test_refused"
TEXT = f"{YAML}::test_all_else_stays_text"
KEYS = "tests/config/test_resolve.py::test_every_problem_is_told_with_its_place"


def refused(name: str, number: int, yaml: bytes, *says: str, proof: str = "") -> Case:
    """Return the case of a config that cannot be used."""
    files = {"c.yaml": yaml}
    return Case(name=name, number=number, files=files, run=DRY, code=2, says=says, proof=proof)


def found(name: str, number: int, yaml: bytes, key: str, value: str, **more: str) -> Case:
    """Return the case of a config by which a key gets a value."""
    lookup = (
        f'python3 -c \'import json, sys; print(json.load(sys.stdin)["config"]["{key}"]["value"])\''
    )
    run = f"{DRY} -q | {lookup}"
    return Case(name=name, number=number, files={"c.yaml": yaml}, run=run, out=value + "\n", **more)


FILES = (
    Case(
        name="a config that is not there",
        number=48,
        files={"confg.yaml": b""},
        run="grucli train -c config.yaml -o m.npz",
        code=5,
        says=(r"config\.yaml: no such file; did you mean 'confg\.yaml'\?$",),
    ),
    Case(
        name="a config without a word",
        number=48,
        files={"c.yaml": b"# later\n"},
        run="grucli train $REVIEWS -c c.yaml --dry-run > /dev/null",
        notes=r"^c\.yaml: sets nothing, all defaults stay$",
    ),
    refused(
        "a tab before a key",
        49,
        b"model:\n\tcell: gru\n",
        r"c\.yaml:2:1: a tab is not allowed",
        proof=SYNTAX,
    ),
    refused(
        "a quote that stays open",
        49,
        b"seed: 'x\n",
        r"c\.yaml:1:7: the quotes that open here",
        proof=SYNTAX,
    ),
    refused(
        "a top level that is a list",
        57,
        b"- seed\n",
        r"c\.yaml:1:1: expected 'key: value' lines",
        proof=SYNTAX,
    ),
    refused(
        "a top level that is a text",
        57,
        b"seed\n",
        r"c\.yaml:1:1: expected 'key: value' lines",
        proof=SYNTAX,
    ),
)

VALUES = (
    refused(
        "a slip in a key",
        50,
        b"model:\n  hiden_size: 8\n",
        r"c\.yaml:2  model\.hiden_size  unknown key; did you mean 'hidden_size'\?$",
        proof=KEYS,
    ),
    refused(
        "a text for a number",
        51,
        b"training:\n  epochs: many\n",
        r"c\.yaml:2  training\.epochs  must be a whole number .*, got 'many'$",
        proof=KEYS,
    ),
    found(
        "a number as YAML 1.2 writes it",
        51,
        b"training:\n  learning_rate: 1e-3\n",
        "training.learning_rate",
        r"0\.001",
    ),
    refused(
        "yes is no number",
        52,
        b"seed: yes\n",
        r"c\.yaml:1  seed  must be .*, got 'yes'$",
        proof=TEXT,
    ),
    refused(
        "an octal number",
        52,
        b"seed: 010\n",
        r"c\.yaml:1  seed  must be .*, got '010'$",
        proof=TEXT,
    ),
    refused(
        "a sexagesimal number",
        52,
        b"seed: 1:30\n",
        r"c\.yaml:1  seed  must be .*, got '1:30'$",
        proof=TEXT,
    ),
    Case(
        name="a column that is called no",
        number=52,
        files={"c.yaml": b"data:\n  group: no\n"},
        run="grucli train a.csv -c c.yaml -o m.npz -q",
        code=3,
        says=(r"a\.csv:1: no column 'no' \(columns: text,label\); ",),
    ),
    refused(
        "a key that stands twice",
        53,
        b"seed: 1\nseed: 2\n",
        r"c\.yaml:2:1: key 'seed' stands already on line 1$",
    ),
    refused(
        "numbers that are none, or too large to hold",
        56,
        b"model:\n  hidden_size: 1e9\n  dropout: -1\n"
        b"training:\n  learning_rate: .nan\n  epochs: 1.5\n",
        r"c\.yaml:2  model\.hidden_size  must be ",
        r"c\.yaml:3  model\.dropout  must be ",
        r"c\.yaml:5  training\.learning_rate  must be ",
        r"c\.yaml:6  training\.epochs  must be ",
    ),
)

NOT_ALLOWED = (
    refused(
        "a tag that would run code",
        54,
        b"seed: !!python/object/apply:os.system ['touch pwned']\n",
        r"c\.yaml:1:\d+: tags \(!name\) are not allowed$",
        proof=SYNTAX,
    ),
    refused(
        "a billion laughs",
        55,
        b"a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n",
        r"c\.yaml:1:4: anchors \(&name\) are not allowed$",
        r"c\.yaml:2:4: anchors \(&name\) are not allowed$",
        *(
            rf"c\.yaml:{line}:\d+: aliases \(\*name\) are not allowed$"
            for line in (2, 2, 2, 3, 3, 3)
        ),
    ),
    refused(
        "a merge key",
        55,
        b"<<: {seed: 1}\n",
        r"c\.yaml:1:1: merge keys \(<<\) are not allowed$",
        proof=SYNTAX,
    ),
    refused(
        "a nest of brackets",
        55,
        b"seed: " + b"[" * 5000,
        r"c\.yaml:1:\d+: nesting deeper than 20",
        proof=f"{YAML}::test_twenty_levels_are_read_and_one_more_is_not",
    ),
    refused(
        "more than a config",
        55,
        b"#" * (1 << 15) + b"#",
        r"c\.yaml: too large: 32,769 bytes, at most ",
        proof=SYNTAX,
    ),
)

WHOSE_WORD = (
    Case(
        name="a flag and a config that disagree",
        number=58,
        files={"c.yaml": b"seed: 1\n"},
        run="grucli train $REVIEWS -c c.yaml --seed 2 --dry-run > /dev/null",
        notes=r"^seed: 2 of --seed wins over 1 of c\.yaml:1$",
    ),
    Case(
        name="paths of a config begin where it is",
        number=59,
        files={"d/c.yaml": b"data:\n  train: ../x.csv\n"},
        run="grucli train -c d/c.yaml -o m.npz",
        code=5,
        says=(r"x\.csv: no such file; ",),
    ),
    Case(
        name="a home is no abbreviation in a config",
        number=59,
        files={"c.yaml": b"data:\n  train: ~/x.csv\n"},
        run="grucli train -c c.yaml -o m.npz",
        code=5,
        says=(r"~/x\.csv: no such file; ",),
    ),
    refused(
        "a key of a newer grucli",
        60,
        b"model:\n  quantum: 8\n",
        r"c\.yaml:2  model\.quantum  unknown key; grucli \d+\.\d+\.\d+ has none like it$",
        proof=KEYS,
    ),
)

CASES = (*FILES, *VALUES, *NOT_ALLOWED, *WHOSE_WORD)
