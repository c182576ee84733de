"""The LC_ID_DYLIB command of one library (`misc/install_name_tool.c`)."""

from __future__ import annotations

import struct

from pydiff.macho.image import HEADER, Image, Kind, MachOError

_FIXED = struct.Struct("<6I")
"""kind, size, offset of the name in the command, timestamp, current and compatibility version."""
_SIZE_OF_COMMANDS = 20
"""Where the header has it."""
_ROOM_FOR_SIGNATURE = 16
"""An LC_CODE_SIGNATURE that may be added one day; kept free since cctools-1024.3 (Xcode 16.3)."""


def rename(image: Image, name: bytes) -> bytes:
    """The library with this install name; its signature is not looked at. Raises MachOError when there is no room for the name.

    The commands behind it move within the header, nothing else does.
    """
    command = image.require(Kind.ID_DYLIB)
    if command.size < _FIXED.size or image.words(command, 1)[0] >= command.size:
        raise MachOError("its ID_DYLIB command is too short for its name")
    size = _FIXED.size + len(name) + 1
    size += -size % 8
    kind, _size, _offset, *versions = _FIXED.unpack_from(image.data, command.offset)
    end = image.commands_end + size - command.size
    _check_room(image, end)
    before = image.data[HEADER.size : command.offset]
    fixed = _FIXED.pack(kind, size, _FIXED.size, *versions)
    last = image.commands[-1]
    after = image.data[command.offset + command.size : last.offset + last.size]
    header = bytearray(image.data[: HEADER.size])
    struct.pack_into("<I", header, _SIZE_OF_COMMANDS, end - HEADER.size)
    start = header + before + (fixed + name).ljust(size, b"\0") + after
    untouched = max(end, image.commands_end)
    return bytes(start.ljust(untouched, b"\0")) + image.data[untouched:]


def _check_room(image: Image, end: int) -> None:
    if image.find(Kind.CODE_SIGNATURE) is None:
        end += _ROOM_FOR_SIGNATURE
    room = min((start for segment in image.segments for start in segment.contents), default=len(image.data))
    missing = end - min(room, len(image.data))
    if missing > 0:
        raise MachOError(f"its header is {missing} bytes too small for the install name")
