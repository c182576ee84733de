"""The command `pydiff`: one file per command; only this package and `report` write to stdout and stderr."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pydiff import __version__
from pydiff.cli import build, cache, compare, diff, doctor, fetch, inspect, pack, report, resolve
from pydiff.cli.failure import run
from pydiff.cli.output import usable_streams

# rich_markup_mode=None: drawing the help with rich alone would cost more than the 150 ms that `--help` may take.
app = typer.Typer(
    name="pydiff",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (compare, diff, inspect, resolve, fetch, pack, build, report, cache, doctor):
    module.register(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"pydiff {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks instead of messages.")] = False,
) -> None:
    """Why does a package build under one Python and fail under another of the same version?

    Start with: pydiff compare 3.9 uwsgi==2.0.28

    Exit codes: 0 same, 1 divergence, 2 usage, 3 inconclusive, 4 environment or download failure, 125 internal error,
    130 interrupted.
    """


def main() -> None:
    """The entry point of the console script."""
    usable_streams()
    run(app, debug="--debug" in sys.argv[1:])
