"""The install name of every library in a file: of one for each architecture, or of one alone."""

from __future__ import annotations

import os
from collections.abc import Sequence

from pydiff.macho.image import read
from pydiff.macho.install_name import rename
from pydiff.macho.linkedit import check_order
from pydiff.macho.signature import renew
from pydiff.macho.slices import ENTRIES, HEAD, Slice, slices


def set_install_name(data: bytes, name: str, *, file_name: str) -> bytes:
    """What `install_name_tool -id NAME FILE` makes of a library. Raises MachOError where it fails and leaves the file as it was.

    `file_name` is the last part of FILE, which a signature of the linker's is made out to. A name that is there already is written
    again all the same, with a new signature.
    """
    if data[:4] not in ENTRIES:
        return _one(data, name, file_name)
    renamed = [Slice(part.processor, part.alignment, _one(part.data, name, file_name)) for part in slices(data)]
    return _joined(data[:4], renamed)


def _one(data: bytes, name: str, file_name: str) -> bytes:
    image = read(data)
    check_order(image)
    return renew(read(rename(image, os.fsencode(name))), os.fsencode(file_name))


def _joined(magic: bytes, parts: Sequence[Slice]) -> bytes:
    entry = ENTRIES[magic]
    head = bytearray(HEAD.pack(magic, len(parts)))
    end = HEAD.size + entry.size * len(parts)
    body = bytearray()
    for part in parts:
        offset = end + -end % (1 << part.alignment)
        body += bytes(offset - end) + part.data
        head += entry.pack(*part.processor, offset, len(part.data), part.alignment)
        end = offset + len(part.data)
    return bytes(head + body)
