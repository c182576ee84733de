"""The answers of `resolve`, `inspect` and `build` as sections of rows, in every format, through the same door as a report."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from pydiff.report.markup import cell, item, prose, row, sentence, table_head
from pydiff.report.redact import redact_data, redactor
from pydiff.report.text import shown

if TYPE_CHECKING:
    from rich.text import Text

UNFOLDED = 2_000
"""Columns where nobody counts them: a file or a pipe."""
Tone = Literal["", "dim", "changed"]
_STYLES: dict[Tone, str] = {"": "", "dim": "dim", "changed": "bold"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A text of a table with its weight, which only a terminal with colours shows."""

    text: str
    tone: Tone = ""


Row = tuple[str | Cell, ...]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]
    columns: tuple[str, ...] = ()
    """Empty: the rows are (name, value) pairs without a heading."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    sections: tuple[Section, ...]
    data: Any
    """The same answer as JSON data."""


def render_sheet(sheet: Sheet, format_name: str, width: int | None = None, *, colour: bool = False) -> str:
    """`terminal`, `markdown` or `json`; ends in a line feed. Without a `width` nothing is folded, so that paths can be copied."""
    if format_name == "json":
        return msgspec.json.format(msgspec.json.encode(redact_data(sheet.data))).decode() + "\n"
    clean = redactor()
    sections = [_cleaned(section, clean) for section in sheet.sections]
    if format_name == "markdown":
        return "\n\n".join(map(_markdown, sections)) + "\n"
    return "\n\n".join(_terminal(section, width or UNFOLDED, colour=colour) for section in sections) + "\n"


def plain(cell: str | Cell) -> str:
    return cell.text if isinstance(cell, Cell) else cell


def _cleaned(section: Section, clean: Callable[[str], str]) -> Section:
    rows = tuple(tuple(_clean_cell(one, clean) for one in row) for row in section.rows)
    columns = tuple(map(clean, section.columns))
    return Section(clean(section.title), rows, columns, tuple(map(clean, section.notes)))


def _clean_cell(cell: str | Cell, clean: Callable[[str], str]) -> str | Cell:
    return replace(cell, text=clean(cell.text)) if isinstance(cell, Cell) else clean(cell)


def _terminal(section: Section, width: int, *, colour: bool) -> str:
    from rich import box  # noqa: PLC0415 (60 ms, and only this format needs it)
    from rich.console import Console  # noqa: PLC0415 (as above)
    from rich.table import Table  # noqa: PLC0415 (as above)
    from rich.text import Text  # noqa: PLC0415 (as above)

    out = io.StringIO()
    console = Console(
        file=out,
        width=max(40, width),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
    )
    console.print(Text(shown(section.title), "bold"))
    table = Table(
        box=box.SIMPLE_HEAD if section.columns else None,
        show_header=bool(section.columns),
        pad_edge=False,
        show_edge=False,
        padding=(0, 2, 0, 0),
    )
    count = max([len(section.columns), *(len(row) for row in section.rows)], default=0)
    for index in range(count):
        table.add_column(Text(shown(section.columns[index]) if section.columns else ""), overflow="fold")
    for cells in section.rows:
        table.add_row(*map(_text, cells))
    if section.rows:
        console.print(table)
    for note in section.notes:
        console.print(Text(f"- {shown(note)}"))
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n")).strip("\n")


def _text(cell: str | Cell) -> Text:
    from rich.text import Text  # noqa: PLC0415 (as above)

    return Text(shown(plain(cell)), _STYLES[cell.tone] if isinstance(cell, Cell) else "")


def _markdown(section: Section) -> str:
    lines = [f"### {prose(section.title)}"]
    if section.rows:
        head = map(prose, section.columns or (" ", " "))
        lines += [
            "",
            table_head(*(text or " " for text in head)),
            *(row(*map(_markdown_cell, one)) for one in section.rows),
        ]
    if section.notes:
        lines += ["", *(item(sentence(note)) for note in section.notes)]
    return "\n".join(lines)


def _markdown_cell(one: str | Cell) -> str:
    """Each line of a cell after a break of its own."""
    return "<br>".join(map(cell, plain(one).split("\n")))
