"""`pydiff report RUN`: a saved run again, in any format."""

from __future__ import annotations

from typing import Annotated

import typer

from pydiff.cli import options


def register(app: typer.Typer) -> None:
    app.command("report")(report)


def report(
    run: Annotated[str, typer.Argument(metavar="RUN", help="An id, a run folder, a run.json, or `last`.")] = "last",
    format_name: options.Format = "terminal",
    output: options.Output = None,
) -> None:
    """Render a saved run, also one that was interrupted.

    \b
    Example:
      pydiff report last -f markdown -o ticket.md
    """
    chosen = options.settings()
    options.check_report(format_name, output)
    from pydiff.cli.output import write_report
    from pydiff.runs import load

    record, folder = load(run, chosen.state_dir)
    write_report(record, format_name, output, folder)
