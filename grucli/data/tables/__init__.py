"""Tables, CSV and TSV: delimiter, quotes, header, and which columns hold what.

Here: lines to cells, tables of texts, wide tables (a sequence a row), long tables (a step a row),
and the guesses where nobody said how a table is made.
Not here: JSON, .ts, .npz, plain lines (forms), or the bytes below all of them (streams).
"""
