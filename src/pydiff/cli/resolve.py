"""`pydiff resolve SPEC...`: what would be installed, without fetching it."""

from __future__ import annotations

from typing import Annotated

import typer

from pydiff.cli import options


def register(app: typer.Typer) -> None:
    app.command("resolve")(resolve)


def resolve(
    specs: Annotated[list[str], typer.Argument(metavar="SPEC")],
    as_of: options.AsOf = None,
    mirror: options.Mirror = None,
    offline: options.Offline = False,
    format_name: options.Format = "terminal",
    output: options.Output = None,
) -> None:
    """Say which archive a manager would install, from where, with which hash, and what it changes afterwards.

    \b
    Examples:
      pydiff resolve uv@0.5.5:3.9.12 mise@2024.11.37:3.9
      pydiff resolve uv:3.9 --as-of 2024-12-02 -f json
    """
    chosen = options.settings(as_of=as_of, mirror=mirror, offline=offline)
    options.check_report(format_name, output)
    from pydiff import managers
    from pydiff.cli.output import terminal_width, write_text
    from pydiff.report.resolutions import render_resolutions

    answers = [managers.resolve(managers.parse_spec(spec), chosen) for spec in specs]
    write_text(render_resolutions(answers, format_name, terminal_width(output)), output)
