"""What the suite saw, as a page: docs/conformance.md.

Written when PYDIFF_WRITE_TABLE=1; otherwise the page must say what the suite has just seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from conformance_inputs import INPUTS
from deliberate import DELIBERATE
from pydiff.managers.versions import key

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
IDENTICAL = "identical"
REFUSED = "refused"
"""The real program fails on this input, and pydiff says so."""
_FEW = 6
"""Things compared, with fewer of which releases are lines rather than columns."""
_MARKS = {IDENTICAL: "=", REFUSED: "x", "": ""}
HEAD = """\
# Conformance

The real programs and pydiff install the same archives; the trees are compared in paths, types, modes, link targets and bytes.
Written by the test suite (`PYDIFF_WRITE_TABLE=1 pytest tests/conformance`), which fails when this page is not what it sees.

`=` identical; `x` the real program fails on this archive and pydiff says so; empty: not tried, or there is no way to give
that release such an archive; a name: the listed difference of that name, below.
"""
NOT_JUDGED = """\
## Not judged

- rye: the program is on no package registry, so it was never run here; its lists were read at every tag.
- mise before 2024.9.0, the first on the npm registry.
- What mise does on Windows and macOS: only the program for Linux was run.
- Install names of macOS libraries against Apple's tool: the archive **macos** holds no library.
- Archives as PBS released them: those here are of the same shape, with real variables, but small.
- Hashes of what is selected: URLs and names are compared.
"""


@dataclass(frozen=True, slots=True, order=True)
class Row:
    manager: str
    release: str
    input: str
    """Name of an archive in conformance_inputs, or whatever else was compared (`selection`)."""
    outcome: str
    """IDENTICAL, REFUSED, names of deliberate differences, or a short text."""


def page(rows: Iterable[Row]) -> str:
    """The whole page: a table for each manager, in which releases that fare alike share a column."""
    found = sorted(set(rows), key=lambda row: (row.manager, _order(row.release)))
    parts = [HEAD]
    for manager, of_manager in groupby(found, key=lambda row: row.manager):
        parts.append(f"## {manager}\n")
        parts.append(_table(list(of_manager)))
    parts.append("## Archives\n")
    parts.append("".join(f"- **{one.name}**: {one.says}\n" for one in INPUTS))
    parts.append("## Listed differences\n")
    parts.append("".join(f"- **{one.name}** ({one.manager}): {one.reason}\n" for one in DELIBERATE) or "None.\n")
    parts.append(NOT_JUDGED)
    return "\n".join(parts)


def _table(rows: Sequence[Row]) -> str:
    cells: dict[str, dict[str, dict[str, str]]] = {}
    for row in rows:
        # `json` and `json full` are two forms of one input.
        name, _, form = row.input.partition(" ")
        cells.setdefault(row.release, {}).setdefault(name, {})[form] = row.outcome
    order = {one.name: place for place, one in enumerate(INPUTS)}
    names = sorted(
        {name for seen in cells.values() for name in seen}, key=lambda name: (order.get(name, len(order)), name)
    )
    columns = [(release, tuple(_cell(seen.get(name, {})) for name in names)) for release, seen in cells.items()]
    groups = [(outcomes, [name for name, _ in alike]) for outcomes, alike in groupby(columns, key=lambda pair: pair[1])]
    if len(names) < _FEW:
        body = [_line([", ".join(map(_shown, releases)), *outcomes]) for outcomes, releases in groups]
        return "".join([*_heading(["release", *names]), *body])
    body = [_line([name, *(outcomes[place] for outcomes, _ in groups)]) for place, name in enumerate(names)]
    run = f"\nReleases: {', '.join(release for release, _ in columns)}.\n"
    return "".join([*_heading(["", *(_span(releases) for _, releases in groups)]), *body, run])


def _cell(forms: Mapping[str, str]) -> str:
    marks = {form: _MARKS.get(outcome, outcome) for form, outcome in sorted(forms.items())}
    if len(set(marks.values())) == 1:
        return next(iter(marks.values()))
    return ", ".join(f"{form}: {mark}".removeprefix(": ") for form, mark in marks.items())


def _order(release: str) -> tuple[tuple[int, ...], ...]:
    """Also of several releases, one after the other: 0.5.5,0.5.10."""
    return tuple(key(version) for version in release.split(","))


def _shown(release: str) -> str:
    return release.replace(",", " then ")


def _span(releases: Sequence[str]) -> str:
    return releases[0] if len(releases) == 1 else f"{releases[0]} to {releases[-1]}"


def _heading(cells: Sequence[str]) -> list[str]:
    return [_line(cells), _line(["---"] * len(cells))]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
