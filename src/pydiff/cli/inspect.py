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
    download_timeout: options.DownloadTimeout = None,
    format_name: options.Format = "terminal",
    output: options.Output = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every variable of every finding, and every fact of the tree.")
    ] = False,
) -> None:
    """Show the facts of a Python that builds ask for, and what it says about itself that is not so.

    What its own files, or this machine, do not bear out is told with the consequence for a build and the known remedy, worst first.

    \b
    Examples:
      pydiff inspect uv@0.5.5:3.9.12
      pydiff inspect path:/usr/bin/python3 -f json
      pydiff inspect mise:3.9 --all
    """
    chosen = options.settings(as_of=as_of, mirror=mirror, offline=offline, download_timeout=download_timeout)
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
    text = render_inspection(tree, facts, found, format_name, terminal_width(output), everything=everything)
    write_text(text, output)
