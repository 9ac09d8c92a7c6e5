"""The config: one schema that validates it, documents it and generates its JSON Schema.

Here: the keys, the strict YAML reader, flags and environment laid over it, words about its keys.
Not here: values that the data decides (preparation), or the flags themselves (cli).
"""
