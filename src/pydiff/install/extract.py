"""Lay an archive out in a folder, as the tools do."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydiff.cache import explained
from pydiff.errors import ArchiveError
from pydiff.install.members import Parts, walk
from pydiff.install.modes import MODES, Modes
from pydiff.model.resolution import UNPACKED_AS_UV, Unpacking

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True)
class Extracted:
    tree: Path
    """What becomes the manager's folder."""
    inside: str
    """Where in it the prefix of the Python is: "", or `install`, `python`, `python/install`."""


def extract(archive: Path, folder: Path, unpacking: Unpacking = UNPACKED_AS_UV) -> Extracted:
    """Extract into `folder`, which is empty, the way a manager does; times are now.

    Raises ArchiveError, InstallError (the manager fails on such an archive) and CacheError; a failed extraction leaves files in
    `folder`, which the caller throws away.
    """
    disk = _Disk(folder, MODES[unpacking.modes])
    walked = walk(archive, unpacking, disk)
    disk.finish()
    return Extracted(folder.joinpath(*walked.tree), walked.inside)


@dataclass(slots=True)
class _Disk:
    destination: Path
    modes: Modes
    made: set[Parts] = field(default_factory=set)
    """Folders that exist."""
    modes_of_folders: dict[Parts, int] = field(default_factory=dict)
    """As the archive has them."""

    def folder(self, path: Parts, mode: int | None) -> None:
        self._folder(path)
        if mode is not None and (wanted := self.modes.folder(mode)) is not None:
            self.modes_of_folders[path] = wanted

    def file(self, path: Parts, mode: int, data: Iterator[bytes]) -> None:
        self._folder(path[:-1])
        where = self._where(path)
        with _making(where):
            # Without a file object around it: of thousands of small files that would be a third of the time.
            handle = os.open(where, _NEW, self.modes.created(mode))
            try:
                for piece in data:
                    _write(handle, piece)
                if self.modes.written is not None:
                    wanted = self.modes.written(mode, os.fstat(handle).st_mode)
                    if wanted is not None:
                        where.chmod(wanted)
            finally:
                os.close(handle)

    def link(self, path: Parts, target: str) -> None:
        self._folder(path[:-1])
        with _making(where := self._where(path)):
            where.symlink_to(target)

    def hard_link(self, path: Parts, target: Parts, mode: int) -> None:
        self._folder(path[:-1])
        with _making(where := self._where(path)):
            where.hardlink_to(self._where(target))
            if (wanted := self.modes.linked(mode, where.stat().st_mode)) is not None:
                where.chmod(wanted)

    def finish(self) -> None:
        """Modes of folders come last, so that one without w takes its files; the deepest first, so that one without x hides no other."""
        for path, mode in sorted(self.modes_of_folders.items(), reverse=True):
            with _making(where := self._where(path)):
                where.chmod(mode)

    def _where(self, path: Parts) -> Path:
        return self.destination.joinpath(*path)

    def _folder(self, path: Parts) -> None:
        if path in self.made:
            return
        if path:
            self._folder(path[:-1])
        with _making(where := self._where(path)):
            where.mkdir(exist_ok=not path)
        self.made.add(path)


def _write(handle: int, data: bytes) -> None:
    written = os.write(handle, data)
    while written < len(data):
        written += os.write(handle, data[written:])


@contextmanager
def _making(where: Path) -> Iterator[None]:
    try:
        with explained("extracting", where):
            yield
    except FileExistsError as error:
        raise ArchiveError(f"has two members that this disk cannot tell apart: {where.name!r}") from error
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise ArchiveError(f"has a name that is too long: {where.name[:60]!r}…") from error
        raise
