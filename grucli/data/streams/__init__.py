"""Bytes to lines, in bounded memory: decoding, compression, what a file is by its first bytes.

Here: physical lines, character sets, signatures of files that cannot be read.
Not here: what stands in a line (tables, forms).
"""
