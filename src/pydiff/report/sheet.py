"""The answers of `resolve`, `inspect` and `build` as sections of rows, in every format, through the same door as a report."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from pydiff.report.markup import cell, item, prose, row, sentence, table_head
from pydiff.report.redact import redact_data, redactor
from pydiff.report.text import shown

_UNFOLDED = 2_000


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
    """`terminal`, `markdown` or `json`; ends in a line feed. Without a `width` nothing is folded, so that paths can be copied."""
    if format_name == "json":
        return msgspec.json.format(msgspec.json.encode(redact_data(sheet.data))).decode() + "\n"
    clean = redactor()
    sections = [_cleaned(section, clean) for section in sheet.sections]
    if format_name == "markdown":
        return "\n\n".join(map(_markdown, sections)) + "\n"
    return "\n\n".join(_terminal(section, width or _UNFOLDED) for section in sections) + "\n"


def _cleaned(section: Section, clean: Callable[[str], str]) -> Section:
    rows = tuple(tuple(map(clean, row)) for row in section.rows)
    return Section(clean(section.title), rows, section.columns, tuple(map(clean, section.notes)))


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
    for cells in section.rows:
        table.add_row(*(Text(shown(text)) for text in cells))
    if section.rows:
        console.print(table)
    for note in section.notes:
        console.print(Text(f"- {shown(note)}"))
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n")).strip("\n")


def _markdown(section: Section) -> str:
    lines = [f"### {prose(section.title)}"]
    if section.rows:
        lines += ["", table_head(*(section.columns or (" ", " "))), *(row(*map(cell, one)) for one in section.rows)]
    if section.notes:
        lines += ["", *(item(sentence(note)) for note in section.notes)]
    return "\n".join(lines)
