"""A C header is not where the compiler looks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.explain.interface import Failure, Match

_NOT_FOUND = re.compile(
    r"fatal error: '?([^':\s]{1,200})'?(?:: No such file or directory| file not found)"
    r"|error: ([^':\s]{1,200}\.h(?:pp|xx)?): No such file or directory"
    r"|Cannot open include file: '([^']{1,200})'"
)
_PYTHON_HEADERS = frozenset({"Python.h", "pyconfig.h", "structmember.h", "patchlevel.h"})


@dataclass(frozen=True, slots=True)
class MissingHeader:
    """Python's own headers point at the Python; any other header belongs to the system or to the package."""

    name: str = "missing-header"

    def match(self, failure: Failure) -> Match | None:
        for line in failure.tools:
            if (match := _NOT_FOUND.search(line)) is not None:
                header = next(group for group in match.groups() if group)
                return _match(header, line, failure)
        return None


def _match(header: str, line: str, failure: Failure) -> Match:
    arguments = failure.call.arguments if failure.call is not None else ()
    tokens = tuple(
        dict.fromkeys(word for word in arguments if word.startswith(("-I", "-isystem", "-isysroot", "--sysroot")))
    )
    if header in _PYTHON_HEADERS:
        return Match(
            f"Python's header `{header}` is not where the compiler looks", (line,), tokens=tokens, topic="INCLUDEPY"
        )
    return Match(
        title=f"the header `{header}` is not where the compiler looks",
        evidence=(line,),
        tokens=tuple(word for word in tokens if not word.startswith("-I")),
        advice=f"install the system package that holds `{header}`",
    )
