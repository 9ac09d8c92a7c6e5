"""What happens to people, as tables: one row a case, which tests/cli/test_cases.py walks.

A case is a script for bash in a folder of its own, in which `grucli` is the program. Its names:

    $TEXT $SERIES $ODD   models of reviews, of numeric sequences, and with labels no terminal likes
    $REVIEWS $ROWS       tables of reviews to learn from, and to answer
    $BRIEF               flags of a training that takes half a second
    $GRUCLI              the program itself, where its process must be known

Two files stand there beforehand: `a.csv` with three good rows, and `m.csv`, the first of them.
`number` is that of the case in the list of 92 faults that the design of grucli began with; what
came later has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

NO_SPACE = "export PYTHONDONTWRITEBYTECODE=1; trap '' XFSZ; ulimit -f 1; "
"""No file may grow beyond 1 KiB from here on; of a module, Python would keep half."""
HEAD = b"text,label\n"
GOOD = HEAD + b"a fine film,positive\nan awful film,negative\ngood,positive\n"


@dataclass(frozen=True, kw_only=True)
class Case:
    """What somebody does, and what becomes of it.

    Attributes:
        name: what happens.
        number: of the case in the list of faults, None for one that is not in it.
        run: the script; "" where `proof` is all there is, because no single run can show it.
        files: by name, beside those that are always there; a folder of the name is made.
        stdin: of the script.
        code: with which it ends.
        says: for each line "grucli: ..." on stderr what it begins with, as a regular expression.
        notes: found somewhere in the other lines on stderr, as a regular expression.
        out: the whole of stdout, as a regular expression.
        leaves: names of files that are new or have changed.
        proof: a test that takes it further, "tests/x/test_y.py::test_z"; the run of such a case is
            a long form.
        why: it ends otherwise than the list of faults asked for, or with more than one line.
    """

    name: str
    number: int | None = None
    run: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    code: int = 0
    says: tuple[str, ...] = ()
    notes: str = ""
    out: str = ""
    leaves: tuple[str, ...] = ()
    proof: str = ""
    why: str = ""
