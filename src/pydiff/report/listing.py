"""Differences in full: by family, worst first, whole values, flags by what they do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydiff.model.record import Difference, Run
from pydiff.report import changes, view
from pydiff.report.drawing import SEVERITY_COLOURS, hanging, plain
from pydiff.report.text import exact

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_INDENT = 10
_UNCUT = 1_000_000


@dataclass(frozen=True, slots=True)
class Listing:
    run: Run
    console: Console

    def write(self, differences: Sequence[Difference]) -> None:
        """`differences` in the order in which each family shall tell its own."""
        families: dict[str, list[Difference]] = {}
        for one in differences:
            families.setdefault(one.family, []).append(one)
        for family, members in families.items():
            counted = ", ".join(f"{number:,} {severity}" for severity, number in view.counts(members).items() if number)
            self.console.print()
            self.console.print(plain(f"{family}: {counted}", "bold"))
            for one in members:
                self._difference(one)

    def _difference(self, one: Difference) -> None:
        head = plain(f"{one.severity:8}  ", SEVERITY_COLOURS[one.severity])
        head.append_text(plain(", ".join((one.subject, *one.also)), "bold"))
        unnamed = one.count - 1 - len(one.also)
        if unnamed > 0 and one.family != "files":
            head.append_text(plain(f" and {unnamed:,} more, which the record does not name"))
        # A value of a few words stands beside its name.
        short = self._short(one)
        if short and len(head.plain) + len(short) + 2 <= self.console.width:
            head.append_text(plain(f"  {short}"))
            short = ""
            values: list[Text] = []
        else:
            values = list(self._values(one))
        hanging(self.console, head, _INDENT)
        for line in values:
            hanging(self.console, line, _INDENT, _INDENT)
        for text in _remarks(one):
            hanging(self.console, plain(text, "dim"), _INDENT, _INDENT)

    def _short(self, one: Difference) -> str:
        if changes.tokens(one) is not None:
            return ""
        return " → ".join(view.value(text, _UNCUT) for text in (one.left, one.right))

    def _values(self, one: Difference) -> Iterator[Text]:
        labels = view.labels(self.run)
        width = max(map(len, labels))
        for sign, label, text in zip("-+", labels, (one.left, one.right), strict=True):
            line = plain(f"{sign} {label.ljust(width)}  ", "green" if sign == "-" else "red")
            line.append_text(plain(view.value(text, _UNCUT)))
            yield line
        found = changes.tokens(one)
        for kind, flags in found.by_kind() if found else ():
            line = plain(f"{kind:<14}", "dim")
            for flag in flags:
                line.append_text(plain(f"{flag}  ", {"-": "green", "+": "red"}.get(flag[:1], "yellow")))
            line.rstrip()
            yield line


def _remarks(one: Difference) -> Iterator[str]:
    """Who asks for it, and what no value says: the names of files and symbols."""
    if one.read_by:
        yield f"read by {exact(', '.join(one.read_by), _UNCUT)}"
    elif one.asked_by:
        yield f"asked for by {', '.join(one.asked_by)}"
    if one.detail and not one.detail.startswith(("-", "+")):
        yield exact(one.detail, _UNCUT)
