"""`pydiff inspect SPEC`: one tree, and where it contradicts itself."""

from __future__ import annotations

from typing import Annotated

import typer

from pydiff.cli import options


def register(app: typer.Typer) -> None:
    app.command("inspect")(inspect)


def inspect(
    spec: Annotated[str, typer.Argument(metavar="SPEC")],
    as_of: options.AsOf = None,
    mirror: options.Mirror = None,
    offline: options.Offline = False,
    format_name: options.Format = "terminal",
    output: options.Output = None,
) -> None:
    """Show what a Python says about itself that its own files, or this machine, do not bear out.

    \b
    Examples:
      pydiff inspect uv@0.5.5:3.9.12
      pydiff inspect path:/usr/bin/python3 -f json
    """
    chosen = options.settings(as_of=as_of, mirror=mirror, offline=offline)
    options.check_report(format_name, output)
    from pydiff import managers
    from pydiff.cli.output import terminal_width, write_text
    from pydiff.cli.progress import display
    from pydiff.events import listening
    from pydiff.pipeline import installation
    from pydiff.report.inspection import render_inspection
    from pydiff.snapshot import contradictions, snapshot

    with display() as listener, listening(listener):
        tree = installation(managers.parse_spec(spec), chosen)
        facts = snapshot(tree, chosen)
        found = contradictions(facts)
    write_text(render_inspection(tree, facts, found, format_name, terminal_width(output)), output)
