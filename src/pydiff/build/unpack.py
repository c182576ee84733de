"""Unpacking a source archive from a stranger: nothing leaves the folder, nothing but files, folders and inner links is made."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from pydiff.cache import explained
from pydiff.errors import ArchiveError, PackageError
from pydiff.install.headers import BoundedTar

_MOST_MEMBERS = 200_000
_MOST_BYTES = 4_000_000_000
_BLOCK = 1 << 20
_OUR_TROUBLE = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS))
"""The machine's fault, not the archive's."""

_BROKEN = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
    *(ValueError, OverflowError, RecursionError),
)
"""What the readers raise for damage: a number with thousands of digits, a time that is none, a chain of headers."""


@dataclass(frozen=True, slots=True)
class Member:
    path: str
    kind: Literal["file", "folder", "link", "copy"]
    """`copy` is a hard link; it becomes a file of its own."""
    mode: int = 0o644
    size: int = 0
    modified: float = 0.0
    target: str = ""
    """Of a link: as stored. Of a copy: the path of the other member."""
    open: Callable[[], IO[bytes] | None] = lambda: None
    """Of a file: its content."""


def unpack(archive: Path, name: str, folder: Path) -> Path:
    """Unpack the sdist `archive`, called `name`, into the new folder `folder`; its one top folder. Raises PackageError."""
    with _explained(name), explained("unpacking", folder):
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as file:
                _write_all(_zip_members(file), folder)
        else:
            with _opened(archive, name) as tar:
                _write_all(_tar_members(tar), folder)
    tops = sorted(folder.iterdir())
    if len(tops) != 1 or not tops[0].is_dir() or tops[0].is_symlink():
        raise PackageError(
            f"{name} is not an sdist: it holds {len(tops)} entries at its top instead of one folder",
            hint="an sdist has one folder, `name-version`, at its top",
        )
    return tops[0]


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except ArchiveError as error:
        raise PackageError(
            f"the sdist was refused: {name} {error}", hint="do not build this file; report it where you got it"
        ) from error
    except _BROKEN as error:
        raise PackageError(
            f"{name} cannot be unpacked: {error or type(error).__name__}",
            hint="the file is damaged or not an sdist; download it again",
        ) from error


def _opened(archive: Path, name: str) -> tarfile.TarFile:
    try:
        return BoundedTar.open(archive)
    except tarfile.ReadError as error:
        raise PackageError(
            f"{name} is not an sdist: neither a tar nor a zip archive", hint="name a .tar.gz or .zip sdist"
        ) from error


def _tar_members(tar: tarfile.TarFile) -> Iterator[Member]:
    for info in tar:
        if info.isreg():
            yield Member(info.name, "file", info.mode, info.size, info.mtime, open=partial(tar.extractfile, info))
        elif info.isdir():
            yield Member(info.name, "folder", info.mode)
        elif info.issym():
            yield Member(info.name, "link", target=info.linkname)
        elif info.islnk():
            yield Member(info.name, "copy", info.mode, 0, info.mtime, info.linkname)
        else:
            raise _hostile(info.name, "is a device or a pipe")


def _zip_members(file: zipfile.ZipFile) -> Iterator[Member]:
    for info in file.infolist():
        mode = info.external_attr >> 16
        if stat.S_ISLNK(mode):
            raise _hostile(info.filename, "is a link, which a zip sdist cannot have")
        kind: Literal["file", "folder"] = "folder" if info.is_dir() else "file"
        yield Member(info.filename, kind, mode & 0o777 or 0o644, info.file_size, open=partial(file.open, info))


def _hostile(path: str, what: str) -> PackageError:
    return PackageError(
        f"the sdist was refused: its member {path!r} {what}", hint="do not build this file; report it where you got it"
    )


def _safe(path: str) -> PurePosixPath:
    """The member's path below the folder. Raises PackageError for one that leaves it."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\0" in path or "\\" in path:
        raise _hostile(path, "would be written outside its folder")
    return pure


def _write_all(members: Iterator[Member], folder: Path) -> None:
    """Files first and links last, so that no file can be written through a link."""
    listed = []
    total = 0
    for member in members:
        total += member.size
        listed.append(member)
        if len(listed) > _MOST_MEMBERS or total > _MOST_BYTES:
            raise PackageError(
                f"the sdist was refused: it unpacks to more than {_MOST_MEMBERS:,} files or {_MOST_BYTES // 10**9} GB",
                hint="build it by hand if this is really what you want",
            )
    folder.mkdir(parents=True)
    for kind in ("folder", "file", "copy", "link"):
        for member in listed:
            if member.kind == kind:
                _write(member, folder)
    for member in listed:
        if member.kind == "link":
            _check_link(member, folder)


def _write(member: Member, folder: Path) -> None:
    path = folder / _safe(member.path)
    try:
        match member.kind:
            case "folder":
                path.mkdir(parents=True, exist_ok=True)
            case "file":
                _write_file(member, path)
            case "copy":
                _copy(member, folder)
            case "link":
                _link(member, folder)
    except OSError as error:
        if error.errno in _OUR_TROUBLE:
            raise
        raise _hostile(member.path, f"cannot be made beside the others: {error.strerror}") from error


def _write_file(member: Member, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    opened = member.open()
    if opened is None:
        raise tarfile.ReadError(f"{member.path} has no content")
    with opened as source, path.open("wb") as target:
        left = member.size
        while left > 0 and (block := source.read(min(_BLOCK, left))):
            target.write(block)
            left -= len(block)
    path.chmod(0o755 if member.mode & 0o100 else 0o644)
    if member.modified > 0:  # generated files must not look older than their sources
        os.utime(path, (member.modified, member.modified))


def _copy(member: Member, folder: Path) -> None:
    source, path = folder / _safe(member.target), folder / _safe(member.path)
    if not source.is_file() or path.is_dir():
        raise _hostile(member.path, f"is a hard link to {member.target!r}, which is not a file of the sdist")
    path.parent.mkdir(parents=True, exist_ok=True)
    if source != path:
        shutil.copy2(source, path)


def _link(member: Member, folder: Path) -> None:
    relative = _safe(member.path)
    place = PurePosixPath(os.path.normpath(relative.parent / member.target))
    if PurePosixPath(member.target).is_absolute() or ".." in place.parts or place.parts[:1] != relative.parts[:1]:
        raise _hostile(member.path, f"is a link to {member.target!r}, outside its folder")
    path = folder / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise _hostile(member.path, "lies below a link that leaves the folder")
    path.symlink_to(member.target)


def _check_link(member: Member, folder: Path) -> None:
    """A chain of links can lead out although each of them looks harmless."""
    try:
        inside = (folder / member.path).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a circle
        inside = False
    if not inside:
        raise _hostile(member.path, "is a link that leads out of its folder, or nowhere")
