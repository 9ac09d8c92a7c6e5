"""The programs for Spark in docs/guide/many-machines.md, run where there is Spark."""

import shutil
import subprocess
import sys

import pytest

import grucli
from tests.cli.helpers import environment
from tests.documents import pages, runner

TIME_LIMIT_S = 300
PAGES = [pages.ROOT / "docs" / part / "guide" / "many-machines.md" for part in ("", "zh")]
TEXTS = ["A great film.", None, "It broke after a day.", "qwxz", "not bad", ""]
MANY = f"""
rows = [(number, text) for number, text in enumerate({TEXTS} * 40)]
frame = spark.createDataFrame(rows, "number int, text string")
frame = frame.repartition(3).sortWithinPartitions("number")
expected = [
    (row.text, answer.label, answer.probability)
    for part in frame.rdd.glom().collect()
    for row, answer in zip(part, model.value.predict([row.text or "" for row in part]))
]
assert len(expected) == len(rows)
for mapped, function in ((frame.mapInPandas, answered), (frame.mapInArrow, answered_in_arrow)):
    found = mapped(function, "text string, label string, probability double").collect()
    assert [tuple(row) for row in found] == expected
"""


def programs(path):
    """Return the blocks that say to be run here, one after the other."""
    found = [
        block.text
        for block in pages.read(path).blocks
        if block.language == "python" and "test_spark.py" in block.marks.get("not run", "")
    ]
    assert len(found) == 2
    return "".join(found)


def test_both_pages_have_one_program():
    english, chinese = map(programs, PAGES)
    assert english == chinese


def test_rows_are_answered_in_their_order_and_by_the_same_bits(tmp_path):
    pytest.importorskip("pyspark", reason="needs pyspark")
    pytest.importorskip("pandas", reason="needs pandas")
    if shutil.which("java") is None:
        pytest.skip("needs Java 17 or later")
    runner.train_smoke(tmp_path / "smoke.npz")
    (tmp_path / "answer.py").write_text(programs(PAGES[0]) + MANY)
    done = subprocess.run(
        [sys.executable, "answer.py"],
        cwd=tmp_path,
        env=environment(OPENBLAS_NUM_THREADS="1"),
        capture_output=True,
        timeout=TIME_LIMIT_S,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    model = grucli.load(str(tmp_path / "smoke.npz"))
    texts = TEXTS[:3]
    expected = [
        f"{text}\t{answer.label}\t{round(answer.probability, 3)}"
        for text, answer in zip(texts, model.predict([text or "" for text in texts]), strict=True)
    ]
    assert done.stdout.splitlines() == expected
