#!/usr/bin/env bash
# Package:  pyspark 4.3.0 (450 MB); it needs Java 17 or later
# Expected: a CSV file of texts and labels, written by Python's csv as RFC 4180 has it (a quotation mark
#           inside a quoted cell is doubled), is read as it was written; what Spark writes is read by
#           Python's csv.
# Seen:     where a comma stands behind a quotation mark, Spark ends the cell at the comma: the rest of
#           the text is taken for the label, and the label is dropped, without an error or a warning.
#           What Spark writes has a backslash before the mark, and falls apart in the same way elsewhere.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet pyspark==4.3.0
cd "$folder"
env/bin/python - <<'PYTHON'
import csv
import os
import sys
from pathlib import Path

from pyspark.sql import SparkSession

os.environ["PYSPARK_PYTHON"] = sys.executable
ROWS = [
    ('Too "sweet", and cold.', "negative"),
    ('A 7" screen, as it should be', "positive"),
    ("plain, with a comma", "positive"),
]
with open("reviews.csv", "w", newline="") as file:
    csv.writer(file).writerows([("text", "label"), *ROWS])
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
seen = [tuple(row) for row in spark.read.csv("reviews.csv", header=True).collect()]
print("expected:", ROWS)
print("seen:    ", seen)
rfc = spark.read.csv("reviews.csv", header=True, escape='"').collect()
print("with escape='\"' it is read as it was:", [tuple(row) for row in rfc] == ROWS)
spark.createDataFrame(ROWS, ["text", "label"]).coalesce(1).write.csv("written")
(part,) = Path("written").glob("part-*")
with open(part, newline="") as file:
    read = [tuple(row) for row in csv.reader(file)]
print("written by Spark, read by Python:", read)
described = [
    ('"Too ""sweet""', ' and cold."'),
    ('"A 7"" screen', ' as it should be"'),
    ROWS[2],
]
elsewhere = [
    ('Too \\sweet\\"', ' and cold."', "negative"),
    ("A 7\\ screen", ' as it should be"', "positive"),
    ROWS[2],
]
if (seen, [tuple(row) for row in rfc], read) != (described, ROWS, elsewhere):
    sys.exit("the behaviour has changed")
PYTHON
