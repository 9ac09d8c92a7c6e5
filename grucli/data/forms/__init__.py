"""The forms of data: whatever a file is, a stream of Records comes out. `opening` finds the form.

Here: JSON in lines and in arrays, plain and labelled lines, CoNLL, .ts, .npz, data in a pipe.
Not here: tables (a room of their own), or what a model makes of a record (text, series).
"""

from typing import Final, Literal

FormatName = Literal["auto", "csv", "tsv", "jsonl", "json", "lines", "ts", "npz", "conll"]
"""The forms of data; `auto` is found out, `json` and `jsonl` are read alike."""
Missing = Literal["refuse", "mask"]
"""What becomes of a value that is missing: an error, or NaN for the encoder to mask."""
OnBadRow = Literal["stop", "skip"]
"""What becomes of a row that cannot be read."""
DELIMITERS: Final = {"comma": ",", "tab": "\t", "semicolon": ";", "pipe": "|", "space": " "}
"""What the delimiter of a table may be called."""
