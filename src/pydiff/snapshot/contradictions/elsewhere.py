"""A Python that is not where its own files take it to be: it was moved or copied, or it runs with another one's library."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside

# Where a build takes paths from; the finding names those that lead to the other Python.
_ASKED = (
    "prefix",
    "exec_prefix",
    "INCLUDEPY",
    "CONFINCLUDEPY",
    "LIBDIR",
    "LIBPL",
    "LIBDEST",
    "LDFLAGS",
    "LDSHARED",
    "CFLAGS",
    "CPPFLAGS",
)


def find(beside: Beside) -> Iterator[Contradiction]:
    yield from _copied(beside)
    yield from _other_prefix(beside)
    yield from _other_library(beside)


def _copied(beside: Beside) -> Iterator[Contradiction]:
    """Variables name a place that is there, so that no path is missing, but where another Python is."""
    named = beside.text("prefix").rstrip("/")
    stdlib = f"{named}/lib/python{beside.minor}"
    if (
        not named.startswith("/")
        or beside.foreign
        or _same(beside, named, beside.prefix)
        or not beside.machine.exists(stdlib)
    ):
        return
    place = re.compile(re.escape(named) + r"(?![\w.+~-])")
    said = {name: beside.text(name) for name in _ASKED if place.search(beside.text(name))}
    real = f"{beside.prefix}/include"
    yield Contradiction(
        "sysconfig",
        "prefix",
        named,
        f"this Python is in {beside.prefix}, and another is in {named}",
        "a build takes headers, libraries and run paths from the other Python, and follows when that changes or goes away",
        (
            *((f"CFLAGS=-I{real}/python{beside.minor}",) if beside.has(real) else ()),
            f"install it again in {beside.prefix} rather than copy it there",
        ),
        "breaks",
        said,
    )


def _other_prefix(beside: Beside) -> Iterator[Contradiction]:
    seen = beside.facts("runtime").get("base_prefix")
    if isinstance(seen, str) and seen.startswith("/") and not _same(beside, seen, beside.prefix):
        yield Contradiction(
            "runtime",
            "base_prefix",
            seen,
            f"the interpreter is in {beside.prefix}",
            "it runs with another Python's standard library, and sysconfig answers for that one",
            (),
            "breaks",
        )


def _other_library(beside: Beside) -> Iterator[Contradiction]:
    loaded = beside.facts("runtime").get("libpython")
    own = [path for path in beside.facts("files") if path.rpartition("/")[2].startswith(f"libpython{beside.minor}")]
    # Below a prefix such as /usr the library is in a folder of the system, which is not one of Python's own.
    if not isinstance(loaded, list) or beside.shared_prefix:
        return
    here = f"{beside.machine.real(beside.prefix)}/"
    # The loader looks into an RPATH first, and into a RUNPATH after LD_LIBRARY_PATH.
    fixed = any(
        "rpath" in fact and "runpath" not in fact
        for path, fact in beside.fields("binaries")
        if path.startswith("bin/python")
    )
    for path in loaded:
        if not beside.machine.real(path).startswith(here):
            shared = [one for one in own if ".so" in one]
            yield Contradiction(
                "runtime",
                "libpython",
                path,
                f"the tree has {shared[0]}" if shared else f"it is not in {beside.prefix}",
                "the interpreter runs as the other Python's library makes it, and so does what is built and tested with it",
                (f"LD_LIBRARY_PATH={beside.prefix}/{shared[0].rpartition('/')[0]}",) if shared and not fixed else (),
                "changes",
            )


def _same(beside: Beside, one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/") or beside.machine.real(one) == beside.machine.real(other)
