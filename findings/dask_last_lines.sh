#!/usr/bin/env bash
# Package:  dask 2026.8.0 (25 MB)
# Expected: labelled texts, a line each, that a bag writes in parts by to_textfiles, are as many lines
#           when the parts are put together: as text files, each line of them ends with a line feed.
# Seen:     the last line of each part has no end. Put together, it and the first line of the next part
#           are one line with one label: a row less for each part, without an error or a warning. One
#           part alone is read as it was written.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet dask==2026.8.0
cd "$folder"
env/bin/python - <<'PYTHON'
import sys
from pathlib import Path

import dask.bag

ROWS = ["good\ta great film", "bad\tit broke", "bad\tcold food", "good\tvery friendly"]
bag = dask.bag.from_sequence(ROWS, npartitions=2)
bag.to_textfiles("parts/*.tsv", scheduler="sync")
parts = [path.read_text() for path in sorted(Path("parts").iterdir())]
lines = "".join(parts).splitlines()
print("parts:   ", parts)
print("expected:", ROWS)
print("seen:    ", lines)
again = dask.bag.read_text("parts/*.tsv").map(str.rstrip).compute(scheduler="sync")
print("read part by part they are as they were:", again == ROWS)
joined = [ROWS[0], ROWS[1] + ROWS[2], ROWS[3]]
if (lines, again) != (joined, ROWS):
    sys.exit("the behaviour has changed")
PYTHON
