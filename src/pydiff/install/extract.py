"""Lay an archive out in a folder, as the tools do, trusting nothing in it."""

from __future__ import annotations

import errno
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydiff.cache import explained
from pydiff.errors import ArchiveError
from pydiff.install.headers import BoundedTar
from pydiff.install.names import Names, member_path
from pydiff.install.unpacked import CHUNK, Unpacked, unpacked

# Real trees, full ones included, have 4,000 to 6,000 files, and full archives some thousand objects more.
MAX_MEMBERS = 200_000
# Of a full archive, what no tool keeps. Links in them are judged like all others, their bytes are skipped.
LEFT_OUT = {"build", "licenses"}
INSTALL = ("install",)


def extract(archive: Path, folder: Path) -> Path:
    """Extract into `folder`, which is empty, and return where in it the tree is.

    The top folder of the archive is dropped, and of a full archive only what is below `install/` is the tree. Modes are the umask's
    default, with x for all where any x was set, and times are now, as uv does it. Raises ArchiveError and CacheError; a failed
    extraction leaves files in `folder`, which the caller throws away.
    """
    try:
        with unpacked(archive) as stream:
            extraction = _Extraction(stream, folder)
            extraction.run()
    except ArchiveError as error:
        hint = error.hint or "fetch it again, or tell whoever published it"
        raise ArchiveError(f"{archive.name} {error}", hint=hint) from error
    return folder.joinpath(*extraction.root)


@dataclass(slots=True)
class _Extraction:
    stream: Unpacked
    destination: Path
    names: Names = field(default_factory=Names)
    made: set[tuple[str, ...]] = field(default_factory=lambda: {()})
    """Folders that exist."""
    top: str = ""
    """The folder that holds everything: `python`."""

    def run(self) -> None:
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
        self.names.check_links(self.root)

    @property
    def root(self) -> tuple[str, ...]:
        """Where the tree is: below `install/` in a full archive, which holds objects and licences beside it."""
        return INSTALL if self.names.kinds.get(INSTALL) == "dir" else ()

    def _member(self, member: tarfile.TarInfo) -> None:
        path = self._below_top(member.name)
        if not path:
            if not member.isdir():
                raise ArchiveError(f"has something else than a folder at its top: {member.name!r}")
            return
        kept = path[0] not in LEFT_OUT
        where = self.destination.joinpath(*path)
        if member.isdir():
            self.names.add(path, "dir")
            if kept:
                self._folder(path)
        elif member.issym():
            self.names.add_link(path, member.linkname)
            if kept:
                self._folder(path[:-1])
                with _making(where):
                    where.symlink_to(member.linkname)
        elif member.islnk():
            self._hard_link(path, where, member)
        elif member.isreg() and not member.issparse():
            self.names.add(path, "file")
            if kept:
                self._folder(path[:-1])
                self._file(where, member)
        else:
            raise ArchiveError(f"has a device, pipe or other special file: {member.name!r}")

    def _below_top(self, name: str) -> tuple[str, ...]:
        parts = member_path(name)
        if not parts:
            return ()
        self.top = self.top or parts[0]
        if parts[0] != self.top:
            raise ArchiveError(f"has more than one folder at its top: {self.top!r} and {parts[0]!r}")
        return parts[1:]

    def _hard_link(self, path: tuple[str, ...], where: Path, member: tarfile.TarInfo) -> None:
        target = self._below_top(member.linkname)
        if self.names.kinds.get(target) != "file" or (target[0] in LEFT_OUT) != (path[0] in LEFT_OUT):
            raise ArchiveError(
                f"has a hard link to something that is no file of it: {member.name!r} -> {member.linkname!r}"
            )
        self.names.add(path, "file")
        if path[0] not in LEFT_OUT:
            self._folder(path[:-1])
            with _making(where):
                where.hardlink_to(self.destination.joinpath(*target))

    def _folder(self, path: tuple[str, ...]) -> None:
        if path in self.made:
            return
        self._folder(path[:-1])
        where = self.destination.joinpath(*path)
        with _making(where):
            where.mkdir()
        self.made.add(path)

    def _file(self, where: Path, member: tarfile.TarInfo) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        with _making(where):
            handle = os.open(where, flags, 0o777 if member.mode & 0o111 else 0o666)
        with os.fdopen(handle, "wb") as file:
            left = member.size
            while left:
                data = self.stream.read(min(CHUNK, left))
                if not data:
                    raise ArchiveError("ends too early: it was cut short")
                with explained("extracting", where):
                    file.write(data)
                left -= len(data)


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
