"""The Makefile that came with the library, and sysconfig, disagreeing."""

from __future__ import annotations

from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside, build_root
from pydiff.snapshot.contradictions.references import expand

# What a build could take from either; those that break it first.
_COMPARED = (
    "LIBDIR", "INCLUDEPY", "CONFINCLUDEPY", "LIBPL", "INCLUDEDIR", "CONFINCLUDEDIR", "prefix", "exec_prefix", "CC", "CXX", "AR", "LDSHARED",
    "LDCXXSHARED", "BLDSHARED", "LINKCC", "RANLIB", "LD", "LDLIBRARY", "LIBRARY", "LIBS", "SYSLIBS", "LDFLAGS", "CFLAGS", "EXT_SUFFIX", "SOABI",
    "MULTIARCH", "LIBDEST", "BINLIBDEST", "BINDIR", "LIBPC",
)  # fmt: skip


def find(beside: Beside) -> Iterator[Contradiction]:
    makefile = {name: str(value) for name, value in beside.facts("makefile").items()}
    said: dict[str, str] = {}
    for name in _COMPARED:
        if name in makefile and name in beside.facts("sysconfig"):
            expanded = " ".join(expand(makefile[name], makefile).split())
            if "$" not in expanded and expanded != " ".join(beside.text(name).split()):
                said[name] = expanded
    if said:
        first = next(iter(said))
        rewritten = any(build_root(word) for value in said.values() for word in value.split())
        yield Contradiction(
            "makefile",
            first,
            f"{first}={said[first]}",
            f"sysconfig says {' '.join(beside.text(first).split())}",
            "a build that reads the Makefile itself works with other values than one that asks sysconfig",
            ("ask sysconfig: managers rewrite it and leave the Makefile as it was released",) if rewritten else (),
            "changes",
            said,
        )
