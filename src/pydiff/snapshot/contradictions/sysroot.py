"""`-isysroot` with a system root of the machine that built the release."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside
from pydiff.snapshot.contradictions import remedies

_OPTION = re.compile(r"(?:(?<=\s)|^)(?:-isysroot|--sysroot)[\s=]*('[^']*'|\"[^\"]*\"|\S+)")
_CONSEQUENCE = (
    "a compiler that is given it stops at the first system header: `'stdio.h' file not found`; sysconfig on a Mac takes it out of the "
    "variables it knows, but not of those that the environment sets, of LDCXXSHARED, or of the Makefile"
)


def without(flags: str) -> str:
    return _OPTION.sub("", flags)


def find(beside: Beside) -> Iterator[Contradiction]:
    users: dict[str, dict[str, str]] = defaultdict(dict)
    for name, value in beside.facts("sysconfig").items():
        for root in _OPTION.findall(value) if isinstance(value, str) else ():
            path = root.strip("'\"")
            if path.startswith("/") and not beside.has(path):
                users[path][name] = f"-isysroot {path}"
    for path, said in users.items():
        order = sorted(said, key=lambda name: (name not in _ASKED, name))
        subject = order[0]
        yield Contradiction(
            "sysconfig",
            subject,
            f"-isysroot {path}",
            "no such folder",
            _CONSEQUENCE,
            remedies.SYSROOT,
            "breaks" if subject in _ASKED else "cosmetic",
            {name: said[name] for name in order},
        )


# What build backends compile and link with.
_ASKED = frozenset({"CC", "CXX", "CFLAGS", "CPPFLAGS", "LDSHARED", "LDCXXSHARED", "LDFLAGS", "BASECFLAGS"})
