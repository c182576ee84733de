"""A library of the system, or its configuration program, is not there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.explain.interface import Failure, Match

_NOT_FOUND = re.compile(
    r"cannot find -l(?!python\d)([\w.+-]{1,100})"
    r"|library not found for -l(?!python\d)([\w.+-]{1,100})"
    r"|ld: library '(?!python\d)([\w.+-]{1,100})' not found"
    r"|unable to find library -l(?!python\d)([\w.+-]{1,100})"
    r"|No package '([^']{1,100})' found"
    r"|Package '?([\w.+-]{1,100})'?,? (?:was )?not found in the pkg-config search path"
    r"|Package ([\w.+-]{1,100}) was not found in the pkg-config"
)
_PROGRAM = re.compile(
    r"\b((?:pg|mysql|mariadb|llvm|xml2|xslt|curl|krb5|gdal|geos|ncurses\d?|freetype|pcre2?|icu|sdl2?|apu|apr|net-snmp)[-_]config)\b"
    r".{0,80}(?:not found|No such file)"
)


@dataclass(frozen=True, slots=True)
class MissingSystemLibrary:
    """Never libpython, and never the Python's fault while both sides look in the same folders."""

    name: str = "missing-system-lib"

    def match(self, failure: Failure) -> Match | None:
        for line in failure.tools:
            if (match := _NOT_FOUND.search(line)) is not None:
                library = next(group for group in match.groups() if group)
                return _match(f"the library `{library}`", line, failure)
            if (match := _PROGRAM.search(line)) is not None:
                return _match(f"the program `{match[1]}`", line, failure)
        return None


def _match(what: str, line: str, failure: Failure) -> Match:
    arguments = failure.call.arguments if failure.call is not None else ()
    return Match(
        title=f"{what} is not on this machine, or not where the build looks",
        evidence=(line,),
        tokens=tuple(dict.fromkeys(word for word in arguments if word.startswith(("-isysroot", "--sysroot")))),
        advice=f"install the system package that holds {what}",
    )
