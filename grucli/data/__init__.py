"""From files and streams to what a model reads: records, tokens, ids, batches.

sources.py     a path or standard input -> Records, whatever the form
  lines.py       bytes -> physical lines in bounded memory, decoded one by one
  tables.py      lines -> rows of cells (CSV, TSV)
  columns.py     which column is the text, which the label
  series.py      .npz -> numeric sequences
tokens.py      text -> tokens, by script
vocabulary.py  tokens <-> ids
"""
