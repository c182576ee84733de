"""The linker does not find libpython."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.explain.interface import Failure, Match

_NOT_FOUND = re.compile(
    r"cannot find -l(python\d[\w.]{0,20})"
    r"|library not found for -l(python\d[\w.]{0,20})"
    r"|library '(python\d[\w.]{0,20})' not found"
    r"|unable to find library -l(python\d[\w.]{0,20})"
    r"|(?:cannot find|error:) \S{0,300}/lib(python\d[\w.]{0,20}?)\.(?:a|so|dylib)\b"
)

_LINKER = re.compile(r"(?:^|[-.])(?:ld|lld|mold|gold|collect2)(?:[-.][a-z\d.]+)?$")


@dataclass(frozen=True, slots=True)
class LinkLibpythonNotFound:
    """A link that names libpython and looks in the wrong folder. Any other library is `missing-system-lib`."""

    name: str = "link-libpython-not-found"

    def match(self, failure: Failure) -> Match | None:
        for line in failure.tools:
            if (match := _NOT_FOUND.search(line)) is not None:
                library = next(group for group in match.groups() if group)
                folders = _folders(failure)
                looks = f"; it looks in {', '.join(f'`{one}`' for one in folders[:3])}" if folders else ""
                return Match(
                    title=f"the linker does not find lib{library}{looks}",
                    evidence=(line,),
                    tokens=_tokens(failure),
                    topic="LIBDIR",
                    env={"LDFLAGS": "-L{prefix}/lib"},
                )
        return None


def _tokens(failure: Failure) -> tuple[str, ...]:
    arguments = failure.call.arguments if failure.call is not None else ()
    return tuple(dict.fromkeys(word for word in arguments if word.startswith("-L") or "libpython" in word))


def _folders(failure: Failure) -> list[str]:
    """What the build itself passed: to a linker, the compiler that called it passed its own folders too."""
    if failure.call is None or _LINKER.search(failure.call.name):
        return []
    return [word[2:] for word in _tokens(failure) if word.startswith("-L")]
