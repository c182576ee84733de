"""Write an archive that comes out the same, byte for byte, whenever it is made of the same files."""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from pydiff.fetch.pack.members import Member

# 2024-01-01 00:00 UTC: no file of an archive is older or newer than another.
MTIME = 1_704_067_200
# The archive is read as often as it is written, and mostly on the same machine: speed before size.
GZIP_LEVEL = 1
ZSTD_LEVEL = 3


class _Sink(Protocol):
    def write(self, data: bytes, /) -> Any: ...  # noqa: ANN401 (files return a count, compressors too)


class _Gzip:
    """`gzip.GzipFile` without the time and name in its header."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        self.file = file
        self.machine = zlib.compressobj(GZIP_LEVEL, wbits=31)

    def write(self, data: bytes, /) -> int:
        self.file.write(self.machine.compress(data))
        return len(data)

    def finish(self) -> None:
        self.file.write(self.machine.flush())


@contextmanager
def _compressed(path: Path) -> Iterator[_Sink]:
    with path.open("wb") as file:
        if path.name.endswith(".zst"):
            import zstandard  # noqa: PLC0415 (heavy)

            with zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True).stream_writer(
                file, closefd=False
            ) as sink:
                yield sink
        else:
            gzip = _Gzip(file)
            yield gzip
            gzip.finish()


def write_archive(path: Path, members: Iterable[Member], on_size: Callable[[int], None]) -> None:
    """Write `members` below `python`, as in every release, in the order given, folders before what is in them.

    `on_size` gets the bytes packed so far.
    """
    size = 0
    made: set[str] = set()
    with _compressed(path) as sink, tarfile.open(fileobj=sink, mode="w|", format=tarfile.GNU_FORMAT) as tar:  # type: ignore[call-overload]  # only write() is needed
        for member in members:
            name = f"python/{member.path}"
            for folder in _folders(name, made):
                tar.addfile(_entry(folder, tarfile.DIRTYPE, 0o755))
            if member.content is None:
                tar.addfile(_entry(name, tarfile.SYMTYPE, 0o777, link=member.link))
                continue
            data = member.content()
            entry = _entry(name, tarfile.REGTYPE, member.mode)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
            size += len(data)
            on_size(size)


def _folders(name: str, made: set[str]) -> Iterator[str]:
    parts = name.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        folder = "/".join(parts[:depth])
        if folder not in made:
            made.add(folder)
            yield folder


def _entry(name: str, kind: bytes, mode: int, *, link: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.linkname, entry.mtime = kind, mode, link, MTIME
    entry.uname = entry.gname = "root"
    return entry
