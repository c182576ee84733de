"""`$(NAME)` and `${NAME}` in a Makefile, a `.pc` file or a shell script."""

from __future__ import annotations

import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\$[({]([A-Za-z0-9_]+)[)}]")
_DEPTH = 12
_LONGEST = 100_000
"""A value that doubles at each step would fill the memory."""


def expand(text: str, known: Mapping[str, str]) -> str:
    """References replaced by their values; left standing where they lead round in a circle, or to more than any value is long."""
    for _ in range(_DEPTH):
        names = _REFERENCE.findall(text)
        if not names or len(text) + sum(len(known.get(name, "")) for name in names) > _LONGEST:
            break
        text = _REFERENCE.sub(lambda match: known.get(match[1], match[0]), text)
    return text
