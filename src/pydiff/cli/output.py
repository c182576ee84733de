"""Where a rendered report goes: stdout, or a file that appears whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pydiff.model.record import Run


def write_report(run: Run, format_name: str, output: Path | None, folder: Path) -> None:
    """Render `run` and write it. Colour and width follow the terminal when stdout is one."""
    from pydiff.report import render

    on_terminal = output is None and sys.stdout.isatty()
    width = None
    if on_terminal:
        width = os.get_terminal_size(sys.stdout.fileno()).columns
    text = render(
        run,
        format_name,
        width=width,
        colour=on_terminal and "NO_COLOR" not in os.environ,
        folder=str(folder),
    )
    write_text(text, output)


def write_text(text: str, output: Path | None) -> None:
    """Raises CacheError when the file cannot be written."""
    if output is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
        return
    from pydiff.cache import Cache, explained

    with explained("writing the report", output):
        output.parent.mkdir(parents=True, exist_ok=True)
        Cache(output.parent).write(output.absolute(), text.encode())
