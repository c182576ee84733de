"""A library's header and load commands, read for an edit: only what PBS ships, 64-bit and little-endian, and as strictly as Apple's tool."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

Item = TypeVar("Item")

MAGIC = b"\xcf\xfa\xed\xfe"
HEADER = struct.Struct("<4s7I")
COMMAND = struct.Struct("<2I")
_SEGMENT = struct.Struct("<8x16s4Q4I")
_SECTION = struct.Struct("<40xQI12xI12x")
MAX_COMMANDS = 10_000
"""Real libraries have some dozens; a file of nothing but commands would fill the memory."""
DYLIB = 6
"""File type of a dynamic library."""
_SEGMENT_NAME = b"__LINKEDIT"


class Kind(IntEnum):
    """The load commands that matter here, as `mach-o/loader.h` numbers them."""

    SEGMENT = 0x1
    SYMTAB = 0x2
    DYSYMTAB = 0xB
    LOAD_DYLIB = 0xC
    ID_DYLIB = 0xD
    TWOLEVEL_HINTS = 0x16
    SEGMENT_64 = 0x19
    CODE_SIGNATURE = 0x1D
    SEGMENT_SPLIT_INFO = 0x1E
    LAZY_LOAD_DYLIB = 0x20
    DYLD_INFO = 0x22
    VERSION_MIN_MACOSX = 0x24
    VERSION_MIN_IPHONEOS = 0x25
    FUNCTION_STARTS = 0x26
    DATA_IN_CODE = 0x29
    DYLIB_CODE_SIGN_DRS = 0x2B
    LINKER_OPTIMIZATION_HINT = 0x2E
    VERSION_MIN_TVOS = 0x2F
    VERSION_MIN_WATCHOS = 0x30
    BUILD_VERSION = 0x32
    ATOM_INFO = 0x36
    FUNCTION_VARIANTS = 0x37
    FUNCTION_VARIANT_FIXUPS = 0x38
    LOAD_WEAK_DYLIB = 0x80000018
    RPATH = 0x8000001C
    REEXPORT_DYLIB = 0x8000001F
    DYLD_INFO_ONLY = 0x80000022
    LOAD_UPWARD_DYLIB = 0x80000023
    DYLD_EXPORTS_TRIE = 0x80000033
    DYLD_CHAINED_FIXUPS = 0x80000034


class MachOError(ValueError):
    """Not Mach-O behind the magic number, damaged, or not for this use; the message is a clause: `it is no dynamic library`."""


@dataclass(frozen=True, slots=True)
class Command:
    """One load command: where it is in the file, header included, and its size, both in bytes."""

    kind: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Segment:
    command: Command
    name: bytes
    address: int
    memory: int
    """Size in memory, bytes."""
    offset: int
    size: int
    """In the file, bytes."""
    executable: bool
    """By its highest protection, not its first."""
    contents: tuple[int, ...]
    """File offsets of what it holds: of each section that takes room in the file, or of itself when it has no sections."""


@dataclass(frozen=True, slots=True)
class Image:
    """One architecture's library."""

    data: bytes
    commands: tuple[Command, ...]
    segments: tuple[Segment, ...]
    commands_end: int
    """First byte after the load commands."""

    @property
    def linkedit(self) -> Segment:
        """The last segment, which the symbols and the signature are in. Raises MachOError."""
        return sole([one for one in self.segments if one.name == _SEGMENT_NAME], "__LINKEDIT segment")

    def find(self, *kinds: Kind) -> Command | None:
        """The one command of these kinds, None when there is none. Raises MachOError when there are more."""
        found = [command for command in self.commands if command.kind in kinds]
        return sole(found, f"{kinds[0].name} command") if found else None

    def require(self, kind: Kind) -> Command:
        """The one command of this kind. Raises MachOError."""
        return sole([command for command in self.commands if command.kind == kind], f"{kind.name} command")

    def words(self, command: Command, count: int) -> tuple[int, ...]:
        """The first 32-bit numbers of a command, after its kind and size. Raises MachOError when it is shorter."""
        if command.size < COMMAND.size + 4 * count:
            raise MachOError(f"its load command {command.kind:#x} is too short")
        return struct.unpack_from(f"<{count}I", self.data, command.offset + COMMAND.size)


def sole(items: Sequence[Item], what: str) -> Item:
    """Raises MachOError unless there is exactly one."""
    if len(items) != 1:
        raise MachOError(f"it has {len(items)} {what}s where one belongs" if items else f"it has no {what}")
    return items[0]


def read(data: bytes) -> Image:
    """Raises MachOError for anything that is not a whole 64-bit dynamic library."""
    if len(data) < HEADER.size or not data.startswith(MAGIC):
        raise MachOError("it is no 64-bit Mach-O file")
    _magic, _cpu, _subtype, file_type, count, size, _flags, _reserved = HEADER.unpack_from(data)
    if file_type != DYLIB:
        raise MachOError("it is no dynamic library")
    end = HEADER.size + size
    if end > len(data) or count > MAX_COMMANDS:
        raise MachOError("its load commands go past its end" if end > len(data) else f"it has {count} load commands")
    commands = tuple(_commands(data, count, end))
    segments = tuple(_segment(data, command) for command in commands if command.kind == Kind.SEGMENT_64)
    return Image(data, commands, segments, end)


def _commands(data: bytes, count: int, end: int) -> Iterator[Command]:
    offset = HEADER.size
    for _ in range(count):
        if offset + COMMAND.size > end:
            raise MachOError("it has fewer load commands than its header says")
        kind, size = COMMAND.unpack_from(data, offset)
        if size < COMMAND.size or size % 8 or offset + size > end:
            raise MachOError(f"its load command {kind:#x} cannot be {size} bytes long")
        yield Command(kind, offset, size)
        offset += size


def _segment(data: bytes, command: Command) -> Segment:
    if command.size < _SEGMENT.size:
        raise MachOError("a segment's load command is too short")
    name, address, memory, offset, size, highest, _first, count, _flags = _SEGMENT.unpack_from(data, command.offset)
    if command.size != _SEGMENT.size + _SECTION.size * count:
        raise MachOError("a segment's load command does not fit its sections")
    if offset + size > len(data):
        raise MachOError("a segment goes past its end")
    sections = _SECTION.iter_unpack(data[command.offset + _SEGMENT.size : command.offset + command.size])
    contents = [start for length, start, flags in sections if length and _takes_room(flags)]
    if not count and size:
        contents = [offset]
    return Segment(command, name.partition(b"\0")[0], address, memory, offset, size, bool(highest & 4), tuple(contents))


def _takes_room(flags: int) -> bool:
    """As install_name_tool has it: the types of a section are tested as if they were bits."""
    return flags & 0x1 != 0x1 and flags & 0x12 != 0x12
