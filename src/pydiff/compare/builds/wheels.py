"""What differs in meaning between two wheels: what they install, what they need, where they look for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydiff.model.build import BinaryFacts, BuildRecord, Built, WheelFacts
from pydiff.model.roles import Roles

# `_speedups.cpython-39-x86_64-linux-gnu.so` and `...-cpython-310-...` are one file of two Pythons.
_PYTHON_IN_NAME = re.compile(r"(cpython-|\bcp|python)3\.?\d{1,2}(?=[/.\-t]|$)")
# What auditwheel and delvewheel add to a library's name.
_HASH_IN_NAME = re.compile(r"-[0-9a-f]{8}(?=\.(?:so|dylib|dll)\b)")


def compare_wheels(left: BuildRecord, right: BuildRecord) -> list[str]:
    """`- x` for what only the left wheel has, `+ y` for the right, `! contents differ: x` for both. Empty unless both built.

    Compared are tags, files, what is in them, NEEDED and RUNPATH. Of machine code the bytes are not: dates and build paths make
    every two builds differ in them.
    """
    if not (isinstance(left.outcome, Built) and isinstance(right.outcome, Built)):
        return []
    ours, theirs = left.outcome.wheel, right.outcome.wheel
    changes = [*_changes("tag", ours.tags, theirs.tags), *_changes("file", ours.files, theirs.files)]
    counterparts = {_name(one.path): one for one in theirs.binaries}
    for one in ours.binaries:
        if (other := counterparts.get(_name(one.path))) is not None:
            changes += _linkage(one, other, (Roles(left.places), Roles(right.places)))
    return changes + _contents(ours, theirs)


def _contents(ours: WheelFacts, theirs: WheelFacts) -> list[str]:
    """Members of both wheels with another meaning, or that are a binary in one of them only."""
    here, there = _known(ours), {_name(path): known for path, known in _known(theirs).items()}
    return [
        f"! contents differ: {path}" for path, known in sorted(here.items()) if there.get(_name(path), known) != known
    ]


def _known(wheel: WheelFacts) -> dict[str, str]:
    """Member -> hash, or `ELF`; without what is not compared."""
    return wheel.contents | {one.path: "ELF" for one in wheel.binaries}


def _linkage(ours: BinaryFacts, theirs: BinaryFacts, roles: tuple[Roles, Roles]) -> list[str]:
    changes = _changes(f"{ours.path}: NEEDED", ours.needed, theirs.needed)
    # The order of a run path is part of its meaning.
    paths = [
        ":".join(roles[0].normalise(one) for one in ours.runpath),
        ":".join(roles[1].normalise(one) for one in theirs.runpath),
    ]
    if paths[0] != paths[1]:
        changes += [f"{sign} {ours.path}: RUNPATH {path or '(none)'}" for sign, path in zip("-+", paths, strict=True)]
    return changes


def _changes(what: str, ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """By name without the Python's version, shown as they are."""
    names = {_name(one) for one in ours}, {_name(one) for one in theirs}
    return [
        *(f"- {what} {one}" for one in ours if _name(one) not in names[1]),
        *(f"+ {what} {one}" for one in theirs if _name(one) not in names[0]),
    ]


def _name(path: str) -> str:
    return _HASH_IN_NAME.sub("", _PYTHON_IN_NAME.sub(r"\g<1>{XY}", path))
