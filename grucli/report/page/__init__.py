"""The report of `inspect-gates` as one HTML page: no script, nothing loaded from outside.

Here: the page, its drawings as SVG, its style, and the markup that escapes all that is data.
Not here: what is shown (inspection), or the same report as plain text (report/inspection).
"""
