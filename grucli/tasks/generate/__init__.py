"""A new sequence, written from the one that was read: pronunciations, translations, summaries.

Here: how answers are scored, symbol by symbol and as texts, and what answering blindly reaches.
Not here: symbols and the texts that they write (data/text/symbols).
"""
