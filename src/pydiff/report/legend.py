"""The legend of a report: what `{prefix}` and the other roles in it stand for, on each side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from pydiff.model.record import Difference, Role, Run
from pydiff.report import view
from pydiff.report.apart import apart, distinct
from pydiff.report.budget import Section
from pydiff.report.markup import cell, code, row, table_head
from pydiff.report.text import exact

TITLE = "What the names in braces stand for"
_ABSENT = "not known"
_SHORTEST = 8
"""Cells of a value below which it says nothing."""


def lines(run: Run, rows: Sequence[Role] | None = None) -> list[str]:
    """A line for each role of `rows`, else of the run, the one needed most first: `{prefix}  left: /usr · right: /opt/python (where ...)`."""
    rows = run.legend if rows is None else rows
    width = max((len(one.role) for one in rows), default=0)
    labels = view.labels(run)
    return [f"{one.role:{width}}  {_values(one, labels)} ({one.meaning})" for one in rows]


def of_differences(run: Run, differences: Iterable[Difference]) -> list[Role]:
    """The roles of the run that occur in these."""
    return of_texts(
        run, (text for one in differences for text in (one.subject, *one.also, one.left, one.right, one.detail) if text)
    )


def of_texts(run: Run, texts: Iterable[str]) -> list[Role]:
    said = "\n".join(texts)
    return [one for one in run.legend if one.role in said]


def line_within(run: Run, one: Role, width: int) -> str:
    """A role on one line, with as much as there is room for, and never without what both sides have; "" where that has none."""
    from rich.cells import cell_len  # noqa: PLC0415 (rich costs 60 ms, and only this format needs it)

    labels = view.labels(run)
    said = [f"{one.role}  {_values(one, names)}" for names in (labels, ("left", "right"))]
    for text in (f"{said[0]} ({one.meaning})", *said):
        if cell_len(text) <= width:
            return text
    known = [exact(value) for value in dict.fromkeys((one.left, one.right)) if value is not None]
    room = (width - cell_len(one.role) - 2) // max(1, len(known)) - len(" · right: ")
    if room < _SHORTEST or not known:
        return ""
    short = apart(known[0], known[-1], room, room)
    # Shortened or not, what differs has to look so.
    if len(known) > 1 and not distinct(*short):
        return ""
    left, right = (None if value is None else short[known.index(exact(value))] for value in (one.left, one.right))
    return f"{one.role}  {_values(replace(one, left=left, right=right), ('left', 'right'))}"


def section(run: Run) -> Iterator[Section]:
    """The legend folded away, for Markdown; nothing where there is no role."""
    if not run.legend:
        return
    count = view.columns(run)
    head = table_head("name", *(cell(label) for label in view.labels(run)[:count]), "stands for")
    rows = tuple(
        row(code(one.role), *(_code(value) for value in (one.left, one.right)[:count]), cell(one.meaning))
        for one in run.legend
    )
    title = f"<details><summary>{TITLE[0].lower()}{TITLE[1:]}</summary>\n\n{head}"
    yield Section(title, rows, "\n</details>", what="names of the legend", usefulness=85)


def _code(value: str | None) -> str:
    return code(value, 300) if value is not None else _ABSENT


def _values(one: Role, labels: tuple[str, str]) -> str:
    """Once where both sides have the same; only what is known."""
    if one.left == one.right and one.left is not None:
        return exact(one.left)
    sides = zip(labels, (one.left, one.right), strict=True)
    return " · ".join(f"{label}: {exact(value)}" for label, value in sides if value is not None)
