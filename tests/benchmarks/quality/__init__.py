"""How well grucli classifies with its defaults, beside peers, on every set of a folder."""
