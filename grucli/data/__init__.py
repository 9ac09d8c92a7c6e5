"""From files and streams to what a model reads: records, then ids or channels, then batches.

Here: `streams/` bytes to lines, `tables/` CSV and TSV, `forms/` every other form and the choice
among them, `text/` tokens, `series/` channels, each with its encoder; beside them what all of these
share, and in `encoder.py` what an encoder is.
Not here: which rows are learned from (preparation), or what is computed of them (model).
"""
