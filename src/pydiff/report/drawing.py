"""Text as rich draws it on a terminal: nothing in it is markup, `code` has a colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydiff.report.text import exact, shown, spans

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_LONGEST = 10_000
"""Characters that are looked at for a line."""
SEVERITY_COLOURS = {"breaks": "red", "changes": "yellow", "cosmetic": "dim"}


def plain(text: str, style: str = "") -> Text:
    from rich.text import Text  # noqa: PLC0415 (rich costs 60 ms, and only this format needs it)

    return Text(shown(text), style=style, overflow="fold")


def sentence(text: str, style: str = "") -> Text:
    """`code` in colour where there is colour, in backticks where there is none."""
    from rich.text import Text  # noqa: PLC0415 (as above)

    line = Text(style=style, overflow="fold")
    for is_code, part in spans(shown(text)):
        line.append(f"`{part}`" if is_code else part, "cyan" if is_code else "")
    return line


def table(*columns: str) -> Table:
    """Over the whole width, the last two columns of equal width."""
    from rich import box  # noqa: PLC0415 (as above)
    from rich.table import Table  # noqa: PLC0415 (as above)

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for number, name in enumerate(columns):
        last = number >= max(1, len(columns) - 2)
        drawn.add_column(plain(name), overflow="fold", ratio=1 if last else None, max_width=None if last else 26)
    drawn.expand = True
    return drawn


def hanging(console: Console, line: Text, hang: int, first: int = 0) -> None:
    """What does not fit one line goes on below, `hang` to the right."""
    from rich.padding import Padding  # noqa: PLC0415 (as above)

    if first + line.cell_len <= console.width and "\n" not in line.plain:
        console.print(Padding(line, (0, 0, 0, first)))
        return
    head, *rest = line.wrap(console, max(10, console.width - hang - (2 if first else 0)))
    console.print(Padding(head, (0, 0, 0, first)))
    if rest:
        console.print(Padding(plain("\n").join(rest), (0, 0, 0, hang + (2 if first else 0))))


def squeezed(text: str, width: int) -> str:
    """On one line of at most `width` cells, what is left out in the middle: the end of a path tells most."""
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 (as above)

    line = exact(text, _LONGEST)
    if cell_len(line) <= width:
        return line
    if width < 2:
        return "…"[:width]
    head = (width - 1) // 3
    tail = width - 1 - head
    # Cells and not characters: a name may be in a script of wide ones.
    return f"{set_cell_size(line, head).rstrip()}…{set_cell_size(line[::-1], tail).rstrip()[::-1]}"


def cut(text: str, width: int) -> str:
    """On one line of at most `width` cells, what is left out at the end: for sentences and lists."""
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 (as above)

    line = exact(text, _LONGEST)
    return line if cell_len(line) <= width else set_cell_size(line, max(0, width - 1)).rstrip() + "…" * (width > 0)


def names_within(names: Sequence[str], total: int, width: int) -> str:
    """As many names as `width` cells hold, then how many more of `total` there are; the first is squeezed if it must be."""
    from rich.cells import cell_len  # noqa: PLC0415 (as above)

    for count in range(min(len(names), 12), 0, -1):
        more = f" +{total - count:,}" if total > count else ""
        text = ", ".join(exact(name) for name in names[:count]) + more
        if cell_len(text) <= width:
            return text
    more = f" +{total - 1:,}" if total > 1 else ""
    return squeezed(names[0], width - len(more)) + more
