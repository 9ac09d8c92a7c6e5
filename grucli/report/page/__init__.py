"""Reports as one HTML page each: no script, nothing loaded from outside.

Here: the pages, their drawings as SVG, their style, and markup that escapes all that is data.
Not here: what is shown (inspection, tasks), or the same reports as plain text (report).
"""
