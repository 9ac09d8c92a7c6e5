"""From files to packed batches: sources, tokens, vocabulary, examples."""
