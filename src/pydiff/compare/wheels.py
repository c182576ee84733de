"""What differs in meaning between two wheels: what they install, what they need, where they look for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydiff.compare.roles import Roles
from pydiff.model.build import BinaryFacts, BuildRecord, Built

# `_speedups.cpython-39-x86_64-linux-gnu.so` and `...-cpython-310-...` are one file of two Pythons.
_PYTHON_IN_NAME = re.compile(r"(cpython-|\bcp|python)3\.?\d{1,2}(?=[/.\-t]|$)")
# What auditwheel and delvewheel add to a library's name.
_HASH_IN_NAME = re.compile(r"-[0-9a-f]{8}(?=\.(?:so|dylib|dll)\b)")


def compare_wheels(left: BuildRecord, right: BuildRecord) -> list[str]:
    """`- x` for what only the left wheel has and `+ y` for the right: tags, files, NEEDED and RUNPATH. Empty unless both built.

    Bytes are not compared: dates and build paths make every two wheels differ in them.
    """
    if not (isinstance(left.outcome, Built) and isinstance(right.outcome, Built)):
        return []
    ours, theirs = left.outcome.wheel, right.outcome.wheel
    changes = [*_changes("tag", ours.tags, theirs.tags), *_changes("file", ours.files, theirs.files)]
    counterparts = {_name(one.path): one for one in theirs.binaries}
    for one in ours.binaries:
        if (other := counterparts.get(_name(one.path))) is not None:
            changes += _linkage(one, other, (Roles(left.places), Roles(right.places)))
    return changes


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
