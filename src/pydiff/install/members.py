"""The members of an archive, one after the other: judged, placed where a manager puts them, and handed on. Nothing in them is trusted."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydiff.errors import ArchiveError, InstallError
from pydiff.install.headers import BoundedTar
from pydiff.install.names import Names, member_path
from pydiff.install.unpacked import CHUNK, Unpacked, unpacked
from pydiff.model.resolution import Unpacking

_LARGEST_MODE = 0o177777
"""With the bits for the kind of file, which some archivers write. A tar header can hold any number, negative ones too."""
Parts = tuple[str, ...]
"""A path, relative to the folder that all is laid out in."""
# Real trees, full ones included, have 4,000 to 6,000 files, and full archives some thousand objects more.
MAX_MEMBERS = 200_000
# The static libpython of a debug build has a tenth of this. Whole files are held in memory to look at them.
MAX_FILE = 512_000_000
# Of a full archive, what a tool that keeps `install/` alone does not keep. Links in them are judged like all others, their bytes are skipped.
LEFT_OUT = {"build", "licenses"}
INSTALL = ("install",)
DESCRIPTION = ("PYTHON.json",)
"""The first file of a full archive."""


class Sink(Protocol):
    """Where members go. Folders that the archive only implies are not told of."""

    def folder(self, path: Parts, mode: int | None) -> None:
        """`mode` is the archive's; None for a folder that the manager makes."""
        ...

    def file(self, path: Parts, mode: int, data: Iterator[bytes]) -> None:
        """`data` are its bytes in pieces, which need not be taken."""
        ...

    def link(self, path: Parts, target: str) -> None: ...

    def hard_link(self, path: Parts, target: Parts, mode: int) -> None:
        """`target` is a file that was handed on before."""
        ...


@dataclass(frozen=True, slots=True)
class Walked:
    tree: Parts
    """What becomes the manager's folder."""
    inside: str
    """Where in it the prefix of the Python is: "", or `install`, `python`, `python/install`."""


def walk(archive: Path, unpacking: Unpacking, sink: Sink) -> Walked:
    """Hand every member on that this manager keeps. Raises ArchiveError and InstallError (the manager fails on such an archive)."""
    try:
        with unpacked(archive) as stream:
            return _Walk(stream, unpacking, sink).run()
    except ArchiveError as error:
        hint = error.hint or "fetch it again, or tell whoever published it"
        raise ArchiveError(f"{archive.name} {error}", hint=hint) from error


@dataclass(slots=True)
class _Walk:
    stream: Unpacked
    unpacking: Unpacking
    sink: Sink
    names: Names = field(default_factory=Names)
    top: str = ""
    """The folder that holds everything: `python`."""

    def run(self) -> Walked:
        self._read()
        if self.unpacking.top_left:
            self.names.add((self.top,), "dir")
            self.sink.folder((self.top,), None)
        full = self.names.kinds.get(INSTALL) == "dir"
        tree = INSTALL if self.unpacking.full == "install" and full else ()
        # Of a full archive, of which `install/` alone is kept, no link may leave that folder.
        self.names.check_links(tree)
        inside = (*self._base, *(INSTALL if self.unpacking.full == "whole" and full else ()))
        return Walked(tree, "/".join(inside))

    def _read(self) -> None:
        members = 0
        try:
            with BoundedTar.open(fileobj=self.stream, mode="r:") as tar:  # type: ignore[call-overload]  # read, tell, seek
                while (member := tar.next()) is not None:
                    members += 1
                    if members > MAX_MEMBERS:
                        raise ArchiveError(f"has more than {MAX_MEMBERS:,} members")
                    self._member(member)
                    # tarfile keeps every member it has seen; nothing here asks for one again.
                    tar.members.clear()
        except tarfile.TarError as error:
            raise ArchiveError(f"is damaged: {error}") from error
        except (UnicodeError, ValueError) as error:
            raise ArchiveError(f"is damaged: a name or number in it cannot be read ({error})") from error
        except RecursionError as error:
            raise ArchiveError("is damaged: it has a long chain of extension headers") from error
        # tarfile takes a header that it cannot read for the end; the real end is a block of zeros.
        if not members or self.stream.last.strip(b"\0") or len(self.stream.last) != tarfile.BLOCKSIZE:
            raise ArchiveError("ends too early, or a header in it is damaged")
        self.stream.drain()

    @property
    def _base(self) -> Parts:
        return (self.top,) if self.unpacking.top_kept else ()

    def _member(self, member: tarfile.TarInfo) -> None:
        path = self._judged(member)
        kept, where = self._is_kept(path), (*self._base, *path)
        if member.isdir():
            if path:
                self.names.add(path, "dir")
            if kept:
                self.sink.folder(where, member.mode)
        elif member.issym():
            self.names.add_link(path, member.linkname)
            if kept:
                self.sink.link(where, member.linkname)
        elif member.islnk():
            self._hard_link(path, member, kept=kept)
        elif member.isreg() and not member.issparse():
            if member.size > MAX_FILE:
                raise ArchiveError(
                    f"has a file of {member.size:,} bytes, {member.name!r}: none of a Python is so large"
                )
            self.names.add(path, "file")
            if kept:
                self.sink.file(where, member.mode, self._bytes(member.size))
        else:
            raise ArchiveError(f"has a device, pipe or other special file: {member.name!r}")

    def _judged(self, member: tarfile.TarInfo) -> Parts:
        """Where the member goes."""
        if not 0 <= member.mode <= _LARGEST_MODE:
            raise ArchiveError(f"is damaged: {member.mode} cannot be the mode of {member.name!r}")
        path = self._placed(self._below_top(member.name))
        if not path and not member.isdir():
            raise ArchiveError(f"has something else than a folder at its top: {member.name!r}")
        return path

    def _bytes(self, left: int) -> Iterator[bytes]:
        while left:
            data = self.stream.read(min(CHUNK, left))
            if not data:
                raise ArchiveError("ends too early: it was cut short")
            left -= len(data)
            yield data

    def _below_top(self, name: str) -> Parts:
        parts = member_path(name)
        if not parts:
            return ()
        self.top = self.top or parts[0]
        if parts[0] != self.top:
            raise ArchiveError(f"has more than one folder at its top: {self.top!r} and {parts[0]!r}")
        return parts[1:]

    def _placed(self, path: Parts) -> Parts:
        """Where a member goes: one level up when `install/`, which stays behind empty, is lifted."""
        if self.unpacking.full != "lifted" or path[:1] != INSTALL or path == INSTALL:
            return path
        self.names.add(INSTALL, "dir")
        self.sink.folder((*self._base, *INSTALL), None)
        return path[1:]

    def _is_kept(self, path: Parts) -> bool:
        left_out = self.unpacking.full == "install" and DESCRIPTION in self.names.kinds and path[:1]
        return not left_out or path[0] not in LEFT_OUT

    def _hard_link(self, path: Parts, member: tarfile.TarInfo, *, kept: bool) -> None:
        target = self._placed(self._below_top(member.linkname))
        if self.names.kinds.get(target) != "file" or self._is_kept(target) != kept:
            raise ArchiveError(
                f"has a hard link to something that is no file of it: {member.name!r} -> {member.linkname!r}"
            )
        if not self.unpacking.hard_links:
            raise InstallError(
                f"this version of the manager fails on a hard link, and the archive has one: {member.name}",
                hint="another version of the manager, or `pbs:`, takes it",
            )
        self.names.add(path, "file")
        if kept:
            self.sink.hard_link((*self._base, *path), (*self._base, *target), member.mode)
