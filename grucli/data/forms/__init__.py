"""The forms of data: whatever a file is, a stream of Records comes out. `opening` finds the form.

Here: JSON Lines, plain and labelled lines, .ts, .npz, data in a pipe.
Not here: tables (a room of their own), or what a model makes of a record (text, series).
"""
