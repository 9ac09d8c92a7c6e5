"""Texts to ids and back: tokens by script, vocabulary, n-grams, symbols, pretrained vectors.

Here: the encoder of texts, and all that knows what a character, a token or a symbol is.
Not here: reading data files (forms, tables), or the layer that looks ids up (engine/embedding).
"""

from typing import Literal

TokenMode = Literal["auto", "word", "char", "byte", "space", "exact", "pairs"]
"""The modes of `tokens`; its docstring says what each makes of a text."""
GIVEN = "given"
"""The mode of data that hold tokens, and so needs no choice: they are read exactly as they are."""
