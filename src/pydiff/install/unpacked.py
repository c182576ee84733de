"""The bytes of a `.tar.gz` or `.tar.zst` as a stream that never holds more than a little, and that knows when it is being bombed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydiff.errors import ArchiveError

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
COMPRESSED_CHUNK = 1 << 18
CHUNK = 1 << 20
# A Python is some hundred MB and shrinks by less than 15; a file of zeros shrinks a thousandfold.
MAX_BYTES = 4_000_000_000
MAX_RATIO = 100
RATIO_FREE = 64_000_000
"""Bytes below which the ratio is not looked at: a small file of one letter harms nobody."""
# No header of a tar file is longer; more means that a length in it is a lie.
MAX_READ = 1 << 24


@dataclass(slots=True)
class Unpacked:
    """What `tarfile` needs of a file: read, tell and seek forward."""

    pull: Callable[[], bytes]
    """The next unpacked bytes; empty at the end."""
    packed: BinaryIO
    buffer: bytes = b""
    taken: int = 0
    """How much of `buffer` has been handed out."""
    position: int = 0
    produced: int = 0
    last: bytes = b""
    """What the last `read` returned."""

    def read(self, size: int = -1) -> bytes:
        """Exactly `size` bytes, fewer at the end. Raises ArchiveError for an unreasonable size or amount."""
        if not 0 <= size <= MAX_READ:
            raise ArchiveError(f"is damaged: a header claims {size:,} bytes")
        found = self.buffer[self.taken : self.taken + size]
        self.taken += len(found)
        while len(found) < size and self._fill():
            more = self.buffer[: size - len(found)]
            self.taken = len(more)
            found += more
        self.position += len(found)
        self.last = found
        return found

    def tell(self) -> int:
        return self.position

    def seek(self, position: int, whence: int = 0) -> int:
        """Forward only."""
        if whence or position < self.position:
            raise ArchiveError("is damaged: its members are not in order")
        while self.position < position and self.read(min(CHUNK, position - self.position)):
            pass
        return self.position

    def drain(self) -> None:
        """Unpack the rest, so that a checksum at the end is checked."""
        while self.read(CHUNK):
            pass

    def _fill(self) -> bool:
        self.buffer = self.pull()
        self.taken = 0
        self.produced += len(self.buffer)
        if self.produced > MAX_BYTES:
            raise ArchiveError(f"unpacks to more than {MAX_BYTES:,} bytes")
        if self.produced > RATIO_FREE and self.produced > MAX_RATIO * self.packed.tell():
            raise ArchiveError(f"unpacks to more than {MAX_RATIO} times its size: not a Python, but a bomb")
        return bool(self.buffer)


@contextmanager
def unpacked(path: Path) -> Iterator[Unpacked]:
    """Open an archive by what it is, not by its name. Raises ArchiveError when it is neither gzip nor zstd, cut short or damaged."""
    import zstandard  # noqa: PLC0415 (heavy)

    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        if start.startswith(GZIP):
            pull = _gzip(file)
        elif start == ZSTD:
            reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True, closefd=False)
            pull = lambda: reader.read(CHUNK)  # noqa: E731 (two lines of def say no more)
        else:
            raise ArchiveError("is neither gzip nor zstd", hint="PBS archives end in .tar.gz or .tar.zst")
        try:
            yield Unpacked(pull, file)
        except (zlib.error, zstandard.ZstdError) as error:
            raise ArchiveError(f"is damaged: {error}") from error


def _gzip(file: BinaryIO) -> Callable[[], bytes]:
    """Unpack bounded pieces; `gzip.GzipFile` costs twice the time for the same bytes."""
    machine = zlib.decompressobj(wbits=31)
    waiting = b""

    def pull() -> bytes:
        nonlocal machine, waiting
        while True:
            if machine.eof:
                waiting = (machine.unused_data or file.read(COMPRESSED_CHUNK)).lstrip(b"\0")
                if not waiting:
                    return b""
                machine = zlib.decompressobj(wbits=31)
            waiting = waiting or file.read(COMPRESSED_CHUNK)
            if not waiting:
                raise ArchiveError("ends too early: it was cut short")
            found = machine.decompress(waiting, CHUNK)
            waiting = machine.unconsumed_tail
            if found:
                return found

    return pull
