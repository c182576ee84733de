"""`pydiff cache dir|size|clean`."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from pydiff.cli import options
from pydiff.errors import CacheError


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        name="cache", help="Where downloads, trees and snapshots are kept.", rich_markup_mode=None, no_args_is_help=True
    )
    group.command("dir")(show_dir)
    group.command("size")(size)
    group.command("clean")(clean)
    app.add_typer(group)


def show_dir() -> None:
    """Print the folder."""
    sys.stdout.write(f"{options.settings().cache_dir}\n")


def size() -> None:
    """Print how much each kind of thing takes."""
    from pydiff.cache import ROOMS

    root = options.settings().cache_dir
    total = 0
    for room in ROOMS:
        taken = _bytes_below(root / room)
        total += taken
        sys.stdout.write(f"{room:<14} {_readable(taken):>10}\n")
    sys.stdout.write(f"{'total':<14} {_readable(total):>10}  {root}\n")


def clean() -> None:
    """Delete everything that is cached. Saved runs are kept."""
    from pydiff.cache import ROOMS, TAG_NAME, remove_tree

    root = options.settings().cache_dir
    if not root.exists():
        sys.stdout.write("nothing is cached\n")
        return
    if not (root / TAG_NAME).is_file():
        if not any((root / room).exists() for room in ROOMS):
            sys.stdout.write("nothing is cached\n")
            return
        raise CacheError(
            f"{root} has no {TAG_NAME}, so it may not be pydiff's", hint="delete it by hand if it is the right folder"
        )
    before = _bytes_below(root)
    for room in ROOMS:
        remove_tree(root / room)
    sys.stdout.write(f"{_readable(before - _bytes_below(root))} freed in {root}\n")


def _bytes_below(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())


def _readable(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
