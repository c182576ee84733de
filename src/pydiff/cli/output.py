"""Where a rendered report goes: stdout, or a file that appears whole or not at all."""

from __future__ import annotations

import codecs
import io
import os
import sys
from pathlib import Path

from pydiff.model.record import Run
from pydiff.model.selection import NOTHING_SELECTED, Selection

# What reports are drawn with, for terminals and pipes that have no such letters.
_PLAIN = str.maketrans(
    {"≠": "!=", "→": "->", "…": "...", "•": "*", "·": "-", "─": "-", "✔": "ok", "✘": "failed", "≈": "~"}
)


def usable_streams() -> None:
    """Let stdout and stderr take every text: a closed one swallows it, one that is not Unicode gets the nearest letters it has."""
    codecs.register_error("pydiff", _nearest)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115, PTH123 (stays open as long as the process)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="pydiff")


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return error.object[error.start : error.end].translate(_PLAIN).encode("ascii", "replace").decode(), error.end


def write_report(
    run: Run, format_name: str, output: Path | None, folder: Path, selection: Selection = NOTHING_SELECTED
) -> None:
    """Render `run`, or what `selection` picks of it, and write it. Colour and width follow the terminal when stdout is one."""
    from pydiff.report import render

    width = terminal_width(output)
    colour = width is not None and "NO_COLOR" not in os.environ
    width = width or asked_width(output)
    text = render(run, format_name, width=width, colour=colour, folder=str(folder), selection=selection)
    write_text(text, output)


def _write_file(data: bytes, file: Path) -> None:
    """Whole or not at all; but a device or pipe is written to, and never replaced."""
    from pydiff.cache import Cache
    from pydiff.install.modes import umask_here

    if file.exists() and not file.is_file():
        file.write_bytes(data)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o666 & ~umask_here()
    Cache(file.parent).write(file, data, mode)


def terminal_width(output: Path | None) -> int | None:
    """Columns of the terminal that is written to; None for a file or a pipe."""
    if output is None and sys.stdout.isatty():
        return os.get_terminal_size(sys.stdout.fileno()).columns
    return None


def asked_width(output: Path | None) -> int | None:
    """What COLUMNS says, for what is written to a pipe; None where it says nothing, and for a file."""
    said = os.environ.get("COLUMNS", "")
    return int(said) if output is None and said.isascii() and said.isdecimal() and 0 < len(said) < 6 else None


def write_text(text: str, output: Path | None) -> None:
    """Raises CacheError when the file cannot be written."""
    if output is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
        return
    from pydiff.errors import CacheError

    try:
        _write_file(text.encode(), output.resolve())
    except OSError as error:
        raise CacheError(
            f"cannot write the report to {output}: {error.strerror}",
            hint="`pydiff report last -o FILE` writes it elsewhere",
        ) from error
