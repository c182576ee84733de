"""Differences between binaries: how they are linked, which C library they need, what of Python's C API they give to others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pydiff.compare import severity
from pydiff.compare.aligned import Side
from pydiff.compare.found import Found
from pydiff.compare.variables import of_fields
from pydiff.model.packed_names import unpack

BinaryFact = dict[str, str | int | list[str]]
# Floor -> the field with the symbols that ask for it, which explain a difference and are none by themselves.
_FLOORS = {"glibc": "glibc_by", "glibcxx": "glibcxx_by"}
_EXPORTS = frozenset({"exports", "exports_sha256", "exports_names"})
# Members of an archive are counted in `holds` as well.
_ELSEWHERE = _EXPORTS | {"members"} | set(_FLOORS.values())
_NAMED = 2_000
"""Symbols of a side that are named; the screen tells how many there are."""


def of_binaries(left: Side, right: Side) -> Iterator[Found]:
    """Field by field; of two C APIs the names that only one has, of a floor the symbols that ask for it."""
    sides = [
        {side.path(path): fact for path, fact in side.facts("binaries").items() if isinstance(fact, dict)}
        for side in (left, right)
    ]
    for found in of_fields("binaries", left, right, elsewhere=_ELSEWHERE):
        path, _, field = found.subject.rpartition(":")
        by = _FLOORS.get(field)
        yield replace(found, detail=_asked(*(side[path].get(by) for side in sides))) if by else found
    for path in sorted(sides[0].keys() & sides[1].keys()):
        yield from _exports(path, sides[0][path], sides[1][path], same_minor=left.minor == right.minor)


def _asked(left: object, right: object) -> str:
    """`left asked by memcpy; right asked by pthread_sigmask`"""
    told = [(name, symbols) for name, symbols in (("left", left), ("right", right)) if isinstance(symbols, list)]
    return "; ".join(f"{name} asked by {', '.join(map(str, symbols))}" for name, symbols in told)


def _exports(path: str, left: BinaryFact, right: BinaryFact, *, same_minor: bool) -> Iterator[Found]:
    if left.get("exports_sha256") == right.get("exports_sha256"):
        return
    ours, theirs = (f"{fact['exports']} names" if "exports" in fact else None for fact in (left, right))
    one, other = _names(left), _names(right)
    only_left, only_right = sorted(one - other), sorted(other - one)
    detail = ""
    worst = severity.of_exports(only_left, only_right, same_minor=same_minor)
    if one and other:
        parts = [
            f"only {side}: {_some(names)}" for side, names in (("left", only_left), ("right", only_right)) if names
        ]
        detail = "; ".join(parts)
    elif ours is None or theirs is None:
        # Which of libpython and the executable gives the API to extensions follows from how they are linked.
        worst = "changes"
    yield Found("binaries", f"{path}:exports", ours, theirs, worst, detail)


def _names(fact: BinaryFact) -> set[str]:
    packed = fact.get("exports_names")
    try:
        return set(unpack(packed)) if isinstance(packed, str) else set()
    except ValueError:
        return set()


def _some(names: list[str]) -> str:
    """Public names first: they are what extensions may use."""
    ordered = sorted(names, key=lambda name: (name.startswith("_"), name))
    return ", ".join(ordered[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
