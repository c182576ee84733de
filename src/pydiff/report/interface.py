"""What a report format is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from pydiff.model.record import Run
from pydiff.model.selection import Selection


@dataclass(frozen=True, slots=True)
class Style:
    """How to render, where the format has a choice."""

    width: int | None = None
    """Columns; None for the format's own."""
    colour: bool = False
    folder: str = ""
    """Where the run is kept; empty when it is not."""
    selection: Selection = field(default_factory=Selection)
    """Which differences are shown; the record (`json`) is always whole."""


class ReportFormat(Protocol):
    """One format. It gets a run that is redacted already."""

    @property
    def name(self) -> str:
        """As in `--format`."""
        ...

    def render(self, run: Run, style: Style) -> str:
        """The whole report, ending in a line feed. Never raises for a valid run, however odd the text in it."""
        ...
