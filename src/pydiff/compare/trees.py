"""Two snapshots -> what differs between them, worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from pydiff.compare import binaries, layouts, pkgconfig, running, severity, variables
from pydiff.compare.aligned import Side, align
from pydiff.compare.found import Found, written
from pydiff.model.record import Difference
from pydiff.model.snapshot import Snapshot

Rule = Callable[[Side, Side], Iterator[Found]]
# A family that is not named here is compared value by value.
_RULES: dict[str, Rule] = {
    "sysconfig": variables.of_sysconfig,
    "sysconfig_vars": partial(variables.of_copy, "sysconfig_vars"),
    "makefile": partial(variables.of_copy, "makefile"),
    "pyconfig_h": variables.of_macros,
    "pkgconfig": pkgconfig.of_pkgconfig,
    "pythonconfig": partial(variables.of_fields, "pythonconfig"),
    "headers": variables.of_headers,
    "binaries": binaries.of_binaries,
    "extensions": variables.of_extensions,
    "tags": variables.of_tags,
    "scripts": partial(variables.of_fields, "scripts"),
    "files": layouts.of_files,
    "runtime": running.of_runtime,
}


def compare_trees(left: Snapshot, right: Snapshot) -> list[Difference]:
    """Every difference once, sorted by severity, family and subject. Pure.

    Paths and values are written with roles (`{prefix}`, `{X.Y}`, `{multiarch}`), so what only moved is no difference.
    A family that could be read on one side only is one difference, not one per fact.
    """
    sides = align(left, right)
    families = [*left.families, *(family for family in right.families if family not in left.families)]
    found: list[Found] = []
    for family in families:
        if bool(left.families.get(family)) != bool(right.families.get(family)):
            found.append(_one_sided(family, left, right))
        else:
            found += _RULES.get(family, partial(variables.of_plain, family))(*sides)
    return written(found, families)


def _one_sided(family: str, left: Snapshot, right: Snapshot) -> Found:
    texts = []
    for snapshot in (left, right):
        count = len(snapshot.families.get(family, {}))
        problem = snapshot.errors.get(family)
        texts.append(f"{count} facts" if count else f"not read: {problem}" if problem else None)
    unread = any(family in snapshot.errors and not snapshot.families.get(family) for snapshot in (left, right))
    return Found(family, f"({family})", texts[0], texts[1], severity.of_family(family, unread=unread))
