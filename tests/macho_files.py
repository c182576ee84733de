"""Small macOS libraries made from nothing, and checks of them that share no code with `pydiff.macho`."""

from __future__ import annotations

import functools
import hashlib
import struct
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

TEXT, DATA, LINKEDIT = 0, 0x4000, 0x8000
"""Where the three segments start, in the file as in memory."""
ARM64, X86_64 = 0x100000C, 0x1000007
RELEASED = "/install/lib/libpython3.12.dylib"
_TEXT_SIZE = 0x100


@dataclass(frozen=True, slots=True)
class Library:
    """What a linker would make; every field can be set so that Apple's tool refuses the file."""

    name: str | None = RELEASED
    """None: no LC_ID_DYLIB."""
    room: int = 0x400
    """Bytes between the load commands and the code."""
    signed: Literal["", "linker", "codesign", "nonsense"] = "linker"
    minimum: tuple[int, int] | None = (1, 0xB0000)
    """Platform and its oldest version; None when it does not say."""
    processor: int = ARM64
    file_type: int = 6
    indirect: int = 3
    gap: int = 0
    """Bytes before the strings that belong to nothing."""
    tail: int = 0
    """Bytes after the end of __LINKEDIT."""
    more: bytes = b""
    """Load commands behind the others."""
    more_count: int = 0
    data_executable: bool = False

    def build(self) -> bytes:
        linkedit, symbols = self._linkedit()
        size = sum(len(command) for command in self._commands(linkedit, symbols, 0))
        text_at = 32 + size + self.room
        commands = self._commands(linkedit, symbols, text_at)
        header = struct.pack(
            "<8I", 0xFEEDFACF, self.processor, 0, self.file_type, len(commands) - 1 + self.more_count, size, 0x85, 0
        )
        code = bytes(range(256))[:_TEXT_SIZE]
        image = (header + b"".join(commands)).ljust(text_at, b"\0") + code
        image = image.ljust(DATA, b"\xcc").ljust(LINKEDIT, b"\xdd")
        return image + linkedit + bytes(self.tail)

    def _linkedit(self) -> tuple[bytes, tuple[int, ...]]:
        exports, starts = b"\1" * 24, b"\2" * 8
        at = LINKEDIT + len(exports) + len(starts)
        symbols = struct.pack("<IBBHQ", 1, 0xF, 1, 0, TEXT) + struct.pack("<IBBHQ", 4, 1, 0, 0, 0)
        indirect = bytes(range(4 * self.indirect))
        strings_at = at + len(symbols) + len(indirect)
        strings_at += -strings_at % 8 + self.gap
        strings = b"\0ab\0cd\0\0"
        body = exports + starts + symbols + indirect
        body = body.ljust(strings_at - LINKEDIT, b"\0") + strings
        signature_at, signature = 0, b""
        if self.signed:
            body += bytes(-len(body) % 16)
            signature_at, signature = LINKEDIT + len(body), self._signature()
        return body + signature, (at, at + len(symbols), strings_at, len(strings), signature_at, len(signature))

    def _signature(self) -> bytes:
        """As LLVM lays it out (the directory eight bytes later than Apple does), with hashes of nothing."""
        flags = 0x20002 if self.signed == "linker" else 2
        directory = struct.pack(">9I4B24x3Q", 0xFADE0C02, 88, 0x20400, flags, 88, 88, 0, 0, 0, 32, 2, 0, 12, 0, 0, 0)
        blobs = struct.pack(">3I2I4x", 0xFADE0CC0, 24 + len(directory), 1, 0, 24) + directory
        return (b"nonsense" if self.signed == "nonsense" else blobs).ljust(400, b"\0")

    def _commands(self, linkedit: bytes, places: tuple[int, ...], text_at: int) -> list[bytes]:
        symbols, indirect, strings, strings_size, signature, signature_size = places
        protection = 5 if self.data_executable else 3
        commands = [
            _segment(b"__TEXT", TEXT, DATA, 5, [(b"__text", text_at, _TEXT_SIZE, 0x80000400)]),
            _segment(b"__DATA", DATA, LINKEDIT - DATA, protection, [(b"__data", DATA, 64, 0), (b"__bss", 0, 4096, 1)]),
            _segment(b"__LINKEDIT", LINKEDIT, len(linkedit), 1, []),
            _data(0x80000033, LINKEDIT, 24),
            struct.pack("<6I", 2, 24, symbols, 2, strings, strings_size),
            struct.pack("<20I", 0xB, 80, 0, 0, 0, 1, 1, 1, *[0] * 6, indirect, self.indirect, *[0] * 4),
            struct.pack("<2I16s", 0x1B, 24, b"u" * 16),
            _data(0x26, LINKEDIT + 24, 8),
        ]
        if self.minimum:
            commands.append(struct.pack("<6I", 0x32, 24, *self.minimum, 0xE0000, 0))
        if self.name is not None:
            commands.insert(3, _id(self.name))
        if self.signed:
            commands.append(_data(0x1D, signature, signature_size))
        return [*commands, self.more]


def _id(name: str) -> bytes:
    size = 24 + len(name) + 1 + (-len(name) - 1) % 8
    return (struct.pack("<6I", 0xD, size, 24, 1, 0x30C00, 0x30C00) + name.encode()).ljust(size, b"\0")


def _data(kind: int, offset: int, size: int) -> bytes:
    return struct.pack("<4I", kind, 16, offset, size)


def _segment(name: bytes, start: int, size: int, protection: int, sections: list[tuple[bytes, int, int, int]]) -> bytes:
    memory = size + -size % 0x4000
    head = struct.pack(
        "<2I16s4Q4I", 0x19, 72 + 80 * len(sections), name, start, memory, start, size, protection, 1, len(sections), 0
    )
    rows = (
        struct.pack("<16s16s2Q8I", title, name, start, length, offset, 2, 0, 0, flags, 0, 0, 0)
        for title, offset, length, flags in sections
    )
    return head + b"".join(rows)


def universal(*images: bytes, alignment: int = 14, wide: bool = False) -> bytes:
    """One file of several architectures. `wide` has 64-bit offsets."""
    entry = struct.Struct(">2I2Q2I" if wide else ">5I")
    body = struct.pack(">2I", 0xCAFEBABF if wide else 0xCAFEBABE, len(images))
    end = len(body) + entry.size * len(images)
    contents = b""
    for image in images:
        start = end + -end % (1 << alignment)
        place = (*struct.unpack_from("<2I", image, 4), start, len(image), alignment)
        body += entry.pack(*place, *((0,) if wide else ()))
        contents += bytes(start - end) + image
        end = start + len(image)
    return body + contents


@functools.cache
def _lief() -> ModuleType:
    import lief

    lief.logging.disable()
    return lief


def _parsed(data: bytes) -> Any:
    """As lief reads it. The architectures in it live only as long as it does."""
    parsed = _lief().MachO.parse(data)
    assert parsed is not None
    return parsed


def install_names(data: bytes) -> list[str]:
    kind = _lief().MachO.LoadCommand.TYPE.ID_DYLIB
    universal = _parsed(data)
    return [one.name for image in universal for one in image.libraries if one.command == kind]


@dataclass(frozen=True, slots=True)
class Signature:
    identifier: str
    flags: int
    algorithms: tuple[str, ...]


def checked_signatures(data: bytes) -> list[Signature | None]:
    """The signature of each architecture, None for one without.

    Asserts that it is all that follows in the file, that every page hash of every directory is right, and that __LINKEDIT ends with it.
    """
    universal = _parsed(data)
    return [_checked(data, image) for image in universal]


def _checked(data: bytes, image: Any) -> Signature | None:
    if not image.has_code_signature:
        return None
    command = image.code_signature
    base, end = image.fat_offset, command.data_offset + command.data_size
    code = data[base : base + command.data_offset]
    signature = data[base + command.data_offset : base + end]
    linkedit = image.get_segment("__LINKEDIT")
    assert linkedit.file_offset + linkedit.file_size == end
    assert linkedit.virtual_size >= linkedit.file_size
    assert len(signature) == command.data_size
    magic, length, count = struct.unpack(">III", signature[:12])
    assert magic == 0xFADE0CC0
    assert not signature[length:].strip(b"\0")
    found = [
        _directory(code, signature[struct.unpack(">I", signature[16 + 8 * n : 20 + 8 * n])[0] :]) for n in range(count)
    ]
    return Signature(found[0][0], found[0][1], tuple(algorithm for _name, _flags, algorithm in found))


def _directory(code: bytes, blob: bytes) -> tuple[str, int, str]:
    words = struct.unpack_from(">9I", blob)
    magic, length, version, flags, hashes, name_at, special, slots, limit = words
    size, kind, _platform, page = blob[36:40]
    algorithm = {1: "sha1", 2: "sha256"}[kind]
    assert (magic, version, special, limit, 1 << page) == (0xFADE0C02, 0x20400, 0, len(code), 4096)
    assert size == hashlib.new(algorithm).digest_size
    pages = [code[at : at + 4096] for at in range(0, limit, 4096)]
    assert slots == len(pages)
    wanted = b"".join(hashlib.new(algorithm, one).digest() for one in pages)
    assert blob[hashes : hashes + len(wanted)] == wanted
    assert length == hashes + len(wanted)
    return blob[name_at : blob.index(b"\0", name_at)].decode(), flags, algorithm
