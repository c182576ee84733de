"""Every difference between the real programs and pydiff that is meant to be, by name; nothing else may differ.

An entry that matches nothing in the whole suite fails it, so that the list cannot outlive its reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conformance_trees import Difference
from pydiff.managers.versions import key


@dataclass(frozen=True, slots=True)
class Deliberate:
    name: str
    """Short: it stands in the table of docs/conformance.md."""
    manager: str
    reason: str
    """For the reader of that table: one sentence."""
    path: str = r"$^"
    """A regular expression for the whole path in a tree (or the key of a list, for selection)."""
    since: str = "0.0.0"
    """First release of the manager that differs so."""
    until: str = ""
    """First release that no longer does; empty: every later one does."""

    def covers(self, manager: str, release: str, path: str) -> bool:
        ended = self.until and key(release) >= key(self.until)
        return (
            manager == self.manager
            and key(self.since) <= key(release)
            and not ended
            and re.fullmatch(self.path, path) is not None
        )


DELIBERATE: tuple[Deliberate, ...] = (
    Deliberate(
        "windows-on-linux",
        "uv",
        "a Windows build is laid out as uv does on Windows; on Linux it also makes a link `python`, which leads to `python.exe`",
        path="python",
    ),
)


def named(manager: str, release: str, path: str) -> Deliberate | None:
    """The entry that explains a difference at `path`; None: it is a defect."""
    return next((entry for entry in DELIBERATE if entry.covers(manager, release, path)), None)


def split(manager: str, release: str, found: Iterable[Difference]) -> tuple[list[str], list[Difference]]:
    """(names of the entries that explain some of the differences, the differences that none explains)."""
    names: dict[str, None] = {}
    unexplained: list[Difference] = []
    for difference in found:
        entry = named(manager, release, difference.path)
        if entry is None:
            unexplained.append(difference)
        else:
            names[entry.name] = None
    return list(names), unexplained


def unused(names: Iterable[str]) -> Iterator[Deliberate]:
    """Entries that no test of the suite needed."""
    seen = set(names)
    return (entry for entry in DELIBERATE if entry.name not in seen)
