"""What the other tasks, forms of data and flags add: faults that texts with labels cannot have."""

import io

import numpy as np

from . import NO_SPACE, Case
from .data import ANSWER, HEAD, refused


def arrays(**named: object) -> bytes:
    """Return an .npz of these arrays."""
    file = io.BytesIO()
    np.savez(file, **named)
    return file.getvalue()


def asked(name: str, task: str, x: bytes, *says: str, more: str = "") -> Case:
    """Return the case of data that are refused for a task."""
    return refused(name, None, x, *says, run=f"grucli train x.csv -o m.npz --set task={task}{more}")


TASKS = (
    asked(
        "a target that is no number",
        "regress",
        HEAD + b"a b,1.5\nc d,2\n" * 9 + b"good,many\n",
        r"x\.csv:20: .*'many'",
    ),
    asked(
        "a target that is not finite",
        "regress",
        HEAD + b"a b,1.5\nc d,2\n" * 9 + b"good,1e999\n",
        r"x\.csv:20: .*'1e999'",
    ),
    asked(
        "targets that are all the same",
        "regress",
        HEAD + b"a b,1.5\nc d,1.5\n" * 9,
        r"x\.csv: .*1\.5",
    ),
    asked(
        "a text to be written that is empty",
        "generate",
        HEAD + b"a b,\nc d,\n",
        r"x\.csv:2: no label; ",
        r"x\.csv:3: no label; ",
    ),
    refused(
        "a metric of another task",
        None,
        b"",
        "no metric 'r2'",
        run="grucli evaluate a.csv -m $TEXT --min r2=1 -q > /dev/null",
        code=2,
    ),
    refused(
        "more tokens than tags",
        None,
        b"",
        r"x\.jsonl:2: .*3 .*2",
        run='printf \'%s\\n\' \'{"tokens": ["a", "b"], "tags": ["X", "Y"]}\' '
        '\'{"tokens": ["a", "b", "c"], "tags": ["X", "Y"]}\' > x.jsonl; '
        "grucli train x.jsonl -o m.npz --text tokens --label tags",
        leaves=("x.jsonl",),
    ),
    refused(
        "a token without its tag",
        None,
        b"",
        r"x\.conll:3: ",
        run="printf 'a\\tX\\nb\\tY\\nc\\n\\na\\tX\\n' > x.conll; grucli train x.conll -o m.npz",
        leaves=("x.conll",),
    ),
)

FORMS = (
    refused(
        "a hole between the numbers of a series",
        None,
        b"a1,a2,a3,label\n1,2,3,x\n1,,3,y\n",
        r"x\.csv:3: column 'a2': ",
        run="grucli train x.csv -o m.npz --values 'a*'",
    ),
    refused(
        "a step that belongs to no sequence",
        None,
        b"id,a,label\n1,2,x\n,3,x\n2,4,y\n2,5,y\n",
        r"x\.csv:3: .*'id'",
        run="grucli train x.csv -o m.npz --id id --values a",
    ),
    refused(
        "two labels of one sequence",
        None,
        b"id,a,label\n1,2,x\n1,3,y\n2,4,y\n2,5,y\n",
        r"x\.csv:3: .*label",
        run="grucli train x.csv -o m.npz --id id --values a",
    ),
    refused(
        "a .ts file without its data",
        None,
        b"",
        r"x\.ts:3: '1,2:a' is no tag of a \.ts file; ",
        run="printf '@problemName x\\n@classLabel true a b\\n1,2:a\\n' > x.ts; "
        "grucli train x.ts -o m.npz",
        leaves=("x.ts",),
    ),
    Case(
        name="arrays without labels",
        files={"x.npz": arrays(X=np.zeros((4, 3)))},
        run="grucli train x.npz -o m.npz",
        code=3,
        says=(r"x\.npz: .*'y'",),
    ),
    Case(
        name="arrays of different numbers of rows",
        files={"x.npz": arrays(X=np.zeros((4, 3)), y=np.arange(5))},
        run="grucli train x.npz -o m.npz",
        code=3,
        says=(r"x\.npz: .*4.*5|x\.npz: .*5.*4",),
    ),
    Case(
        name="an array of pickled objects as data",
        files={"x.npz": arrays(X=np.array([{}, []], dtype=object), y=np.arange(2))},
        run="grucli train x.npz -o m.npz",
        code=3,
        says=(r"x\.npz: ",),
    ),
    Case(
        name="JSON that no reader should follow down",
        stdin=b'{"text": ' + b"[" * 100_000 + b"\n" + b'{"text": "good"}\n',
        run="grucli predict --format jsonl -m $TEXT",
        code=3,
        says=("standard input:1: ",),
        out="<error>\t\n" + ANSWER,
    ),
)

SEVERAL_FILES = (
    Case(
        name="one of several files is missing",
        run="grucli predict a.csv none.csv m.csv -m $TEXT",
        code=5,
        says=(r"none\.csv: no such file; ",),
    ),
    Case(
        name="a pattern that stands for no file",
        run="grucli predict 'b*.csv' -m $TEXT",
        code=5,
        says=(r"b\*\.csv: ",),
    ),
    Case(
        name="one of several files has a bad row",
        files={"x.csv": HEAD + b"a,b,c\n"},
        run="grucli predict a.csv x.csv m.csv -m $TEXT",
        code=3,
        says=(r"x\.csv:2: row has 3 fields",),
        out=ANSWER * 3 + "<error>\t\n" + ANSWER,
    ),
    Case(
        name="answers would replace what they are about",
        run="grucli predict a.csv m.csv -m $TEXT -o m.csv --force",
        code=2,
        says=(r"--output: m\.csv is the data; name another file$",),
    ),
)

MODELS = (
    Case(
        name="a start from a model that is not there",
        run="grucli train $REVIEWS -o m.npz --init-from none.npz",
        code=5,
        says=(r"none\.npz: no such file",),
    ),
    Case(
        name="a start from a file that is no model",
        run="grucli train $REVIEWS -o m.npz --init-from a.csv",
        code=4,
        says=(r"a\.csv: not a grucli checkpoint: ",),
    ),
    Case(
        name="a start from a model of numbers for texts",
        run="grucli train $REVIEWS -o m.npz --init-from $SERIES -q",
        code=4,
        says=(".*series\\.npz: ",),
    ),
    Case(
        name="a start and a resumption at once",
        run="grucli train $REVIEWS -o m.npz --init-from $TEXT --resume",
        code=2,
        says=("--resume: goes on with a run, --init-from begins one; omit one of them$",),
    ),
    Case(
        name="a model for other runtimes on a full disk",
        run=NO_SPACE + "grucli inspect-gates -m $TEXT --onnx x.onnx > /dev/null",
        code=5,
        says=(r"cannot write x\.onnx: file too large; ",),
    ),
    Case(
        name="a model for other runtimes would replace the model",
        run="cp $TEXT t.npz; grucli inspect-gates -m t.npz --onnx ./t.npz --force",
        code=2,
        says=(r"--onnx: \./t\.npz is the model; name another file$",),
        leaves=("t.npz",),
    ),
)

NO_NAMES = tuple(
    Case(
        name=f"a name of nothing for {flag} of {run.split()[0]}",
        run=f"grucli {run} {flag} ''",
        code=2,
        says=(f"{'--output' if flag == '-o' else flag}: '' is no file; name one$",),
    )
    for run, flags in {
        "train $REVIEWS -o m.npz": ("--html", "--log", "--out-of-fold", "--save-test"),
        "train $REVIEWS": ("-o",),
        "evaluate a.csv -m $TEXT": ("-o", "--html", "--errors"),
        "predict a.csv -m $TEXT": ("-o",),
        "inspect-gates -m $TEXT": ("--html", "--npz", "--onnx"),
    }.items()
    for flag in flags
)

CASES = (*TASKS, *FORMS, *SEVERAL_FILES, *MODELS, *NO_NAMES)
