#!/usr/bin/env bash
# Package:  pandas 3.1.1, numpy 2.4.6 (190 MB)
# Expected: read_csv reads what to_csv wrote: as many rows, each text with its label. Texts of logs and
#           of terminals hold carriage returns: a progress line is drawn anew behind one.
# Seen:     to_csv quotes a cell for a line feed, not for a carriage return alone, and read_csv ends a
#           row there. Such a text becomes two rows, the first without a label, without an error or a
#           warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet pandas==3.1.1 numpy==2.4.6
cd "$folder"
env/bin/python - <<'PYTHON'
import sys

import pandas as pd


def again(table):
    """Return what is read of what was written."""
    table.to_csv("log.csv", index=False)
    return pd.read_csv("log.csv")


TEXTS = ["50 %\r100 % done", "disk is full", "10 %\rconnection lost"]
table = pd.DataFrame({"text": TEXTS, "label": ["good", "bad", "bad"]})
seen = again(table)
print("written: ", open("log.csv", newline="").read().encode())
print("expected:", list(zip(TEXTS, table["label"], strict=True)))
print("seen:    ", list(zip(seen["text"], seen["label"], strict=True)))
texts = ["50 %", "100 % done", "disk is full", "10 %", "connection lost"]
missing = seen["label"].isna().tolist()
feeds = table.replace({"\r": "\n"}, regex=True)
same = again(feeds).equals(feeds)
print("with line feeds in their place it is read as it was:", same)
described = texts, [True, False, False, True, False], True
if (seen["text"].tolist(), missing, same) != described:
    sys.exit("the behaviour has changed")
PYTHON
