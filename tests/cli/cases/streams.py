"""Standard streams: readers that leave, full disks, closed ends, terminals, locales."""

from . import NO_SPACE, Case
from .data import ANSWER

CLOSED = "standard output is closed; redirect it to a file$"
FULL = "standard output: cannot be written: no space left on device$"
NO_ANSWER = "tests/cli/test_streams.py::test_without_any_standard_stream_workers_are_heard"

READERS = (
    Case(
        name="an answer for each line of a pipe, as it comes",
        number=38,
        run="{ echo good; until [ -s o ]; do sleep 0.05; done; } | grucli predict -m $TEXT > o; "
        "cat o; rm o",
        out=ANSWER,
        proof="tests/cli/test_streams.py::test_an_answer_comes_before_the_next_question",
    ),
    Case(
        name="predict without data reads from the keyboard",
        number=39,
        proof="tests/cli/test_streams.py::test_the_keyboard",
        why="what is typed is answered; a program that asks for all of it says so",
    ),
    Case(
        name="a reader that has seen enough",
        number=40,
        run="set -o pipefail; yes good | head -100000 | grucli predict -m $TEXT | head -1; "
        "echo ${PIPESTATUS[2]}",
        out=ANSWER + "0\n",
        proof="tests/cli/test_streams.py::test_a_reader_that_goes_away_is_no_failure",
    ),
    Case(
        name="nobody reads what is said",
        number=41,
        run="{ grucli train $REVIEWS -o m.npz ${BRIEF#-q}; echo $? > code; } 2>&1 >/dev/null | true"
        "; while ! [ -s code ]; do sleep 0.05; done; cat code",
        out="0\n",
        leaves=("m.npz", "m.last.npz", "code"),
    ),
    Case(
        name="a producer that dies in the middle of a line",
        number=47,
        run="{ printf 'good\\nan awf'; kill -9 $BASHPID; } | grucli predict -m $TEXT -q",
        out=ANSWER * 2,
        why="there is no --expect-rows: the answers can be counted",
    ),
)

FULL_OR_CLOSED = (
    *(
        Case(
            name=f"{name} on a full disk", number=42, run=f"{run} > /dev/full", code=5, says=(FULL,)
        )
        for name, run in {
            "answers": "grucli predict a.csv -m $TEXT",
            "a score": "grucli evaluate a.csv -m $TEXT -q",
            "a report": "grucli inspect-gates -m $TEXT -q",
            "help": "grucli train --help",
            "the version": "grucli --version",
        }.items()
    ),
    Case(
        name="a file of answers on a full disk",
        number=42,
        run=NO_SPACE + "yes good | head -1000 | grucli predict -m $TEXT -o x.tsv",
        code=5,
        says=("cannot write x.tsv: file too large; ",),
    ),
    *(
        Case(name=f"{name} without a stdout", number=43, run=f"{run} >&-", code=5, says=(CLOSED,))
        for name, run in {
            "answers": "grucli predict a.csv -m $TEXT",
            "a score": "grucli evaluate a.csv -m $TEXT",
            "a report": "grucli inspect-gates -m $TEXT",
            "help": "grucli --help",
            "help on a command": "grucli help predict",
            "the version": "grucli --version",
            "a dry run": "grucli train $REVIEWS --dry-run",
        }.items()
    ),
    Case(
        name="a file of answers needs no stdout",
        number=43,
        run="grucli predict a.csv -m $TEXT -o x.tsv >&-",
        leaves=("x.tsv",),
        proof=NO_ANSWER,
    ),
    *(
        Case(
            name=f"{name} without a stdin",
            number=44,
            run=f"{run} <&-",
            code=5,
            says=("standard input is closed; name a file or pipe data in$",),
        )
        for name, run in {
            "answers": "grucli predict -m $TEXT",
            "a score": "grucli evaluate - -m $TEXT",
            "a training": "grucli train - -o m.npz",
        }.items()
    ),
    Case(
        name="neither complaints nor results are heard",
        number=41,
        run="grucli predict nothing.csv -m $TEXT >&- 2>&-",
        code=5,
    ),
)

TERMINALS = (
    Case(
        name="a locale without UTF-8",
        number=45,
        stdin=b"good\n",
        run="LC_ALL=C PYTHONUTF8=0 grucli predict -m $ODD --to label --top-k 4 | grep -o 好，评",
        out="好，评\n",
        proof="tests/cli/test_streams.py::test_output_is_utf_8_in_every_locale",
    ),
    Case(
        name="a report of 20 columns",
        number=46,
        run="COLUMNS=20 TERM=dumb grucli evaluate a.csv -m $TEXT -q > a; "
        "NO_COLOR=1 grucli evaluate a.csv -m $TEXT -q > b; cmp a b; grep -c accuracy a; rm a b",
        out="2\n",
    ),
    Case(
        name="help and a command where there is no home and no place to write",
        number=46,
        run="mkdir ro; chmod 555 ro; cd ro; env -u HOME -u TERM grucli predict -m $TEXT < ../a.csv",
        notes="the first line is a header",
        out=ANSWER * 3,
    ),
)

CASES = (*READERS, *FULL_OR_CLOSED, *TERMINALS)
