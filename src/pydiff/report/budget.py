"""A document that must not grow beyond a size: what is least useful goes first, and what went is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

_SAYING_SO = 1_500
"""Kept free for the sentence about what was left out."""


@dataclass(frozen=True, slots=True)
class Section:
    """A head, rows of which any number may be left out from the end, a tail. Whole or cut, it is well-formed."""

    head: str
    rows: tuple[str, ...] = ()
    tail: str = ""
    what: str = ""
    """What a row is, in the plural: `differences that can break a build`."""
    usefulness: int = 0
    """The least useful section loses rows first."""
    kept: bool = False
    """Head and tail stay even without a row."""

    def text(self) -> str:
        return "\n".join(part for part in (self.head, *self.rows, self.tail) if part)


def fit(sections: Sequence[Section], limit: int) -> tuple[list[Section], list[str]]:
    """The sections that are left, in their order, and what was left out: `12 of 500 differences`."""
    sizes = [len(section.text()) + 2 for section in sections]
    if sum(sizes) <= limit - _SAYING_SO:
        return list(sections), []
    left: list[Section | None] = list(sections)
    said: dict[int, str] = {}
    for index in sorted(range(len(sections)), key=lambda one: sections[one].usefulness):
        excess = sum(sizes) - (limit - _SAYING_SO)
        if excess <= 0:
            break
        section = sections[index]
        cut = _cut(section, excess)
        left[index] = cut
        sizes[index] = len(cut.text()) + 2 if cut is not None else 0
        gone = len(section.rows) - (len(cut.rows) if cut is not None else 0)
        if gone:
            said[index] = f"{gone:,} of {len(section.rows):,} {section.what}"
    return [section for section in left if section is not None], [said[index] for index in sorted(said)]


def _cut(section: Section, excess: int) -> Section | None:
    """The section, shorter by at least `excess` characters if it has so many."""
    rows = list(section.rows)
    while rows and excess > 0:
        excess -= len(rows.pop()) + 1
    if rows or section.kept:
        return replace(section, rows=tuple(rows))
    return None
