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
    download_timeout: options.DownloadTimeout = None,
    timeout: options.Timeout = options.DEFAULT_TIMEOUT,
    sandbox: options.Sandbox = "auto",
    show_system_python: options.SystemPython = False,
    hide: options.Hide = "",
    format_name: options.Format = "terminal",
    output: options.Output = None,
) -> None:
    """Build PACKAGE under one Python in the sandbox; exit code 0 when it built, 1 when it did not.

    \b
    Example:
      pydiff build uv@0.5.5:3.9.12 uwsgi==2.0.28
    """
    chosen = options.settings(
        as_of=as_of,
        mirror=mirror,
        offline=offline,
        download_timeout=download_timeout,
        timeout=timeout,
        sandbox=sandbox,
        show_system_python=show_system_python,
        hide=hide,
    )
    options.check_report(format_name, output)
    from pydiff.cli.running import report_on
    from pydiff.pipeline import build_alone

    argv = options.arguments()
    finished = report_on(lambda: build_alone(spec, package, chosen, argv), format_name, output)
    side = finished.run.sides.left
    raise typer.Exit(ExitCode.SAME if side is not None and side.build.outcome == "built" else ExitCode.DIVERGENT)
