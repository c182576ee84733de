"""`pydiff fetch SPEC...`: download and verify, or repack, and say where the archive is."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pydiff.cli import options
from pydiff.errors import NotInstallableError


def register(app: typer.Typer) -> None:
    app.command("fetch")(fetch)


def fetch(
    specs: Annotated[list[str], typer.Argument(metavar="SPEC")],
    as_of: options.AsOf = None,
    mirror: options.Mirror = None,
    offline: options.Offline = False,
    download_timeout: options.DownloadTimeout = None,
) -> None:
    """Download and verify the archive of each SPEC; prints its path, hash and what the hash was checked against.

    \b
    Example:
      pydiff fetch uv:3.12 pbs:3.9.20+20241016
    """
    chosen = options.settings(as_of=as_of, mirror=mirror, offline=offline, download_timeout=download_timeout)
    from pydiff import fetch as fetching
    from pydiff import managers
    from pydiff.cli.progress import display
    from pydiff.events import listening
    from pydiff.model.resolution import Prebuilt, Repack

    for spec in specs:
        with display() as listener, listening(listener):
            resolution = managers.resolve(managers.parse_spec(spec), chosen)
            if not isinstance(resolution, Prebuilt | Repack):
                raise NotInstallableError(
                    f"{spec}: there is no archive to fetch", hint=f"`pydiff resolve {spec}` says what it resolves to"
                )
            archive = fetching.fetch(resolution, chosen)
        checked = f"checked against {archive.verified}" if archive.verified else "no published hash to check against"
        sys.stdout.write(f"{archive.path}\n  sha256 {archive.sha256} ({checked})\n")
