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
        bool, typer.Option("--all", help="Show every variable of every finding, and every fact of the tree.")
    ] = False,
    families: options.Families = None,
    subjects: options.Subjects = None,
    severity: options.AtLeast = None,
    run: Annotated[
        bool,
        typer.Option(
            "--run/--no-run",
            help="Ask the interpreter too, in the sandbox, if this machine can run it. (One that is in place is asked where it is anyway.)",
        ),
    ] = True,
    sandbox: options.Sandbox = "auto",
) -> None:
    """Show the facts of a Python that builds ask for, and what it says about itself that is not so.

    What its own files, this machine, or the interpreter itself when it runs, do not bear out is told with the consequence for a build and the known remedy, worst first.

    \b
    Examples:
      pydiff inspect uv@0.5.5:3.9.12
      pydiff inspect path:/usr/bin/python3 -f json
      pydiff inspect mise:3.9 --all --no-run
      pydiff inspect uv:3.12 --family sysconfig --subject 'LD*'
    """
    chosen = options.settings(
        as_of=as_of, mirror=mirror, offline=offline, download_timeout=download_timeout, sandbox=sandbox
    )
    options.check_report(format_name, output)
    shown = options.selection(
        everything=everything, families=families, subjects=subjects, severity=severity, format_name=format_name
    )
    from pydiff import managers
    from pydiff.cli.output import terminal_width, write_text
    from pydiff.cli.progress import display
    from pydiff.events import listening
    from pydiff.pipeline import installation
    from pydiff.report.inspection import render_inspection
    from pydiff.snapshot import snapshot
    from pydiff.snapshot.contradictions import contradictions
    from pydiff.snapshot.contradictions.fitting import fitting
    from pydiff.snapshot.probe import with_runtime

    with display() as listener, listening(listener):
        tree = installation(managers.parse_spec(spec), chosen)
        facts = snapshot(tree, chosen)
        if run:
            facts = with_runtime(facts, tree, chosen)
        found = fitting(contradictions(facts), tree.resolution)
    text = render_inspection(tree, facts, found, format_name, terminal_width(output), selection=shown)
    write_text(text, output)
