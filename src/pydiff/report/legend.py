"""The legend of a report: what `{prefix}` and the other roles in it stand for, on each side."""

from __future__ import annotations

from collections.abc import Iterator

from pydiff.model.record import Role, Run
from pydiff.report import view
from pydiff.report.budget import Section
from pydiff.report.markup import cell, code, row, table_head
from pydiff.report.text import exact

TITLE = "What the names in braces stand for"
_ABSENT = "not known"


def lines(run: Run) -> list[str]:
    """A line for each role, the one that is needed most first: `{prefix}  left: /usr · right: /opt/python (where ...)`."""
    width = max((len(one.role) for one in run.legend), default=0)
    labels = view.labels(run)
    return [f"{one.role:{width}}  {_values(one, labels)} ({one.meaning})" for one in run.legend]


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
