"""A file with one library for each architecture ("universal", "fat"), or with one library alone."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydiff.macho.image import MachOError, read
from pydiff.macho.install_name import rename
from pydiff.macho.linkedit import check_order
from pydiff.macho.signature import renew

_HEAD = struct.Struct(">4sI")
# Kind and subtype of the processor, offset, size, alignment as a power of two; with 64-bit offsets a reserved word more.
_ENTRIES = {b"\xca\xfe\xba\xbe": struct.Struct(">5I"), b"\xca\xfe\xba\xbf": struct.Struct(">2I2QI4x")}
_MAX_ALIGNMENT = 15


@dataclass(frozen=True, slots=True)
class _Slice:
    processor: tuple[int, int]
    alignment: int
    data: bytes


def set_install_name(data: bytes, name: str, *, file_name: str) -> bytes:
    """What `install_name_tool -id NAME FILE` makes of a library. Raises MachOError where it fails and leaves the file as it was.

    `file_name` is the last part of FILE, which a signature of the linker's is made out to. A name that is there already is written
    again all the same, with a new signature.
    """
    if data[:4] not in _ENTRIES:
        return _one(data, name, file_name)
    slices = [_Slice(part.processor, part.alignment, _one(part.data, name, file_name)) for part in _slices(data)]
    return _joined(data[:4], slices)


def _one(data: bytes, name: str, file_name: str) -> bytes:
    image = read(data)
    check_order(image)
    return renew(read(rename(image, os.fsencode(name))), os.fsencode(file_name))


def _slices(data: bytes) -> Iterator[_Slice]:
    entry = _ENTRIES[data[:4]]
    if len(data) < _HEAD.size:
        raise MachOError("its list of architectures is cut off")
    _magic, count = _HEAD.unpack_from(data)
    if not count or _HEAD.size + count * entry.size > len(data):
        raise MachOError("its list of architectures is empty or goes past its end")
    # Slices that share bytes could grow into more than any disk holds.
    total = 0
    for number in range(count):
        kind, subtype, offset, size, alignment = entry.unpack_from(data, _HEAD.size + number * entry.size)
        total += size
        if offset + size > len(data) or total > len(data) or alignment > _MAX_ALIGNMENT:
            raise MachOError("one of its architectures is not where its list says")
        yield _Slice((kind, subtype), alignment, data[offset : offset + size])


def _joined(magic: bytes, slices: Sequence[_Slice]) -> bytes:
    entry = _ENTRIES[magic]
    head = bytearray(_HEAD.pack(magic, len(slices)))
    end = _HEAD.size + entry.size * len(slices)
    body = bytearray()
    for part in slices:
        offset = end + -end % (1 << part.alignment)
        body += bytes(offset - end) + part.data
        head += entry.pack(*part.processor, offset, len(part.data), part.alignment)
        end = offset + len(part.data)
    return bytes(head + body)
