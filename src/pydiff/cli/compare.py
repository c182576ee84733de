"""`pydiff compare PYTHON [PACKAGE]`: the main job."""

from __future__ import annotations

from typing import Annotated

import typer

from pydiff.cli import options
from pydiff.errors import UsageError


def register(app: typer.Typer) -> None:
    app.command("compare")(compare)


def compare(
    python: Annotated[str, typer.Argument(metavar="PYTHON", help="3.9, 3.9.12, 3.13t, host, host-3.9, an archive.")],
    package: Annotated[
        str | None,
        typer.Argument(metavar="PACKAGE", help="name==version, name, an sdist, a folder, a URL or git+URL."),
    ] = None,
    left: Annotated[
        str | None, typer.Option("--left", metavar="SPEC", help="Left side, instead of mise:PYTHON.")
    ] = None,
    right: Annotated[
        str | None, typer.Option("--right", metavar="SPEC", help="Right side, instead of uv:PYTHON.")
    ] = None,
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
    everything: options.All = False,
    families: options.Families = None,
    subjects: options.Subjects = None,
    severity: options.AtLeast = None,
    read_by: options.ReadBy = None,
) -> None:
    """Compare the Python that mise installs with the one uv installs, and the build of PACKAGE under each.

    Without PACKAGE only the two trees are compared.

    \b
    Examples:
      pydiff compare 3.9 uwsgi==2.0.28
      pydiff compare host uwsgi==2.0.28 --left mise@2024.12.15 --right uv@0.5.5
      pydiff compare 3.12 ./my-package --left pyenv -f markdown -o ticket.md
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

    asked = Comparison(
        left=side_spec(left, "mise", python),
        right=side_spec(right, "uv", python),
        python=python,
        package=package,
        argv=options.arguments(),
    )
    raise typer.Exit(run_and_report(asked, chosen, format_name, output, shown))


def side_spec(given: str | None, manager: str, python: str) -> str:
    """`--left mise@2024.12.15` alone means that manager with the PYTHON of the command.

    >>> side_spec("uv@0.5.5", "uv", "3.9")
    'uv@0.5.5:3.9'
    >>> side_spec(None, "mise", "host")
    'mise:host'
    """
    from pydiff.managers import manager_names

    if given is None:
        if python.partition(":")[0].partition("@")[0] in manager_names() and ":" in python:
            raise UsageError(
                f"PYTHON is a version, `host` or an archive, but {python!r} names a manager",
                hint=f"`pydiff compare {python.partition(':')[2]} --left {python}` or `pydiff diff SPEC SPEC`",
            )
        return f"{manager}:{python}"
    if ":" not in given and given.partition("@")[0] in manager_names():
        return f"{given}:{python}"
    return given
