"""Files to learn from, to score and to answer: missing, damaged, odd, or larger than anything."""

import gzip

from . import GOOD, HEAD, Case

ANSWER = r"(?:positive|negative)\t[01]\.\d{6}\n"
TRAIN = "grucli train x.csv -o m.npz"
FIT = "grucli train x.csv -o m.npz $BRIEF --set data.valid=0"
SERIES = b"a1,a2,label\n"


def refused(
    name: str,
    number: int | None,
    x: bytes,
    *says: str,
    code: int = 3,
    run: str = TRAIN,
    **more: str,
) -> Case:
    """Return the case of a file x.csv that cannot be used."""
    return Case(name=name, number=number, files={"x.csv": x}, run=run, code=code, says=says, **more)


def table(texts: list[str], labels: str = "ab") -> bytes:
    """Return a table of texts with labels in turn."""
    rows = (f"{text},{labels[k % len(labels)]}\n" for k, text in enumerate(texts))
    return HEAD + "".join(rows).encode()


WORDS = [f"word{k % 7} and word{k % 5}" for k in range(40)]
PLAIN = table(WORDS)

MISSING = (
    Case(
        name="a slip in the name of a file",
        number=1,
        files={"reviews.csv": GOOD},
        run="grucli train revews.csv -o m.npz",
        code=5,
        says=(r"revews\.csv: no such file; did you mean 'reviews\.csv'\?$",),
    ),
    Case(
        name="a folder is named as the data",
        number=2,
        run="mkdir d; grucli evaluate d -m $TEXT",
        code=5,
        says=("d: is a folder; ",),
    ),
    Case(
        name="a device is named as the data",
        number=2,
        run="grucli predict /dev/zero -m $TEXT",
        code=5,
        says=("/dev/zero: is a device; ",),
    ),
    Case(
        name="a pipe is named as the model",
        number=2,
        run="mkfifo m.npz; grucli predict a.csv -m m.npz",
        code=5,
        says=("m.npz: is a pipe; ",),
    ),
    Case(
        name="a pipe with a name is data like any",
        number=2,
        run="mkfifo p; cat a.csv > p & grucli predict p -m $TEXT -q",
        out=ANSWER * 3,
    ),
    Case(
        name="a file that cannot be read",
        number=3,
        run="grucli evaluate /proc/self/mem -m $TEXT",  # also where root may read everything
        code=5,
        says=("/proc/self/mem: input/output error; check the disk$",),
        proof="tests/files/test_whole_files.py::test_without_permission",
    ),
    refused("zero bytes to learn from", 4, b"", r"x\.csv: the file is empty; "),
    refused(
        "zero bytes to score",
        4,
        b"",
        r"x\.csv: the file is empty; ",
        run="grucli evaluate x.csv -m $TEXT",
    ),
    Case(name="zero bytes to answer", number=4, run="grucli predict -m $TEXT"),
    refused("a header and nothing below it", 5, HEAD, r"x\.csv: no rows"),
    refused("blank lines alone", 6, b"\n \n\t\n\n", r"x\.csv:2: only one column \(''\); "),
    Case(
        name="blank lines have an answer each",
        number=6,
        stdin=b"\n \n\t\n",
        run="grucli predict -m $TEXT -q",
        out=ANSWER * 3,
    ),
)

BYTES = (
    Case(
        name="a byte order mark is no part of the first name",
        number=7,
        files={"x.csv": b"\xef\xbb\xbf" + PLAIN},
        run="grucli train x.csv --dry-run --json | python3 -m json.tool | grep -A9 columns",
        notes="text column 'text'",
        out=".*",
    ),
    refused(
        "UTF-16, as Excel writes it",
        8,
        PLAIN.decode().encode("utf-16"),
        r"x\.csv: looks like UTF-16; try: grucli train x\.csv -o m\.npz --encoding utf-16$",
    ),
    refused(
        "a byte that is not UTF-8",
        9,
        GOOD + b"caf\xe9,positive\n",
        r"x\.csv:5: byte 4 of the line \(0xe9\) is not UTF-8; try: .* --encoding latin-1$",
    ),
    Case(
        name="the encoding is told",
        number=9,
        files={"x.csv": GOOD + b"caf\xe9,positive\n"},
        run="grucli predict x.csv -m $TEXT --encoding latin-1 -q",
        out=ANSWER * 4,
        why="there is no --encoding-errors: what cannot be decoded is skipped with its row",
    ),
    refused("a NUL byte", 10, GOOD + b"a\0b,positive\n", r"x\.csv:5: NUL byte: binary file\?"),
    refused(
        "a Parquet file",
        10,
        b"PAR1" + bytes(60),
        r"x\.csv: looks like .*Parquet",
        proof="tests/data/streams/test_signatures.py::test_a_file_is_named_as_what_it_is",
    ),
    refused(
        "a gzip that ends too early",
        10,
        gzip.compress(PLAIN)[:-12],
        r"x\.csv: gzip data is truncated; copy it again$",
    ),
    Case(
        name="any line ends are read alike",
        number=11,
        files={"lf": GOOD, "crlf": GOOD.replace(b"\n", b"\r\n"), "cr": GOOD.replace(b"\n", b"\r")},
        run="for x in lf crlf cr; do grucli predict $x -m $TEXT --format csv | md5sum; done | uniq",
        out="[0-9a-f]{32}  -\n",
        proof="tests/data/streams/test_lines.py::"
        "test_cr_alone_ends_lines_only_where_the_first_mib_has_no_lf",
    ),
    Case(
        name="the last line has no end",
        number=12,
        run="head -c -1 a.csv | grucli predict -m $TEXT -q",
        out=ANSWER * 3,
    ),
)

ROWS = (
    refused(
        "a row with a cell too many",
        13,
        GOOD + b"well, good,positive\n",
        r"x\.csv:5: row has 3 fields, header has 2 \(text,label\); quote the comma or pass ",
    ),
    refused(
        "a row with a cell too few",
        13,
        GOOD + b"good\n",
        r"x\.csv:5: row has 1 field, header has 2 \(text,label\)",
    ),
    Case(
        name="each ragged row has its line and its answer",
        number=13,
        files={"x.csv": GOOD + b"well, good,positive\ngood,positive\n"},
        run="grucli predict x.csv -m $TEXT",
        code=3,
        says=(r"x\.csv:5: row has 3 fields",),
        out=ANSWER * 3 + "<error>\t\n" + ANSWER,
    ),
    refused(
        "a quote that is never closed",
        14,
        GOOD + b'"good,positive\nbad,negative\n',
        r"x\.csv:5: .*quote",
    ),
    refused(
        "a quote that would swallow the rest of a large file",
        14,
        GOOD + b'"good,positive\n' + b"bad,negative\n" * 20_000,
        r"x\.csv:5: .*quote",
    ),
    Case(
        name="a text behind a closing quote",
        number=15,
        files={"x.csv": GOOD + b'"good" film,positive\n'},
        run="grucli predict x.csv -m $TEXT --to csv --keep text | tail -1",
        notes="^1 row with quotes that enclose no cell, the first in line 5, read as they stand",
        out='"""good"" film",positive,.*\n',
        why="the line reads one way only: the quotes are characters of the text",
    ),
    Case(
        name="a cell of 200,000 bytes",
        number=16,
        files={"x.csv": HEAD + b"good " * 40_000 + b",positive\n"},
        run="grucli predict x.csv -m $TEXT -q",
        out=ANSWER,
    ),
    Case(
        name="a quoted cell of more than 1 MiB",
        number=16,
        files={
            "x.csv": HEAD + b'"' + (b"good " * 44_000 + b"\n") * 5 + b'",positive\ngood,positive\n'
        },
        run="grucli predict x.csv -m $TEXT -q",
        code=3,
        says=(
            r"x\.csv:2: a quote opens here and does not close in 10,000 lines or 1 MiB; ",
            *(rf"x\.csv:{line}: row has 1 field, header has 2" for line in range(3, 7)),
            r"x\.csv: .* records cannot be read in all$",
        ),
        out=r"(?:<error>\t\n)+" + ANSWER,
        why="there is no --max-field: docs/limits.md has the bounds",
    ),
    Case(
        name="a line of 17 MiB without an end",
        number=17,
        run="{ head -c 17M /dev/zero | tr '\\0' x; echo; echo good; } | grucli predict -m $TEXT",
        code=3,
        says=("standard input:1: line is longer than 16 MiB; split it into records$",),
        out="<error>\t\n" + ANSWER,
        proof="tests/cli/test_bounds.py::test_a_record_of_any_length_takes_no_memory",
    ),
    refused(
        "a delimiter that nobody would guess",
        18,
        b"text^label\n" + b"good film^positive\nbad film^negative\n" * 20,
        r"x\.csv:1: only one column \('text\^label'\); .*--delimiter",
    ),
    refused(
        "a column that is not there",
        19,
        PLAIN,
        r"x\.csv:1: no column 'txt' \(columns: text,label\); did you mean 'text'\?",
        run=TRAIN + " --text txt",
    ),
    refused(
        "two columns of one name",
        20,
        b"text,label,text\na b,x,c d\nc d,y,a b\n" * 9,
        r"x\.csv:1: two columns are named 'text'; rename one",
    ),
    refused(
        "no header",
        21,
        PLAIN[len(HEAD) :],
        r"x\.csv:1: the first row looks like data \(.*\); try: .* --no-header$",
    ),
)

LABELS = (
    refused(
        "a row without a label",
        22,
        GOOD + b"good,\n",
        r"x\.csv:5: .*label",
        run="grucli evaluate x.csv -m $TEXT",
    ),
    Case(
        name="predict looks at no label",
        number=22,
        files={"x.csv": GOOD + b"good,\n"},
        run="grucli predict x.csv -m $TEXT",
        out=ANSWER * 4,
    ),
    refused("one class alone", 23, table(WORDS, "a"), r"x\.csv: .*one "),
    Case(
        name="a class of one row",
        number=24,
        files={"x.csv": PLAIN + b"something else,c\n"},
        run="grucli train x.csv --dry-run",
        out=r".*warning: x\.csv: one row only with c; [^\n]*\[data\.rare_label\]\n.*",
    ),
    Case(
        name="labels that differ by a letter's case",
        number=25,
        files={"x.csv": table(WORDS, "abA")},
        run="grucli train x.csv --dry-run",
        out=r".*warning: [^\n]*'A' 13, 'a' 14 \[data\.similar_labels\]\n.*",
    ),
    Case(
        name="a label that training has not seen is a wrong answer",
        number=26,
        files={"x.csv": GOOD + b"good,mixed\n"},
        run="grucli evaluate x.csv -m $TEXT --json | grep -o '\"rows\": *4'",
        notes=r"warning: .*'mixed'.*\[data\.unseen_label\]",
        out='"rows": 4\n',
        why="there is no --strict-labels: the warning has a name, and --min a bound",
    ),
    refused(
        "more labels than a model can name",
        None,
        HEAD + b"".join(b"a b,%09d\n" % k for k in range(90_000)),
        r"x\.csv: the names of 90,000 labels take 1,080,000 bytes, a model file has room for ",
        run=TRAIN + " -q",
    ),
    Case(
        name="labels that look like numbers and booleans stay as they are",
        number=27,
        files={"x.csv": HEAD + b"a b,1\na b,1.0\na b,no\na b,01\n" * 9},
        run=f"{FIT} --json | grep -o '\"labels\": *[^]]*'",
        out='"labels": \\["01", "1", "1.0", "no"\n',
        leaves=("m.npz", "m.last.npz"),
    ),
    Case(
        name="labels that would act on a terminal or in a workbook",
        number=28,
        run="grucli predict a.csv -m $ODD --to label --top-k 4 | head -1 | tr '\\t' '\\n' | sort",
        out=".*好，评\n.*",
        proof="tests/cli/test_predict.py::test_hostile_labels_and_the_most_probable_ones",
    ),
    Case(
        name="an empty text",
        number=29,
        files={"x.csv": GOOD + b",positive\n"},
        run="grucli predict x.csv -m $TEXT",
        notes="4 inputs: 1 without a token that the model knows$",
        out=ANSWER * 4,
        why="there is no --empty: an empty text is an input like another, and counted",
    ),
    Case(
        name="a text of which nothing is known",
        number=30,
        stdin=b"qwxz zzyx\n",
        run="grucli predict -m $TEXT --json -q | grep -o '\"known\": *[0-9.]*'",
        out='"known": 0(?:\\.0)?\n',
    ),
)

NUMBERS = (
    *(
        refused(
            f"{what} among numbers",
            31,
            SERIES + b"1,2,x\n3,4,y\n" * 9 + b"1," + cell + b",x\n",
            rf"x\.csv:20: column 'a2': '{cell.decode()}' is ",
            run=TRAIN + " --values 'a*'",
        )
        for what, cell in {
            "a number beyond all bounds": b"1e400",
            "an Arabic digit": "١".encode(),
            "a grouped number": b"1_000",
            "a hexadecimal number": b"0x1f",
        }.items()
    ),
    Case(
        name="series of different lengths",
        number=32,
        files={"x.csv": SERIES + b"1,2,x\n3,,y\n" * 20},
        run=f"{FIT} --values 'a*'",
        leaves=("m.npz", "m.last.npz"),
    ),
    refused(
        "series of different width",
        32,
        b"[1, 2]",
        r"x\.jsonl:40: ",
        run='for k in {1..39}; do echo \'{"values": [[1,2],[3,4]], "label": "\'$((k % 2))\'"}\'; '
        'done > x.jsonl; echo \'{"values": [[1,2],[3]], "label": "1"}\' >> x.jsonl; '
        "grucli train x.jsonl -o m.npz",
        leaves=("x.jsonl",),
    ),
)

LARGE = (
    Case(
        name="a text of a million tokens",
        number=33,
        run="{ yes good | head -1000000 | tr '\\n' ' '; echo; } | grucli predict -m $TEXT",
        notes="1 input: 1 cut at 43 tokens",
        out=ANSWER,
    ),
    Case(
        name="ten million rows to answer",
        number=34,
        proof="tests/cli/test_bounds.py::test_memory_does_not_grow_with_the_lines",
    ),
    Case(
        name="ten million rows to learn from",
        number=34,
        proof="tests/cli/test_many_rows.py::test_many_rows_take_little_more_memory_than_few",
    ),
    Case(
        name="rows of the training part in the validation file",
        number=35,
        files={"x.csv": PLAIN, "v.csv": PLAIN},
        run="grucli train x.csv --dry-run --valid v.csv",
        out=r".*warning: [^\n]*\[data\.leak\]\n.*",
    ),
    Case(
        name="a file that grows while it is read",
        number=36,
        proof="tests/cli/test_streams.py::test_a_file_that_grows_while_it_is_read",
        why="3, not 5: it is the data that are incomplete, and the file can be read",
    ),
    Case(
        name="more tokens than a vocabulary may have",
        number=37,
        files={"x.csv": table([f"w{k} w{k + 1}" for k in range(40)])},
        run="grucli train x.csv --dry-run --set data.max_vocabulary=9",
        out=".*vocabulary 11,.*",  # with the unknown one and that of padding
    ),
)

CASES = (*MISSING, *BYTES, *ROWS, *LABELS, *NUMBERS, *LARGE)
