"""`pydiff build SPEC PACKAGE`: one side alone."""

from __future__ import annotations

from typing import Annotated

import typer

from pydiff.cli import options
from pydiff.errors import ExitCode


def register(app: typer.Typer) -> None:
    app.command("build")(build)


def build(
    spec: Annotated[str, typer.Argument(metavar="SPEC")],
    package: Annotated[str, typer.Argument(metavar="PACKAGE")],
    as_of: options.AsOf = None,
    mirror: options.Mirror = None,
    offline: options.Offline = False,
    timeout: options.Timeout = options.DEFAULT_TIMEOUT,
    sandbox: options.Sandbox = "auto",
    show_system_python: options.SystemPython = False,
    hide: options.Hide = "",
    format_name: options.Format = "terminal",
    output: options.Output = None,
) -> None:
    """Build PACKAGE under one Python in the sandbox; exit code 0 when it built, 1 when it did not.

    Example:
      pydiff build uv@0.5.5:3.9.12 uwsgi==2.0.28

    """
    chosen = options.settings(
        as_of=as_of,
        mirror=mirror,
        offline=offline,
        timeout=timeout,
        sandbox=sandbox,
        show_system_python=show_system_python,
        hide=hide,
    )
    options.check_format(format_name)
    from pydiff.cli.output import terminal_width, write_text
    from pydiff.cli.progress import display
    from pydiff.events import listening
    from pydiff.model.build import Built
    from pydiff.pipeline import build_alone
    from pydiff.report.single import render_build

    with display() as listener, listening(listener):
        built = build_alone(spec, package, chosen)
    write_text(render_build(built.build, built.side, built.folder, format_name, terminal_width(output)), output)
    raise typer.Exit(ExitCode.SAME if isinstance(built.build.record.outcome, Built) else ExitCode.DIVERGENT)
