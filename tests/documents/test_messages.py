"""Each warning and verdict has an entry in docs/messages.md and its twin, and is said as they show.

All are provoked through real processes, by data and models that have what they warn of.
"""

import json
import re
from itertools import product

import numpy as np
import pytest

from grucli.cli.output import LONGEST_WARNING, warning_line
from grucli.inspection.verdicts import IDS
from grucli.modelfile import checkpoint
from grucli.notices import NAMES, Notice
from tests.cli.helpers import grucli
from tests.cli.mpi import needs_mpi, on_ranks
from tests.documents import pages
from tests.inspection.helpers import blocks, forgetful_model, random_model, recall_model
from tests.inspection.reports import text_model
from tests.inspection.test_trust import cues, of_both

PAGES = [pages.ROOT / "docs" / "messages.md", pages.ROOT / "docs" / "zh" / "messages.md"]
PARAMETRIZED = pytest.mark.parametrize("path", PAGES, ids=["English", "Chinese"])
ENTRY = re.compile(r"^### (\S+)\n\n```text\n(.*?)```\n\n(?=\S)", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"warning: .+ \[(\S+)\]")
GOOD = ["good", "great", "fine", "lovely", "warm", "kind", "bright", "calm"]
BAD = ["bad", "poor", "dull", "awful", "cold", "harsh", "grim", "loud"]
THINGS = ["book", "film", "room", "meal", "trip", "song"]
PRAISE = [" ".join(pair) for pair in product(GOOD[:7], THINGS)][:40]
BLAME = [" ".join(pair) for pair in product(BAD, THINGS)][:40]
QUICK = "model: {hidden_size: 4, wide: false}\ntraining: {epochs: 1, folds: 3}\n"


def entries(path):
    """Return name -> the line that a page shows as printed."""
    found = ENTRY.findall(path.read_text(encoding="utf-8"))
    names = [name for name, _ in found]
    assert len(names) == len(set(names)), "an entry stands twice"
    return {name: line.removesuffix("\n") for name, line in found}


@PARAMETRIZED
def test_each_name_has_one_entry(path):
    assert sorted(entries(path)) == sorted((*NAMES, *IDS))


@needs_mpi
@PARAMETRIZED
def test_warnings_are_printed_as_the_page_shows_them(path, warned):
    shown = entries(path)
    names = {NAMED.fullmatch(line)[1] for line in warned}
    assert names == set(NAMES)
    for name in names:
        pattern = pattern_of(shown[name])
        alike = [line for line in warned if line.endswith(f" [{name}]")]
        assert any(map(pattern.fullmatch, alike)), (shown[name], alike)


@PARAMETRIZED
def test_verdicts_are_given_as_the_page_shows_them(path, judged):
    shown = entries(path)
    assert set(judged) == set(IDS)
    assert [name for name in IDS if not pattern_of(shown[name]).fullmatch(judged[name])] == []


def pattern_of(line):
    """Return what a line of the page may stand for: "…" is what differs between processors."""
    return re.compile(".+".join(map(re.escape, line.split("…"))))


def test_a_warning_that_is_too_long_keeps_its_name_and_the_end_of_its_path():
    path = "/home/a/" + "very/" * 20 + "far.csv"
    line = warning_line(Notice("data.leak", f"{path}: 3 rows {'x' * 100}"))
    assert len(line) == LONGEST_WARNING
    assert line.startswith("warning: …")
    assert line.endswith(f"very/far.csv: 3 rows {'x' * 100} [data.leak]")
    line = warning_line(Notice("data.cut", "y " * 150))
    assert len(line) == LONGEST_WARNING
    assert line.endswith("y y… [data.cut]")
    assert warning_line(Notice("data.cut", "a: b")) == "warning: a: b [data.cut]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("messages")


@pytest.fixture(scope="module")
def warned(folder):
    """Return the warnings that real commands print."""
    write_tables(folder)
    write_series(folder)
    write_tags(folder)
    (folder / "tiny.vec").write_text("9 3\ngood 0.1 0.2 0.3\nbad 0.1\n")
    trainings = [
        "reviews.csv",
        "reviews.csv --test 0.2",
        "codes.csv",
        "smiles.csv",
        "prices.csv",
        "topics.csv",
        "titles.csv",
        "films.csv --valid new.csv",
        "films.csv --vectors tiny.vec --on-bad-row skip",
        "letters.csv --set data.max_length=10",
        "walks.npz",
        "sensors.csv",
        "names.conll",
    ]
    ran = [grucli("train", *words.split(), "--dry-run", cwd=folder) for words in trainings]
    (folder / "quick.yaml").write_text(QUICK)
    run = ("train", "guess.csv", "-c", "quick.yaml", "-o", "m.npz")
    ran += [
        grucli(*run, "--max-time", "0s", cwd=folder),
        grucli(*run, "--resume", "--threads", "2", cwd=folder),
        grucli("train", "more.csv", "--init-from", "m.npz", "--dry-run", cwd=folder),
        grucli("evaluate", "guess.csv", "-m", "m.npz", cwd=folder),
        grucli("predict", "-m", "m.last.npz", cwd=folder, stdin="不错\n".encode()),
    ]
    assert [one.code for one in ran] == [0] * len(ran), [one.err for one in ran]
    ran.append(grucli(*run[:4], "-o", "p.npz", "--precision", "a=0.9", cwd=folder))
    assert ran[-1].code == 1
    shards = ("--set", "training.shards=2", "--folds", "off")
    ran.append(on_ranks(3, "train", "guess.csv", "--dry-run", *shards, cwd=folder))
    assert ran[-1].code == 0, ran[-1].err
    lines = [line for one in ran for line in (*one.complaints, *one.text.splitlines())]
    return [line for line in lines if line.startswith("warning: ")]


def write_tables(folder):
    """Write tables of texts, each with something odd."""

    def table(name, *rows):
        lines = [f"{text},{label}\n" for text, label in rows]
        (folder / name).write_text("".join(["text,label\n", *lines]), encoding="utf-8")

    praise, blame = [(text, "positive") for text in PRAISE], [(text, "negative") for text in BLAME]
    odd = [("good book", "negative"), ("odd end", "Negative"), ("so so", "mixed"), ('""', "n/a")]
    table("reviews.csv", *praise, *blame[:3], *odd, *praise[:12], ("no idea", "n/a"))
    table("codes.csv", ("abC", "in"), ("ABc", "out"), ("aB", "in"), ("cD", "out"))
    table("smiles.csv", *[(f"{salt}Cl", "salt") for salt in ("Na", "Li", "Cs", "Be")], ("Br", "no"))
    table("prices.csv", *[(f"{text}", f"{k}.50") for k, text in enumerate(PRAISE)])
    table("titles.csv", *[(text, f"Of a {text}") for text in PRAISE])
    lists = ('"sport;news"', "sport", "news")
    table("topics.csv", *[(text, lists[k % 3]) for k, text in enumerate(PRAISE)])
    table("films.csv", *praise, *blame)
    table("new.csv", *praise[:3], ("vile", "negative"), ("odious", "negative"), ("meh", "neutral"))
    table("letters.csv", *[(f"{'on ' * (9 * (k > 95))}on {k}", "ab"[k % 2]) for k in range(99)])
    table("more.csv", *[(text, "bc"[k % 2]) for k, text in enumerate(BLAME)])
    table("guess.csv", *[(text, "ab"[k % 2]) for k, text in enumerate(PRAISE)])


def write_tags(folder):
    """Write names in sentences, one of which begins as none of the others does."""
    pairs = [f"{person}\tB-PER\nsaw\tO\n{thing}\tO\n" for person, thing in product("AB", THINGS)]
    pairs = [*(pairs * 4)[:39], "Cid\tI-PER\nsaw\tO\nit\tO\n"]
    (folder / "names.conll").write_text("\n".join(pairs))


def write_series(folder):
    """Write series with their axes in the other order, and a table of them with wild values."""
    rng = np.random.default_rng(0)
    labels = np.array(["up", "down"] * 20)
    np.savez(folder / "walks.npz", X=rng.normal(size=(40, 2, 40)), y=labels)
    values = rng.normal(size=(40, 9)).round(3)
    values[:, 4] = 1e12
    rows = [",".join(map(str, [*row, labels[k]])) for k, row in enumerate(values.tolist())]
    header = ",".join([*(f"v{k}" for k in range(9)), "label"])
    (folder / "sensors.csv").write_text("\n".join([header, *rows]) + "\n")


@pytest.fixture(scope="module")
def judged(folder):
    """Return id -> line of the verdicts that real commands give."""
    filler, found = " ".join(["filler"] * 20), {}
    first, last, both = f"{{0}} {filler}", f"{filler} {{0}}", f"{{0}} {filler} {{0}}"
    one = {"epoch": 1, "norm": 1.0, "clipped": 0.0, "reach_1": 300.0, "reach_13": 2e-6}
    watched = {"moments": [one]}
    for model, forms, card in [
        (recall_model(), [first], watched),
        (recall_model(), [last], {}),
        (recall_model(), [both], {}),
        (recall_model(), [first, last], {}),
        (latch(), [first], {}),
        (faulty_model(), [first], {}),
        (mute_model(), [first], {}),
    ]:
        texts = [form.format(cue) for form in forms for cue in ("bad", "good") for _ in range(9)]
        (folder / "texts.txt").write_text("".join(f"{text}\n" for text in texts))
        checkpoint.save(folder / "hand.npz", text_model(model, ("bad", "good"), card=card))
        ran = grucli("inspect-gates", "texts.txt", "-m", "hand.npz", "--json", cwd=folder)
        assert (ran.code, ran.err) == (0, "")
        found |= verdict_lines(ran)
    for model, header, rows, flags in doubtful():
        (folder / "cues.csv").write_text("".join(f"{row}\n" for row in (header, *rows)))
        checkpoint.save(folder / "hand.npz", text_model(model, ("bad", "good")))
        run = ("inspect-gates", "cues.csv", "-m", "hand.npz", "--json", "--text", "text", *flags)
        ran = grucli(*run, cwd=folder)
        assert (ran.code, ran.err) == (0, "")
        found = verdict_lines(ran) | found
    checkpoint.save(folder / "hand.npz", of_both(5, 1, sign=0))
    rows = [f"{row.text},{row.label}\n" for row in cues()]
    (folder / "cues.csv").write_text("".join(["text,label\n", *rows]))
    ran = grucli(*run[:7], "--label", "label", cwd=folder)
    assert (ran.code, ran.err) == (0, "")
    return verdict_lines(ran) | found | of_two(folder)


def verdict_lines(ran):
    """Return id -> line of the verdicts of a report as JSON."""
    return lines_of(json.loads(ran.out)["verdicts"])


def lines_of(found):
    """Return id -> line of verdicts."""
    return {one["id"]: f"! {one['text']} [{one['id']}]" for one in found}


def of_two(folder):
    """Return id -> line of the verdicts on models beside each other: one recalls, one forgets."""
    found = {}
    for name, model in (("recalls", recall_model()), ("forgets", forgetful_model(0.05))):
        checkpoint.save(folder / f"{name}.npz", text_model(model, ("bad", "good")))
    filler = ["filler"] * 20
    for places in (range(21), (0,)):  # what one forgets are some of the cues, or all
        rows = [
            f"{' '.join([*filler[:k], cue, *filler[k:]])},{cue}"
            for k in places
            for cue in ("bad", "good") * 20
        ]
        (folder / "cues.csv").write_text("\n".join(["text,label", *rows]) + "\n")
        columns = ("--text", "text", "--label", "label")
        both = ("-m", "recalls.npz", "--compare", "forgets.npz", "--json")
        ran = grucli("inspect-gates", "cues.csv", *both, *columns, cwd=folder)
        assert (ran.code, ran.err) == (0, "")
        found |= lines_of(json.loads(ran.out)["data"]["compare"]["verdicts"])
    return found


def doubtful():
    """Yield models, a table that each reads, and flags: reasons to believe answers, or not to."""
    filler, rng = ["filler"] * 7, np.random.default_rng(3)
    cues = [" ".join([*filler[:k], cue, *filler[k:]]) for k in range(8) for cue in ("bad", "good")]
    blind = [f"{text},{('bad', 'good')[k // 2 % 2]}" for k, text in enumerate(cues * 3)]
    yield recall_model(), "text,label", blind, ("--label", "label")
    gentle, first = recall_model(), random_model(num_outputs=1)
    gentle.params["head_weight"][...] = 3
    gentle.table[...] *= 0.5
    first.initialise(np.random.default_rng(0))
    words = np.array(["filler", "bad", "good", "very", "not"])
    mixed = [" ".join(words[rng.integers(0, 5, 12)]) for _ in range(16)]
    for model, texts in (
        (gentle, cues),
        (first, cues),
        (random_model(num_outputs=1, scale=3.0), mixed),
    ):
        yield model, "text", texts, ("--audit",)


def latch():
    """Return a model that remembers by its candidate alone: h = tanh(3 h + 6 cue)."""
    model = recall_model()
    p = blocks(model)
    p["weight_ih"][...] = 0
    p["bias"][0, 1], p["bias"][0, 0] = -40, 40  # keep always shut, reset always open
    p["weight_ih"][0, 2, 0] = (6, 0)
    p["weight_hh"][0, 2] = 3
    return model


def faulty_model():
    """Return a model whose first five units have a fault each."""
    model = random_model(hidden_size=9, num_outputs=1, bidirectional=False)
    p = blocks(model)
    frozen, forgetful, shut, constant, dead = range(5)
    p["bias"][0, 1, frozen], p["bias"][0, 1, forgetful], p["bias"][0, 0, shut] = 60, -60, -60
    for name in ("weight_ih", "weight_hh", "bias"):
        p[name][0, 1, constant] = 0
        p[name][0, 2, dead] = 0
    p["bias_hn"][0, dead] = 0
    return model


def mute_model():
    """Return a model that gives one answer."""
    model = random_model(num_outputs=1)
    model.params["head_weight"][...] = 0
    return model
