"""`pydiff resolve SPEC...`: what would be installed, without fetching it, by one release of a manager or by all of them."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from pydiff.cli import options

Day = Annotated[
    str | None,
    typer.Option("--at", "--as-of", metavar="DATE", help="Managers and lists as of this day (2024-12-02)."),
]
EveryRelease = Annotated[
    bool, typer.Option("--history", help="One row per change of answer over all releases of the manager.")
]


def register(app: typer.Typer) -> None:
    app.command("resolve")(resolve)


def resolve(
    specs: Annotated[list[str], typer.Argument(metavar="SPEC")],
    every_release: EveryRelease = False,
    as_of: Day = None,
    mirror: options.Mirror = None,
    offline: options.Offline = False,
    format_name: options.Format = "terminal",
    output: options.Output = None,
) -> None:
    """Say which archive a manager would install, from where, with which hash, and what it changes afterwards.

    Two specs are shown side by side, with what differs marked.

    \b
    Examples:
      pydiff resolve uv@0.5.5:3.9.12 mise@2024.11.37:3.9
      pydiff resolve uv:3.9 --at 2024-12-02 -f json
      pydiff resolve uv:3.9 --history
    """
    chosen = options.settings(as_of=as_of, mirror=mirror, offline=offline)
    options.check_report(format_name, output)
    from pydiff import managers
    from pydiff.cli.output import terminal_width, write_text

    width = terminal_width(output)
    colour = width is not None and "NO_COLOR" not in os.environ
    asked = [managers.parse_spec(spec) for spec in specs]
    if every_release:
        from pydiff.report.histories import render_histories

        histories = [managers.history(spec, chosen) for spec in asked]
        text = render_histories(histories, format_name, width, colour=colour)
    else:
        from pydiff.report.resolutions import render_resolutions

        answers = [managers.resolve(spec, chosen) for spec in asked]
        text = render_resolutions(answers, format_name, width, colour=colour)
    write_text(text, output)
