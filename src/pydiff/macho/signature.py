"""The signature that the linker gives a library, made anew after an edit (`libstuff/code_directory.c` and libcodedirectory).

Every arm64 library has one: an embedded signature of nobody ("ad hoc"), which is no more than a hash of each page of the file. The one
who edits the file must make it again, or macOS will not load it. A signature that codesign made is left, and does not fit any more.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pydiff.macho.image import Command, Image, Kind

_SUPERBLOB, _DIRECTORY = 0xFADE0CC0, 0xFADE0C02
_SLOT, _ALTERNATE_SLOTS = 0, 0x1000
_AD_HOC, _LINKER_SIGNED = 0x2, 0x20000
_VERSION = 0x20400
"""The first that says which part of the file is executable."""
_PAGE = 4096
"""On arm64 too, whose memory pages are four times that."""
_BLOBS = struct.Struct(">3I")
_BLOB = struct.Struct(">2I")
_FIXED = struct.Struct(">9I4B24x3Q")
_LINKEDIT_MEMORY, _LINKEDIT_SIZE = 32, 48
"""Where a segment's command has its size in memory and in the file."""
_DATA_SIZE = 12
"""Where LC_CODE_SIGNATURE has the size of the signature."""


@dataclass(frozen=True, slots=True)
class _Hash:
    name: str
    number: int
    size: int


_SHA1, _SHA256 = _Hash("sha1", 1, 20), _Hash("sha256", 2, 32)
_MACOS, _IOS, _TVOS, _WATCHOS = 1, 2, 3, 4
_PLATFORM_OF = {
    Kind.VERSION_MIN_MACOSX: _MACOS,
    Kind.VERSION_MIN_IPHONEOS: _IOS,
    Kind.VERSION_MIN_TVOS: _TVOS,
    Kind.VERSION_MIN_WATCHOS: _WATCHOS,
}
_NEVER = 1 << 32
# The first version (as nibbles: 10.11.4 is 0xA0B04) that is content with SHA-256 alone; every version of a platform not named here is.
_SHA256_SINCE = {0: _NEVER, _MACOS: 0xA0B04, _IOS: 0xB0000, _TVOS: 0xB0000, _WATCHOS: _NEVER}


def renew(image: Image, identifier: bytes) -> bytes:
    """The library with a new signature made out to `identifier`, where it has one of the linker's; otherwise as it is."""
    command = image.find(Kind.CODE_SIGNATURE)
    if command is None or not _by_linker(image, command):
        return image.data
    start, old_size = image.words(command, 2)
    directories = [_Directory(identifier, start, hash_) for hash_ in _hashes(image)]
    head = _BLOBS.size + _BLOB.size * len(directories)
    length = head + sum(directory.size for directory in directories)
    size = length + -length % 8
    code = bytearray(image.data[:start])
    linkedit = image.linkedit
    in_file = linkedit.size - old_size + size
    in_memory = in_file + -in_file % (1 << _alignment(image))
    struct.pack_into("<Q", code, linkedit.command.offset + _LINKEDIT_MEMORY, in_memory)
    struct.pack_into("<Q", code, linkedit.command.offset + _LINKEDIT_SIZE, in_file)
    struct.pack_into("<I", code, command.offset + _DATA_SIZE, size)
    blobs = bytearray(_BLOBS.pack(_SUPERBLOB, length, len(directories)))
    at = head
    for number, directory in enumerate(directories):
        blobs += _BLOB.pack(_ALTERNATE_SLOTS + number - 1 if number else _SLOT, at)
        at += directory.size
    executable = _executable(image)
    blobs += b"".join(directory.of(code, executable) for directory in directories)
    return bytes(code + blobs.ljust(size, b"\0"))


@dataclass(frozen=True, slots=True)
class _Directory:
    """A CodeDirectory: a hash of each page of the first `limit` bytes."""

    identifier: bytes
    limit: int
    hash: _Hash

    @property
    def pages(self) -> int:
        return -(-self.limit // _PAGE)

    @property
    def hashes_at(self) -> int:
        return _FIXED.size + len(self.identifier) + 1

    @property
    def size(self) -> int:
        return self.hashes_at + self.pages * self.hash.size

    def of(self, code: bytes | bytearray, executable: tuple[int, int]) -> bytes:
        fixed = _FIXED.pack(
            _DIRECTORY, self.size, _VERSION, _AD_HOC | _LINKER_SIGNED, self.hashes_at, _FIXED.size, 0, self.pages, self.limit,
            self.hash.size, self.hash.number, 0, _PAGE.bit_length() - 1,
            *executable, 0,
        )  # fmt: skip
        hashes = (hashlib.new(self.hash.name, page).digest() for page in _pages(memoryview(code)[: self.limit]))
        return fixed + self.identifier + b"\0" + b"".join(hashes)


def _pages(code: memoryview) -> Iterator[memoryview]:
    return (code[start : start + _PAGE] for start in range(0, len(code), _PAGE))


def _by_linker(image: Image, command: Command) -> bool:
    """Whether the signature says that the linker made it. A signature that makes no sense is nobody's."""
    start, size = image.words(command, 2)
    signature = image.data[start : start + size]
    if len(signature) < _BLOBS.size:
        return False
    magic, _length, count = _BLOBS.unpack_from(signature)
    room = (len(signature) - _BLOBS.size) // _BLOB.size
    if magic != _SUPERBLOB or count > room:
        return False
    for slot, at in _BLOB.iter_unpack(signature[_BLOBS.size : _BLOBS.size + count * _BLOB.size]):
        if slot == _SLOT and at + 16 <= len(signature):
            kind, _length, _version, flags = struct.unpack_from(">4I", signature, at)
            return kind == _DIRECTORY and bool(flags & _LINKER_SIGNED)
    return False


def _hashes(image: Image) -> tuple[_Hash, ...]:
    platform, version = _platform(image)
    return (_SHA256,) if version >= _SHA256_SINCE.get(platform, 0) else (_SHA1, _SHA256)


def _platform(image: Image) -> tuple[int, int]:
    """The platform and its oldest version that the library runs on; (0, 0) when it does not say."""
    for command in image.commands:
        if command.kind == Kind.BUILD_VERSION:
            platform, version = image.words(command, 2)
        elif command.kind in _PLATFORM_OF:
            platform, version = _PLATFORM_OF[Kind(command.kind)], image.words(command, 1)[0]
        else:
            continue
        if platform:
            return platform, version
    return 0, 0


def _executable(image: Image) -> tuple[int, int]:
    """Offset and size of the one executable segment; (0, 0) when there are two."""
    found = [(segment.offset, segment.size) for segment in image.segments if segment.executable]
    return found[0] if len(found) == 1 else (0, 0)


def _alignment(image: Image) -> int:
    """What the segments seem to be aligned to, as a power of two: what their addresses have in common, 8 bytes to 32 KiB."""
    guesses = (segment.address & -segment.address or 1 << 15 for segment in image.segments)
    return min(max(3, min(guess.bit_length() - 1, 15)) for guess in guesses)
