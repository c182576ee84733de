"""The answers of `resolve`, `inspect` and `build` as sections of rows, in every format, through the same door as a report."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import msgspec

from pydiff.report.redact import redactor
from pydiff.report.text import one_line, shown

_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...] = ()
    """Empty: the rows are (name, value) pairs without a heading."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    sections: tuple[Section, ...]
    data: Any
    """The same answer as JSON data."""


def render_sheet(sheet: Sheet, format_name: str, width: int | None = None) -> str:
    """`terminal`, `markdown` or `json`; ends in a line feed."""
    clean = redactor()
    if format_name == "json":
        return clean(msgspec.json.format(msgspec.json.encode(sheet.data)).decode()) + "\n"
    draw = _markdown if format_name == "markdown" else _terminal
    return clean("\n\n".join(draw(section, width or _WIDTH) for section in sheet.sections)) + "\n"


def _terminal(section: Section, width: int) -> str:
    from rich import box  # noqa: PLC0415 (60 ms, and only this format needs it)
    from rich.console import Console  # noqa: PLC0415 (as above)
    from rich.table import Table  # noqa: PLC0415 (as above)
    from rich.text import Text  # noqa: PLC0415 (as above)

    out = io.StringIO()
    console = Console(file=out, width=max(40, width), color_system=None, legacy_windows=False)
    console.print(Text(shown(section.title)))
    table = Table(
        box=box.SIMPLE_HEAD if section.columns else None,
        show_header=bool(section.columns),
        pad_edge=False,
        show_edge=False,
        padding=(0, 2, 0, 0),
    )
    count = max([len(section.columns), *(len(row) for row in section.rows)], default=0)
    for index in range(count):
        table.add_column(Text(section.columns[index] if section.columns else ""), overflow="fold")
    for row in section.rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    if section.rows:
        console.print(table)
    for note in section.notes:
        console.print(Text(f"- {shown(note)}"))
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n")).strip("\n")


def _markdown(section: Section, _width: int) -> str:
    lines = [f"### {_cell(section.title)}", ""]
    if section.rows:
        columns = section.columns or ("", "")
        lines += ["| " + " | ".join(map(_cell, columns)) + " |", "|" + "---|" * len(columns)]
        lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in section.rows]
    if section.notes:
        lines += ["", *(f"- {_cell(note)}" for note in section.notes)]
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Text that cannot end its cell, its line, or become markup."""
    flat = one_line(text, limit=1000)
    for mark in "\\`*_[]<>|#@":
        flat = flat.replace(mark, "\\" + mark)
    return flat
