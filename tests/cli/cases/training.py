"""Training runs: where they write, what ends them, how they go on."""

from . import NO_SPACE, Case
from .data import WORDS, table

SAVED = ("m.npz", "m.last.npz")
ENDLESS = "--set training.epochs=9999 --set training.patience=off"
START = f"$GRUCLI train $REVIEWS -o m.npz ${{BRIEF#-q}} {ENDLESS} 2> log & "
BEGUN = "until grep -q '^epoch' log; do sleep 0.2; kill -0 $! || break; done; "
STATE = "grucli train $REVIEWS -o m.npz $BRIEF; "
STOPPED = "^interrupted and saved; to go on: grucli train "

PLACES = (
    Case(
        name="a folder is made for the model",
        number=77,
        run="grucli train $REVIEWS -o new/m.npz $BRIEF",
        leaves=("new/m.npz", "new/m.last.npz"),
    ),
    Case(
        name="a folder of a folder is not made",
        number=77,
        run="grucli train $REVIEWS -o no/where/m.npz",
        code=5,
        says=(
            r"cannot write no/where/m\.npz: no such file or directory; create the folder first$",
        ),
    ),
    Case(
        name="a folder where nobody may write",
        number=78,
        run="grucli train nothing.csv -o /proc/m.npz",
        code=5,
        says=(r"cannot write /proc/m\.npz: ",),
        proof="tests/cli/test_train.py::test_a_read_only_folder_is_met_before_the_first_epoch",
    ),
    Case(
        name="no room for the model",
        number=78,
        run=NO_SPACE + "grucli train $REVIEWS -o m.npz --force $BRIEF",
        files={"m.npz": b"old"},
        code=5,
        says=(r"cannot write m\.last\.npz: file too large; ",),
        proof="tests/cli/test_train.py::test_a_full_disk_keeps_the_old_model",
    ),
    Case(
        name="the model is there already",
        number=79,
        files={"m.npz": b"precious"},
        run="grucli train nothing.csv -o m.npz",
        code=5,
        says=(r"m\.npz: exists; pass --force to replace it, --resume to go on$",),
    ),
    Case(
        name="the state of another run is there already",
        number=79,
        files={"m.last.npz": b"precious"},
        run="grucli train nothing.csv -o m.npz",
        code=5,
        says=(r"m\.last\.npz: exists; pass --force to replace it, --resume to go on$",),
    ),
    Case(
        name="two trainings of one model",
        number=80,
        run=f"{START}{BEGUN}grucli train $REVIEWS -o m.npz --force $BRIEF; code=$?; "
        "{ kill -9 $!; wait; } 2> /dev/null; rm -f log m.npz m.last.npz .m.*; exit $code",
        code=5,
        says=(r"m\.npz: .*process \d+",),
    ),
)

ENDS = (
    Case(
        name="a training is killed and goes on",
        number=81,
        run=f"{START}{BEGUN}{{ kill -9 $!; wait; }} 2> /dev/null; rm log; "
        f"grucli train $REVIEWS -o m.npz $BRIEF {ENDLESS} --max-time 1s --resume",
        leaves=SAVED,
        proof="tests/cli/test_train.py::"
        "test_after_kill_9_a_resumed_run_has_the_bytes_of_an_uninterrupted_one",
    ),
    Case(
        name="the power fails",
        number=82,
        proof="tests/files/test_writing.py::test_everything_is_on_the_disk_in_the_right_order",
    ),
    Case(
        name="the nth write, sync or rename fails",
        number=83,
        proof="tests/files/test_writing.py::"
        "test_after_every_fault_the_file_is_old_or_new_and_no_temp_is_left",
        why="a training does not try a save again: it ends with 5, and --resume goes on",
    ),
    *(
        Case(
            name=f"a training hears SIG{name}",
            number=number,
            run=f"{start}{BEGUN}kill -{name} $!; {{ wait $!; }} 2> /dev/null; code=$?; "
            "tail -1 log | cut -c -60 >&2; rm log; "
            "exit $code",
            code=code,
            notes=STOPPED,
            leaves=SAVED,
            proof="tests/cli/test_train.py::"
            "test_a_signal_saves_and_the_resumed_run_has_the_same_bytes",
        )
        for name, number, code, start in (
            ("INT", 84, 130, "set -m; " + START),  # else a job of a script ignores it
            ("TERM", 85, 143, START),
            ("HUP", 85, 129, START),
        )
    ),
    Case(
        name="a training is stopped for a while",
        number=85,
        run=f"{START}{BEGUN}kill -STOP $!; sleep 0.1; kill -CONT $!; kill -TERM $!; wait $!; "
        "code=$?; rm log; exit $code",
        code=143,
        leaves=SAVED,
    ),
    Case(
        name="the loss is no number any more",
        number=86,
        run="grucli train $REVIEWS -o m.npz $BRIEF --set training.epochs=99 --set "
        "training.optimizer=sgd --set training.learning_rate=1 --set training.weight_decay=10 "
        "--set training.clip_norm=off",
        code=6,
        says=(r"epoch \d+, step \d+: the loss is .*; lower training\.learning_rate ", ".*"),
        leaves=SAVED,
        why="a second line names the model that is kept",
        proof="tests/cli/test_train.py::test_divergence_is_named_and_the_last_good_model_kept",
    ),
    Case(
        name="nothing can be learned from the rows",
        number=87,
        files={"x.csv": table([f"{a} {b}" for a in "vwxyz" for b in "vwxyz"] * 2, "aab")},
        run="grucli train x.csv -o m.npz ${BRIEF#-q} --set data.valid=0.3",
        notes=r"^warning: .*\[score\.chance\]$",
        leaves=SAVED,
    ),
)

GOING_ON = (
    Case(
        name="other data than those of the run to resume",
        number=88,
        files={"x.csv": table(WORDS)},
        run=f"{STATE}grucli train x.csv -o m.npz $BRIEF --resume",
        code=2,
        says=(
            r"data\.max_length: was 43 in the run to resume, is 3$",
            r"training\.batch_size: was 16 in the run to resume, is 8$",
            r"the data is not that of m\.last\.npz; give the same data and settings to ",
        ),
        leaves=SAVED,
        why="--force is for who wants another run: there is no --allow-change",
    ),
    Case(
        name="other settings than those of the run to resume",
        number=88,
        run=f"{STATE}grucli train $REVIEWS -o m.npz $BRIEF --set model.hidden_size=9 --resume",
        code=2,
        says=(r"model\.hidden_size: was 8 in the run to resume, is 9; ",),
        leaves=SAVED,
        proof="tests/cli/test_train.py::test_resuming_with_other_data_or_settings_is_refused",
    ),
    Case(
        name="a finished run is resumed, with other threads",
        number=89,
        run=f"{STATE}grucli train $REVIEWS -o m.npz ${{BRIEF#-q}} --resume --threads 2",
        notes=r"(?s)^warning: .*thread.*\[run\.resumed_differently\]$"
        ".*finished already; the model is written as it was$",
        leaves=SAVED,
    ),
    Case(
        name="there is nothing to resume",
        number=89,
        files={".m.last.npz.1.0123456789abcdef.tmp": b"of a killed run"},
        run="grucli train $REVIEWS -o m.npz --resume",
        code=5,
        says=(r"m\.last\.npz: no such file, nothing to resume; omit --resume$",),
    ),
)

MACHINE = (
    Case(
        name="no memory for a training",
        number=90,
        run="ulimit -v 500000; grucli train $REVIEWS -o m.npz $BRIEF --set model.hidden_size=4096",
        code=5,
        says=(r"out of memory at training\.batch_size \d+, data\.max_length 43 and ",),
    ),
    Case(
        name="the clock jumps to 1970",
        number=91,
        run="cat > sitecustomize.py <<< 'import time; time.time = lambda: 0.0; "
        "time.time_ns = lambda: 0'\n"
        "grucli train $REVIEWS -o a.npz $BRIEF --max-time 1h && "
        "PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=.:$PYTHONPATH "
        "grucli train $REVIEWS -o b.npz $BRIEF --max-time 1h && "
        "cmp a.npz b.npz",
        leaves=("sitecustomize.py", "a.npz", "a.last.npz", "b.npz", "b.last.npz"),
    ),
    Case(
        name="a log of a long training",
        number=92,
        proof="tests/cli/test_show_epochs.py::test_a_long_run_has_few_lines_in_a_pipe",
    ),
)


def unclear(name: str, run: str, says: str, code: int = 2) -> Case:
    """Return the case of a command that cannot be meant so."""
    return Case(name=name, run=run, code=code, says=(says,))


USAGE = (
    unclear("no name for the model", "grucli train $REVIEWS", "--output: is missing; pass -o "),
    unclear(
        "a model that is no .npz",
        "grucli train $REVIEWS -o m.bin",
        r"--output: 'm\.bin' must end in \.npz",
    ),
    unclear("no data to learn from", "grucli train -o m.npz", "DATA: is missing"),
    unclear("no model to answer", "grucli predict a.csv", "--model: is missing; which model "),
    unclear("a command that is not there", "grucli learn a.csv", "learn: no such command"),
    unclear(
        "a setting as a flag",
        "grucli train $REVIEWS -o m.npz --epochs 3",
        "--epochs: no such option; it is a setting: --set training.epochs=3; see ",
    ),
    unclear(
        "a slip in a setting",
        "grucli train $REVIEWS -o m.npz --set model.cel=gru",
        r"--set  model\.cel  unknown key; did you mean 'cell'\?",
    ),
    unclear(
        "a task that is not there",
        "grucli train $REVIEWS -o m.npz --set task=translate",
        "--set  task  must be .*classify, multilabel, regress, tag or generate, got 'translate'$",
    ),
    unclear(
        "a config in the place of the data",
        "grucli train nope.yaml -o m.npz",
        r"DATA: nope\.yaml is a config\? pass it with -c$",
    ),
    Case(
        name="the state to go on from is damaged",
        files={"m.last.npz": b"PK\x03\x04 nothing"},
        run="grucli train $REVIEWS -o m.npz --resume -q",
        code=4,
        says=(r"m\.last\.npz: ",),
    ),
)

CASES = (*PLACES, *ENDS, *GOING_ON, *MACHINE, *USAGE)
