"""From a run record to something a person reads. Everything that leaves goes through redaction first, in every format."""

from __future__ import annotations

from pydiff.errors import UsageError
from pydiff.model.record import Run
from pydiff.model.selection import NOTHING_SELECTED, Selection
from pydiff.report.interface import ReportFormat, Style
from pydiff.report.redact import redact, redactor

__all__ = ["ReportFormat", "Style", "redact", "render"]


def render(
    run: Run,
    format: str,  # noqa: A002 (as in --format)
    *,
    width: int | None = None,
    colour: bool = False,
    folder: str = "",
    selection: Selection = NOTHING_SELECTED,
) -> str:
    """The report, redacted. `width` in columns, for the terminal; `folder` is where the run is kept; `selection` is what of it
    is shown. Raises UsageError.
    """
    from pydiff.report.formats import FORMATS  # noqa: PLC0415 (100 ms that `resolve` and `inspect` do not need)

    chosen = next((one for one in FORMATS if one.name == format), None)
    if chosen is None:
        raise UsageError(f"unknown format {format!r}", hint=f"one of: {', '.join(one.name for one in FORMATS)}")
    return chosen.render(redact(run), Style(width, colour, redactor()(folder), selection))
