"""Run a comparison with a live display, then write its report; also the report of a run that stopped early."""

from __future__ import annotations

import sys
from pathlib import Path

from pydiff.cli.failure import say, show
from pydiff.cli.output import write_report
from pydiff.cli.progress import display
from pydiff.errors import ExitCode, PydiffError
from pydiff.events import listening
from pydiff.model.record import Verdict
from pydiff.model.settings import Settings
from pydiff.pipeline import Comparison, StoppedError, compare

EXIT_CODES: dict[Verdict, ExitCode] = {
    "same": ExitCode.SAME,
    "divergent": ExitCode.DIVERGENT,
    "inconclusive": ExitCode.INCONCLUSIVE,
}


def run_and_report(asked: Comparison, settings: Settings, format_name: str, output: Path | None) -> ExitCode:
    """Returns the exit code of the verdict, or of what stopped the run."""
    try:
        with display() as listener, listening(listener):
            finished = compare(asked, settings)
    except StoppedError as stopped:
        return _stopped(stopped, format_name, output)
    write_report(finished.run, format_name, output, finished.folder)
    if output is not None:
        sys.stderr.write(f"{finished.run.headline}\nreport: {output}\n")
    return EXIT_CODES[finished.run.verdict]


def _stopped(stopped: StoppedError, format_name: str, output: Path | None) -> ExitCode:
    """The message, and the partial report where there is already something in it."""
    if isinstance(stopped.cause, PydiffError):
        code = show(stopped.cause)
    else:
        say("interrupted")
        code = ExitCode.INTERRUPTED
    if stopped.run.sides.left is not None:
        if output is not None:
            write_report(stopped.run, format_name, output, stopped.folder)
        sys.stderr.write(f"what was found until then: pydiff report {stopped.run.id}\n")
    return code
