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
    everything: options.All = False,
    families: options.Families = None,
    subjects: options.Subjects = None,
    severity: options.AtLeast = None,
    read_by: options.ReadBy = None,
) -> None:
    """Render a saved run, also one that was interrupted: on one screen, whole, or a part of its differences.

    \b
    Examples:
      pydiff report last -f markdown -o ticket.md
      pydiff report last --all
      pydiff report last --family sysconfig --subject 'LD*' --read-by setuptools
    """
    chosen = options.settings()
    options.check_report(format_name, output)
    shown = options.selection(
        everything=everything,
        families=families,
        subjects=subjects,
        severity=severity,
        readers=read_by,
        format_name=format_name,
    )
    from pydiff.cli.output import write_report
    from pydiff.runs import load

    record, folder = load(run, chosen.state_dir)
    write_report(record, format_name, output, folder, shown)
