"""A file with one Mach-O file for each architecture ("universal", "fat"). Source: mach-o/fat.h; numbers are big-endian on every processor."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pydiff.macho.image import MachOError

HEAD = struct.Struct(">4sI")
# Kind and subtype of the processor, offset, size, alignment as a power of two; with 64-bit offsets a reserved word more.
ENTRIES = {b"\xca\xfe\xba\xbe": struct.Struct(">5I"), b"\xca\xfe\xba\xbf": struct.Struct(">2I2QI4x")}
_MAX_ALIGNMENT = 15


@dataclass(frozen=True, slots=True)
class Slice:
    processor: tuple[int, int]
    alignment: int
    data: bytes


def slices(data: bytes) -> Iterator[Slice]:
    """The files in a universal file, in its order. Raises MachOError for a list that is damaged, empty or points outside."""
    entry = ENTRIES[data[:4]]
    if len(data) < HEAD.size:
        raise MachOError("its list of architectures is cut off")
    _magic, count = HEAD.unpack_from(data)
    if not count or HEAD.size + count * entry.size > len(data):
        raise MachOError("its list of architectures is empty or goes past its end")
    # Slices that share bytes could grow into more than any disk holds.
    total = 0
    for number in range(count):
        kind, subtype, offset, size, alignment = entry.unpack_from(data, HEAD.size + number * entry.size)
        total += size
        if offset + size > len(data) or total > len(data) or alignment > _MAX_ALIGNMENT:
            raise MachOError("one of its architectures is not where its list says")
        yield Slice((kind, subtype), alignment, data[offset : offset + size])
