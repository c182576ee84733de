"""The nouns of pydiff: frozen data, no I/O. Every stage imports these and nothing of a later stage."""
