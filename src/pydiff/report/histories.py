"""What `pydiff resolve --history` says: a row for each change of answer, in which only what changed is written out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from pydiff.managers.histories import Answer, HashKnown, History, Refused, Release, Row, hash_known
from pydiff.model.resolution import Compiled, InPlace, Prebuilt, Repack
from pydiff.report import sheet
from pydiff.report.deltas import all_lines, delta_lines
from pydiff.report.resolutions import resolution_data
from pydiff.report.sheet import Cell, Section, Sheet, render_sheet
from pydiff.report.text import plural

# Below this many columns each row is a block of lines.
_TABLE = 140
_SAME = "·"
_HASH: dict[HashKnown, str] = {"own": "in its list", "elsewhere": "not in its list", "": "none known"}
_CHANGES = "changes after extraction"

Cells = dict[str, str]
"""Column -> text; every row has the same columns, with "-" where there is nothing to say."""


def render_histories(
    histories: Sequence[History], format_name: str, width: int | None = None, *, colour: bool = False
) -> str:
    """`terminal`, `markdown` or `json`; several below each other. JSON is a list, each element of which is

    {"spec": "uv:3.9", "manager": "uv", "target": "linux-x86_64-gnu", "notes": ["…"],
     "rows": [{"from": {"version": "0.5.9", "date": "2024-12-13"}, "to": {"version", "date"}, "releases": 1,
               "changed": ["changes after extraction", …],                  columns of the table that differ from the row before
               "changes": ["+ sysconfig rewritten: …", …],                   what came (+), went (-) or is done otherwise (~)
               "hash": "own|elsewhere|",                                     whose list has the hash of the archive
               "answer": as `pydiff resolve -f json` gives it for `from`,
                         or {"kind": "refused", "reason": "…", "hint": "…"}}, …]}
    """
    sections: list[Section] = []
    for history in histories:
        rows = _told(history)
        if format_name == "terminal" and width is not None and width < _TABLE:
            sections += _blocks(history, rows)
        else:
            sections.append(_table(history, rows))
    data = [_data(history) for history in histories]
    return render_sheet(Sheet(tuple(sections), data), format_name, width, colour=colour)


def _told(history: History) -> list[tuple[Row, Cells, set[str]]]:
    """Each row with its cells and the columns that differ from the row before."""
    told: list[tuple[Row, Cells, set[str]]] = []
    before: Row | None = None
    for row in history.rows:
        cells, changed = _cells(row.answer), set(_cells(row.answer))
        if before is not None:
            was = _cells(before.answer)
            cells[_CHANGES] = "\n".join(_changes(before.answer, row.answer)) or _SAME
            changed = {name for name in cells if name != _CHANGES and cells[name] != was[name]}
            changed |= {_CHANGES} if cells[_CHANGES] != _SAME else set()
        if before is not None and not changed:
            cells, was = _cells(row.answer, whole=True), _cells(before.answer, whole=True)
            changed = {name for name in cells if cells[name] != was[name]}
        told.append((row, cells, changed))
        before = row
    return told


def _cells(answer: Answer, *, whole: bool = False) -> Cells:
    """`whole` writes out what the columns cut short, for a row that differs in nothing else."""
    match answer:
        case Prebuilt(asset=asset):
            options = f", {'+'.join(asset.build_options)}" if asset.build_options else ""
            return {
                "Python": asset.version,
                "PBS": asset.tag or "-",
                "archive": asset.name if whole else f"{asset.flavor}{options}",
                "from": ", ".join(asset.urls if whole else map(_host, asset.urls)) or asset.path,
                "hash": f"{asset.sha256} {asset.hash_source}" if whole else _HASH[hash_known(answer)],
                _CHANGES: "\n".join(all_lines(answer)),
            }
        case Repack(interpreter=interpreter, version=version):
            return _single(version, f"repacked from {interpreter}", "\n".join(all_lines(answer)))
        case InPlace(interpreter=interpreter, version=version):
            return _single(version, f"in place, {interpreter}", "nothing")
        case Compiled(version=version, reason=reason):
            return _single(version, "compiled", f"compiled from source: {reason}")
        case Refused(reason=reason):
            return _single("-", "none", f"no such build: {reason}")


def _single(version: str, archive: str, changes: str) -> Cells:
    return {"Python": version, "PBS": "-", "archive": archive, "from": "-", "hash": "-", _CHANGES: changes}


def _changes(before: Answer, after: Answer) -> list[str]:
    """What it does otherwise than the row before; all of it after a row that laid out nothing."""
    if isinstance(after, Prebuilt | Repack) and isinstance(before, Prebuilt | Repack):
        return delta_lines(before, after)
    return _cells(after)[_CHANGES].split("\n")


def _host(url: str) -> str:
    """`releases.astral.sh`; of GitHub with the owner, since the project moved."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"{host}/{parts.path.split('/')[1]}" if host == "github.com" else host


def _table(history: History, rows: Sequence[tuple[Row, Cells, set[str]]]) -> Section:
    lines: list[sheet.Row] = []
    for row, cells, changed in rows:
        versions = _range(row.first.version, row.last.version)
        days = _range(row.first.day, row.last.day)
        told = [Cell(text, "changed") if name in changed else Cell(_SAME, "dim") for name, text in cells.items()]
        lines.append((versions, days, *told))
    columns = (history.spec.manager, "released", *rows[0][1])
    return Section(_title(history), tuple(lines), columns, notes=history.notes)


def _blocks(history: History, rows: Sequence[tuple[Row, Cells, set[str]]]) -> list[Section]:
    head = Section(_title(history), (), notes=history.notes)
    blocks = []
    for row, cells, changed in rows:
        versions = _range(row.first.version, row.last.version)
        title = f"{history.spec.manager} {versions}  ({_range(row.first.day, row.last.day)})"
        lines = [
            ("changes" if name == _CHANGES else name, text)
            for name, text in cells.items()
            if name in changed and text != "-"
        ]
        blocks.append(Section(title, tuple(lines)))
    return [head, *blocks]


def _title(history: History) -> str:
    first, last = history.rows[0].first, history.rows[-1].last
    releases = sum(row.releases for row in history.rows)
    return (
        f"{history.spec.text} for {history.spec.target}: {plural(len(history.rows), 'answer')} of {plural(releases, 'release')}, "
        f"{history.spec.manager} {first.version} ({first.day}) to {last.version} ({last.day})"
    )


def _range(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def _data(history: History) -> dict[str, Any]:
    return {
        "spec": history.spec.text,
        "manager": history.spec.manager,
        "target": str(history.spec.target),
        "notes": list(history.notes),
        "rows": [_row(row, cells, changed) for row, cells, changed in _told(history)],
    }


def _row(row: Row, cells: Cells, changed: set[str]) -> dict[str, Any]:
    return {
        "from": _release(row.first),
        "to": _release(row.last),
        "releases": row.releases,
        "changed": [name for name in cells if name in changed],
        "changes": cells[_CHANGES].split("\n") if _CHANGES in changed else [],
        "hash": "" if isinstance(row.answer, Refused) else hash_known(row.answer),
        "answer": _answer(row.answer),
    }


def _release(release: Release) -> dict[str, str]:
    return {"version": release.version, "date": release.day}


def _answer(answer: Answer) -> dict[str, Any]:
    if isinstance(answer, Refused):
        return {"kind": "refused", "reason": answer.reason, "hint": answer.hint}
    return resolution_data(answer)
