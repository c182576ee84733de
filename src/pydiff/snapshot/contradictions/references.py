"""`$(NAME)` and `${NAME}` in a Makefile, a `.pc` file or a shell script."""

from __future__ import annotations

import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\$[({]([A-Za-z0-9_]+)[)}]")
_DEPTH = 12
_LONGEST = 100_000
"""A value that doubles at each step would fill the memory."""


def expand(text: str, known: Mapping[str, str]) -> str:
    """References replaced by their values; one that leads round in a circle is left standing."""
    for _ in range(_DEPTH):
        replaced = _REFERENCE.sub(lambda match: known.get(match[1], match[0]), text)[:_LONGEST]
        if replaced == text:
            break
        text = replaced
    return text
