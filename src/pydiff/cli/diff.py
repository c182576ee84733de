"""`pydiff diff SPEC SPEC`: two trees, any platform; nothing that was downloaded is executed."""

from __future__ import annotations

from typing import Annotated

import typer

from pydiff.cli import options


def register(app: typer.Typer) -> None:
    app.command("diff")(diff)


def diff(
    left: Annotated[str, typer.Argument(metavar="SPEC")],
    right: Annotated[str, typer.Argument(metavar="SPEC")],
    as_of: options.AsOf = None,
    mirror: options.Mirror = None,
    offline: options.Offline = False,
    download_timeout: options.DownloadTimeout = None,
    format_name: options.Format = "terminal",
    output: options.Output = None,
    everything: options.All = False,
    families: options.Families = None,
    subjects: options.Subjects = None,
    severity: options.AtLeast = None,
    read_by: options.ReadBy = None,
) -> None:
    """Compare two Pythons, file by file and variable by variable, without building anything or running what was downloaded.

    \b
    Examples:
      pydiff diff uv@0.5.5:3.9.12 uv@0.13.0:3.9.12
      pydiff diff pyenv:3.9 pbs:3.9.20+20241016
      pydiff diff pyenv:3.9 pyenv:3.10 --family sysconfig --severity changes
    """
    chosen = options.settings(as_of=as_of, mirror=mirror, offline=offline, download_timeout=download_timeout)
    options.check_report(format_name, output)
    shown = options.selection(
        everything=everything,
        families=families,
        subjects=subjects,
        severity=severity,
        readers=read_by,
        format_name=format_name,
    )
    from pydiff.cli.running import run_and_report
    from pydiff.pipeline import Comparison

    asked = Comparison(left=left, right=right, python=f"{left} {right}", argv=options.arguments())
    raise typer.Exit(run_and_report(asked, chosen, format_name, output, shown))
