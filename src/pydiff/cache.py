"""Where things are kept: folder names, locks, and the one way anything gets its final name (write aside, then rename)."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydiff.errors import CacheError
from pydiff.events import Notice, emit

Room = Literal["archives", "installations", "snapshots", "sources", "wheels", "lists", "tools", "locks", "tmp"]
ROOMS: tuple[Room, ...] = (
    "archives",
    "installations",
    "snapshots",
    "sources",
    "wheels",
    "lists",
    "tools",
    "locks",
    "tmp",
)
# https://bford.info/cachedir/ : backup programs leave such folders out, and `cache clean` deletes no folder without it.
TAG_NAME = "CACHEDIR.TAG"
TAG_TEXT = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder belongs to pydiff.\n"
# What a killed pydiff left in `tmp` is swept after this long; no stage of a run takes as much.
LEFTOVER_SECONDS = 24 * 3600.0


@contextmanager
def explained(what: str, where: Path) -> Iterator[None]:
    """Turn the operating system's refusals into errors that say what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise CacheError(
                f"no space left while {what} in {where}",
                hint="free some room (`pydiff cache size`, `pydiff cache clean`) or set PYDIFF_CACHE_DIR to a larger disk",
            ) from error
        if error.errno in {
            errno.EACCES,
            errno.EPERM,
            errno.EROFS,
            errno.ENOTDIR,
            errno.EISDIR,
            errno.ELOOP,
        }:
            raise CacheError(
                f"cannot write while {what}: {where} ({error.strerror})",
                hint="make the folder writable or set PYDIFF_CACHE_DIR to one that is",
            ) from error
        raise


@dataclass(frozen=True, slots=True)
class Cache:
    root: Path

    def room(self, name: Room) -> Path:
        """The folder of that kind of thing, made if need be. Raises CacheError."""
        folder = self.root / name
        if not folder.is_dir():
            with explained("making the cache", folder):
                try:
                    folder.mkdir(parents=True, exist_ok=True)
                except FileExistsError as error:
                    raise NotADirectoryError(errno.ENOTDIR, "not a folder", str(folder)) from error
                (self.root / TAG_NAME).write_text(TAG_TEXT)
        return folder

    @contextmanager
    def lock(self, key: str) -> Iterator[None]:
        """One holder per key over all processes and threads on this cache; blocks until it is free. Raises CacheError.

        The system lets go of it when its holder is killed. Not re-entrant: a holder that asks again waits for itself.
        """
        from filelock import FileLock, Timeout  # noqa: PLC0415 (60 ms)

        path = self.room("locks") / f"{key}.lock"
        with explained("taking a lock", path):
            lock = FileLock(path, is_singleton=False)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                emit(Notice(f"waiting for another pydiff that works on {key}"))
                lock.acquire()
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def scratch(self, prefix: str) -> Iterator[Path]:
        """A private folder on the same disk as the cache, removed at the end whatever happens. Raises CacheError."""
        self.sweep()
        with explained("making a scratch folder", self.root):
            folder = Path(tempfile.mkdtemp(prefix=f"{prefix}-", dir=self.room("tmp")))
        try:
            yield folder
        finally:
            remove_tree(folder)

    def sweep(self) -> None:
        """Remove what pydiffs that were killed left in `tmp`."""
        oldest = time.time() - LEFTOVER_SECONDS
        for leftover in self.room("tmp").iterdir():
            # Another pydiff may sweep at the same time.
            with suppress(OSError):
                if leftover.lstat().st_mtime < oldest:
                    remove_tree(leftover)

    def write(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        """Give `data` its final name in one step. Raises CacheError."""
        with explained("writing", path):
            handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    os.fchmod(handle, mode)
                    file.write(data)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise


def remove_tree(folder: Path) -> None:
    """Remove a folder even when a build left read-only folders in it."""

    def make_writable(_function: object, path: str, _error: object) -> None:
        Path(path).parent.chmod(0o700)
        target = Path(path)
        if target.is_dir() and not target.is_symlink():
            target.chmod(0o700)
            shutil.rmtree(target, ignore_errors=True)
        else:
            target.unlink(missing_ok=True)

    if folder.is_symlink() or folder.is_file():
        folder.unlink(missing_ok=True)
    elif not folder.exists():
        return
    elif sys.version_info >= (3, 12):
        shutil.rmtree(folder, onexc=make_writable)
    else:
        shutil.rmtree(folder, onerror=make_writable)
