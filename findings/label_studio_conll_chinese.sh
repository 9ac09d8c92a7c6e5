#!/usr/bin/env bash
# Package:  label-studio-sdk 2.1.2 (600 MB with what it needs)
# Expected: the CoNLL 2003 export has spans in Chinese as it has them in English: the characters or
#           words of a span are tagged, those around it are not.
# Seen:     a sentence without spaces is one token. It gets the tag of one span, the others are lost,
#           without an error or a warning; what was marked cannot be told from what was not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet label-studio-sdk==2.1.2
cd "$folder"
env/bin/python - <<'PYTHON'
import json
import sys

from label_studio_sdk.converter import Converter

CONFIG = (
    '<View><Labels name="ner" toName="text"><Label value="PER"/><Label value="LOC"/></Labels>'
    '<Text name="text" value="$text"/></View>'
)


def task(text, *spans):
    """Return a task as Label Studio exports it, whose spans are parts of the text."""
    results = [
        {
            "from_name": "ner",
            "to_name": "text",
            "type": "labels",
            "value": {
                "start": text.index(part),
                "end": text.index(part) + len(part),
                "text": part,
                "labels": [label],
            },
        }
        for part, label in spans
    ]
    annotation = {"id": 1, "completed_by": 1, "was_cancelled": False, "result": results}
    return {"id": 1, "data": {"text": text}, "annotations": [annotation], "predictions": []}


def exported(text, *spans):
    """Return the tokens and tags of the export."""
    with open("tasks.json", "w", encoding="utf-8") as file:
        json.dump([task(text, *spans)], file)
    converter = Converter(CONFIG, project_dir=None, upload_dir=None)
    converter.convert_to_conll2003("tasks.json", "out", is_dir=False)
    with open("out/result.conll", encoding="utf-8") as file:
        rows = [line.split() for line in file if line.strip()]
    return [(row[0], row[-1]) for row in rows if row[0] != "-DOCSTART-"]


english = exported("Ann left Rome", ("Ann", "PER"), ("Rome", "LOC"))
print("expected:", [("Ann", "B-PER"), ("left", "O"), ("Rome", "B-LOC")])
print("seen:    ", english)
chinese = exported("王芳去了北京", ("王芳", "PER"), ("北京", "LOC"))
print("expected:", [("王芳", "B-PER"), ("去了", "O"), ("北京", "B-LOC")], "or by character")
print("seen:    ", chinese)
described = [("Ann", "B-PER"), ("left", "O"), ("Rome", "B-LOC")], [("王芳去了北京", "B-PER")]
if (english, chinese) != described:
    sys.exit("the behaviour has changed")
PYTHON
