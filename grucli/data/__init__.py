"""From files and streams to what a model reads: records, tokens, ids, batches.

sources.py     a path or standard input -> Records, whatever the form
  lines.py       bytes -> physical lines in bounded memory, decoded one by one
  tables.py      lines -> rows of cells (CSV, TSV)
  table_source.py, columns.py, table_rows.py       a table of texts: which column is the text
  series_columns.py, wide.py, long.py              a table of numeric sequences
  sampled.py, series_guess.py, long_guess.py       which columns they are, where nobody said so
  column_kinds.py, moments.py, units.py            what a column or a row holds
  cell_lists.py  a whole sequence in one cell
  apart.py       whether rows of one sequence stand apart in a file
  jsonl.py, json_lines.py                          objects with texts or numeric sequences
  ts.py, series.py                                 .ts and .npz -> numeric sequences
  numbers.py     what is a number, and what a missing one
tokens.py, tokenized.py    text -> tokens, by script; many texts at once
  scripts.py     which characters are what
vocabulary.py  tokens <-> ids
encoding.py    Records -> the steps that a model reads
splits.py      which rows validate
batches.py     steps of all rows -> packed batches
"""
