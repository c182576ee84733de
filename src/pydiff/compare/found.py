"""A difference before it is written down: with its tokens, so that equal ones can be told once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from pydiff.compare.aligned import cut
from pydiff.compare.flags import Flag, changed, tokenise
from pydiff.model.record import SEVERITIES, Difference, Severity

NAMES_SHOWN = 2_000
"""Other subjects of a collapsed difference that are named; `count` counts them all."""


@dataclass(frozen=True, slots=True)
class Found:
    family: str
    subject: str
    left: str | None
    right: str | None
    severity: Severity
    detail: str = ""
    same_as: Hashable = None
    """Differences of one family and severity with equal keys are one; None: always told by itself."""
    several: str = ""
    """What takes the place of the value when several are told as one: "variables" gives "23 variables"."""
    stands_for: int = 1


def token_changes(left: str, right: str) -> tuple[list[Flag], list[Flag]]:
    """(only left, only right); both empty when only the spelling differs."""
    return changed(tokenise(left), tokenise(right))


def as_text(removed: Sequence[Flag], added: Sequence[Flag]) -> str:
    """`-clang +cc`"""
    return " ".join([*(f"-{flag.text}" for flag in removed), *(f"+{flag.text}" for flag in added)])


def written(found: Iterable[Found], families: Sequence[str]) -> list[Difference]:
    """The differences for the record: equal ones collapsed, worst first, then in the order of `families`, then by subject."""
    groups: dict[Hashable, list[Found]] = {}
    for number, one in enumerate(found):
        key = number if one.same_as is None else (one.family, one.severity, one.same_as)
        groups.setdefault(key, []).append(one)
    rank = {family: number for number, family in enumerate(families)}
    rows = [_collapsed(sorted(group, key=lambda one: one.subject)) for group in groups.values()]
    return sorted(rows, key=lambda row: (SEVERITIES.index(row.severity), rank.get(row.family, len(rank)), row.subject))


def _collapsed(group: Sequence[Found]) -> Difference:
    first, rest = group[0], group[1:]
    count = sum(one.stands_for for one in group)
    left, right = first.left, first.right
    if rest and first.several:
        left, right = (value if value is None else f"{count} {first.several}" for value in (left, right))
    return Difference(
        family=first.family,
        subject=first.subject,
        left=None if left is None else cut(left),
        right=None if right is None else cut(right),
        severity=first.severity,
        count=count,
        detail=cut(first.detail),
        also=[one.subject for one in rest[:NAMES_SHOWN]],
    )
