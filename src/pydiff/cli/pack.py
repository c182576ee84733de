"""`pydiff pack INTERPRETER`: a PBS-shaped archive of a local interpreter."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, get_args

import typer

from pydiff.errors import UsageError
from pydiff.model.asset import Flavor


def register(app: typer.Typer) -> None:
    app.command("pack")(pack)


def pack(
    interpreter: Annotated[
        Path, typer.Argument(metavar="INTERPRETER", help="A CPython built with a shared libpython.")
    ],
    destination: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where the archive goes.")] = Path(),
    tag: Annotated[str, typer.Option("--tag", help="Release date to put into the name.")] = "20990101",
    flavor: Annotated[
        str, typer.Option("--flavor", help="install_only, install_only_stripped or full.")
    ] = "install_only",
) -> None:
    """Make an archive of a local interpreter that is shaped like a python-build-standalone release.

    It is for tests, for offline demonstrations and for trying what a manager makes of a tree; it is not a PBS release.

    \b
    Example:
      pydiff pack /usr/bin/python3 --to mirror/20990101
    """
    chosen = next((known for known in get_args(Flavor) if known == flavor), None)
    if chosen is None:
        raise UsageError(f"unknown flavor {flavor!r}", hint=f"one of: {', '.join(get_args(Flavor))}")
    from pydiff.cli.progress import display
    from pydiff.events import listening
    from pydiff.fetch import pack as packing

    with display() as listener, listening(listener):
        asset = packing(interpreter, destination, tag=tag, flavor=chosen)
    sys.stdout.write(f"{asset.path}\n  sha256 {asset.sha256}\n")
