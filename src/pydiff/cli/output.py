"""Where a rendered report goes: stdout, or a file that appears whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pydiff.model.record import Run
from pydiff.model.selection import NOTHING_SELECTED, Selection


def write_report(
    run: Run, format_name: str, output: Path | None, folder: Path, selection: Selection = NOTHING_SELECTED
) -> None:
    """Render `run`, or what `selection` picks of it, and write it. Colour and width follow the terminal when stdout is one."""
    from pydiff.report import render

    width = terminal_width(output)
    colour = width is not None and "NO_COLOR" not in os.environ
    text = render(run, format_name, width=width, colour=colour, folder=str(folder), selection=selection)
    write_text(text, output)


def terminal_width(output: Path | None) -> int | None:
    """Columns of the terminal that is written to; None for a file or a pipe."""
    if output is None and sys.stdout.isatty():
        return os.get_terminal_size(sys.stdout.fileno()).columns
    return None


def write_text(text: str, output: Path | None) -> None:
    """Raises CacheError when the file cannot be written."""
    if output is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
        return
    from pydiff.cache import Cache
    from pydiff.errors import CacheError

    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        Cache(output.parent).write(output.absolute(), text.encode())
    except OSError as error:
        raise CacheError(
            f"cannot write the report to {output}: {error.strerror}",
            hint="`pydiff report last -o FILE` writes it elsewhere",
        ) from error
