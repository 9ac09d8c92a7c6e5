"""Texts to ids: tokens by script, vocabulary, n-grams, pretrained vectors.

Here: the encoder of texts, and all that knows what a character or a token is.
Not here: reading data files (forms, tables), or the layer that looks ids up (engine/embedding).
"""

from typing import Literal

TokenMode = Literal["auto", "word", "char", "byte", "space"]
"""The modes of `tokens`; its docstring says what each makes of a text."""
GIVEN = "given"
"""The mode of data that hold tokens, and so needs no choice: they are read exactly as they are."""
