"""Make a manager's changes to an extracted tree."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from pydiff.cache import explained
from pydiff.errors import InstallError
from pydiff.install.names import Names
from pydiff.install.tree import FolderTree
from pydiff.model.change import Change, FileEdit, MakeLink, WriteFile


def apply(change: Change, root: Path, prefix: PurePosixPath, folder: Path | None = None) -> bool:
    """Make one change to the tree at `root`, which will live at `prefix`. Raises InstallError and CacheError.

    `folder` is the manager's own, when that is above `root`.

    All its edits are computed before the first is made, so that a change sees the tree as the change before it left it.
    False when the tree gave it nothing to do.
    """
    edits = tuple(change.apply(FolderTree(root), prefix))
    for edit in edits:
        beside = isinstance(edit, WriteFile) and edit.beside
        where = _place(edit, folder if beside and folder else root, change)
        with explained(f"applying {change.name}", where):
            _make_room(where)
            match edit:
                case WriteFile():
                    _write(where, edit)
                case MakeLink(target=target):
                    _check_target(edit, root, prefix, change)
                    where.unlink(missing_ok=True)
                    where.symlink_to(target)
    return bool(edits)


def _place(edit: FileEdit, root: Path, change: Change) -> Path:
    path = PurePosixPath(edit.path)
    where = root / path
    real_parent = Path(os.path.realpath(where.parent))
    outside = path.is_absolute() or not path.parts or ".." in path.parts
    if outside or not real_parent.is_relative_to(os.path.realpath(root)):
        raise InstallError(f"{change.name} would write outside the tree: {edit.path}")
    if where.is_dir() and not where.is_symlink():
        raise InstallError(f"{change.name} would replace a folder: {edit.path}")
    return where


def _check_target(edit: MakeLink, root: Path, prefix: PurePosixPath, change: Change) -> None:
    """Mise links to absolute paths below the prefix, uv to relative ones; neither may lead out."""
    target = PurePosixPath(edit.target)
    inside = target.is_relative_to(prefix) and ".." not in target.parts
    if not target.is_absolute():
        # An unknown name stands for a plain file, so only the words of the two paths decide.
        inside = Names().resolve((*PurePosixPath(edit.path).parent.parts, *edit.target.split("/"))) is not None
        resolved = os.path.realpath((root / edit.path).parent / edit.target)
        inside = inside and Path(resolved).is_relative_to(os.path.realpath(root))
    if not inside:
        raise InstallError(f"{change.name} would link out of the tree: {edit.path} -> {edit.target}")


def _make_room(where: Path) -> None:
    where.parent.mkdir(parents=True, exist_ok=True)


def _write(where: Path, edit: WriteFile) -> None:
    """Replace the file (or the link) in one step; a hard link elsewhere in the tree keeps what it had."""
    mode = edit.mode
    if mode is None and not edit.fresh and where.is_file() and not where.is_symlink():
        mode = stat.S_IMODE(where.lstat().st_mode)
    aside = where.with_name(f".{where.name}.pydiff")
    aside.write_bytes(edit.data)
    if mode is not None:
        aside.chmod(mode)
    aside.replace(where)
