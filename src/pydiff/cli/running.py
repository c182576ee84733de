"""Run a comparison with a live display, then write its report; also the report of a run that stopped early."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import typer

from pydiff.cli.failure import say, show
from pydiff.cli.output import write_report
from pydiff.cli.progress import display
from pydiff.errors import ExitCode, PydiffError
from pydiff.events import listening
from pydiff.model.record import Verdict
from pydiff.model.selection import NOTHING_SELECTED, Selection
from pydiff.model.settings import Settings
from pydiff.pipeline import Comparison, Finished, StoppedError, compare

EXIT_CODES: dict[Verdict, ExitCode] = {
    "same": ExitCode.SAME,
    "divergent": ExitCode.DIVERGENT,
    "inconclusive": ExitCode.INCONCLUSIVE,
}


def run_and_report(
    asked: Comparison, settings: Settings, format_name: str, output: Path | None, selection: Selection
) -> ExitCode:
    """Returns the exit code of the verdict. Leaves by typer.Exit when the run stopped early."""
    finished = report_on(lambda: compare(asked, settings), format_name, output, selection)
    return EXIT_CODES[finished.run.verdict]


def report_on(
    work: Callable[[], Finished], format_name: str, output: Path | None, selection: Selection = NOTHING_SELECTED
) -> Finished:
    """Do the work under a live display and write its report. Leaves by typer.Exit when the run stopped early."""
    try:
        with display() as listener, listening(listener):
            finished = work()
    except StoppedError as stopped:
        raise typer.Exit(_stopped(stopped, format_name, output, selection)) from stopped
    write_report(finished.run, format_name, output, finished.folder, selection)
    if output is not None:
        sys.stderr.write(f"{finished.run.headline}\nreport: {output}\n")
    return finished


def _stopped(stopped: StoppedError, format_name: str, output: Path | None, selection: Selection) -> ExitCode:
    """The message, and the partial report where there is already something in it."""
    if isinstance(stopped.cause, PydiffError):
        code = show(stopped.cause)
    else:
        say("interrupted")
        code = ExitCode.INTERRUPTED
    if stopped.run.sides.left is not None:
        if output is not None:
            write_report(stopped.run, format_name, output, stopped.folder, selection)
        sys.stderr.write(f"what was found until then: pydiff report {stopped.run.id}\n")
    return code
