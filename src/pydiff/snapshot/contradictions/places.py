"""Variables that name a place that is not there: one finding for all that have the place in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pydiff.model.record import Severity
from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside, build_root
from pydiff.snapshot.contradictions import remedies, sysroot, tools

# Variables that a build takes a place from -> how bad it is, and what becomes of it. In the order of what they break.
_PLACES: dict[str, tuple[Severity, str]] = {
    "LIBDIR": (
        "breaks",
        "`-L` with LIBDIR finds no libpython: linking a program that embeds Python fails with `cannot find -lpython{minor}`",
    ),
    "INCLUDEPY": ("breaks", "a build that takes its include path from INCLUDEPY does not find Python.h"),
    "CONFINCLUDEPY": ("breaks", "a build that takes its include path from CONFINCLUDEPY does not find pyconfig.h"),
    "LIBPL": (
        "breaks",
        "a build that looks in LIBPL for the static library, config.c or the Makefile finds none of them",
    ),
    "INCLUDEDIR": ("breaks", "an include path made from INCLUDEDIR holds no headers"),
    "CONFINCLUDEDIR": ("breaks", "an include path made from CONFINCLUDEDIR holds no headers"),
    "prefix": ("breaks", "every path that a build derives from `prefix` is wrong"),
    "exec_prefix": ("breaks", "every path that a build derives from `exec_prefix` is wrong"),
    "LIBDEST": (
        "changes",
        "a build that looks in LIBDEST for the standard library finds none; an embedding program that is told this path cannot start Python",
    ),
    "BINLIBDEST": ("changes", "a build that looks in BINLIBDEST for extension modules finds none"),
    "BINDIR": ("changes", "a build that runs the interpreter from BINDIR cannot start it"),
    "LIBPC": ("changes", "pkg-config that is pointed to LIBPC finds no python.pc"),
}
# A folder in flags that is not there is passed over by compilers, but what was to come from it is missing.
FLAGS = (
    "LDFLAGS", "LDSHARED", "LDCXXSHARED", "BLDSHARED", "CFLAGS", "CPPFLAGS", "CXXFLAGS", "OPT", "BASECFLAGS", "MODLIBS", "LIBS",
)  # fmt: skip
_IN_FLAGS = "compilers pass over a folder that is not there in silence; a header or library that was to come from it is not found"
_ELSEWHERE = "build backends do not commonly ask for these variables; a package's own script may"
# TZPATH lists the places where time zones may be, on any system; that some are not there is how it is meant.
_NO_PLACES = frozenset({"TZPATH"})
_TOLD = 4
"""Consequences that are spelled out; the variables are all named."""


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    path: str
    severity: Severity
    consequence: str
    rank: int


def find(beside: Beside) -> Iterator[Contradiction]:
    groups: dict[str, list[_Row]] = defaultdict(list)
    for row in _rows(beside):
        groups[beside.root_of(row.path).removeprefix("/private")].append(row)
    # The places that matter most first, then those that most variables name.
    order = sorted(groups.items(), key=lambda item: (min(row.rank for row in item[1]), -len(item[1]), item[0]))
    for _, rows in order:
        yield _told(beside, sorted(rows, key=lambda row: row.rank))


def _rows(beside: Beside) -> Iterator[_Row]:
    ranks = {name: rank for rank, name in enumerate((*_PLACES, *FLAGS))}
    for name, value in beside.facts("sysconfig").items():
        if not isinstance(value, str) or "/" not in value or name in _NO_PLACES:
            continue
        # The program itself is told by `tools`, the system root by `sysroot`.
        text = sysroot.without(value.partition(" ")[2] if name in tools.TOOLS else value)
        severity, consequence = _PLACES.get(name, ("changes", _IN_FLAGS) if name in FLAGS else ("cosmetic", _ELSEWHERE))
        for path in beside.missing(text):
            yield _Row(name, path, severity, consequence.format(minor=beside.minor), ranks.get(name, len(ranks)))


def _told(beside: Beside, rows: list[_Row]) -> Contradiction:
    first = rows[0]
    said: dict[str, str] = {}
    for row in rows:
        said[row.name] = f"{said[row.name]} {row.path}" if row.name in said else row.path
    consequences = list(dict.fromkeys(row.consequence for row in rows if row.severity == first.severity))
    more = len(consequences) - _TOLD
    consequence = "; ".join(consequences[:_TOLD]) + (f"; and {more} more like it" if more > 0 else "")
    found = "no such folder" if first.severity != "cosmetic" else "no such file or folder"
    return Contradiction(
        "sysconfig", first.name, first.path, found, consequence, _remedies(beside, rows), first.severity, said
    )


def _remedies(beside: Beside, rows: list[_Row]) -> tuple[str, ...]:
    root = build_root(rows[0].path)
    if root and root != "/install" and any(row.name in FLAGS for row in rows):
        return remedies.DEPENDENCIES
    # Where the manager has rewritten the tree already, what is left is inside other words and stays: '--prefix=/install'.
    if root != "/install" or not any(row.name in _PLACES for row in rows):
        return ()
    named = {row.name: beside.prefix + row.path.removeprefix("/install") for row in rows}
    by_hand = [
        f"{variable}={option}{named[name]}"
        for name, variable, option in (("LIBDIR", "LDFLAGS", "-L"), ("INCLUDEPY", "CFLAGS", "-I"))
        if name in named and beside.has(named[name])
    ]
    return (*by_hand, *remedies.PLACES)
