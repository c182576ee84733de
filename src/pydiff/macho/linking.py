"""What the dynamic loader reads of one architecture, symbols apart. Source: mach-o/loader.h of xnu."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pydiff.macho.architecture import Architecture
from pydiff.macho.image import Kind, MachOError

_NEEDED = (
    Kind.LOAD_DYLIB,
    Kind.LOAD_WEAK_DYLIB,
    Kind.REEXPORT_DYLIB,
    Kind.LAZY_LOAD_DYLIB,
    Kind.LOAD_UPWARD_DYLIB,
)
_OLDEST = (Kind.VERSION_MIN_MACOSX, Kind.VERSION_MIN_IPHONEOS, Kind.VERSION_MIN_TVOS, Kind.VERSION_MIN_WATCHOS)
"""What BUILD_VERSION replaced in 2018, for all of them."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What those who are linked to a library note of it."""

    install_name: str
    current: str
    compatible: str
    """Versions: `3.12.0`, "" for none."""


@dataclass(frozen=True, slots=True)
class Linking:
    identity: Identity | None
    """None for what nobody can be linked to."""
    needed: tuple[str, ...]
    """Libraries, whether it can do without them or not, in their order."""
    rpaths: tuple[str, ...]
    minimum: str
    """The oldest system that it runs on: `11.0.0`; "" where it does not say."""
    sdk: str
    """That it was built with; "" where it does not say."""
    segments: frozenset[str]
    """Of its sections: `__TEXT`, `__DWARF`."""
    signature: bytes
    """The embedded code signature as it stands in the file; empty without."""


def linking(architecture: Architecture) -> Linking:
    """Raises MachOError for commands that are too short for what they must hold."""
    minimum, sdk = _versions(architecture)
    return Linking(
        identity=_identity(architecture),
        needed=tuple(_texts(architecture, *_NEEDED)),
        rpaths=tuple(_texts(architecture, Kind.RPATH)),
        minimum=minimum,
        sdk=sdk,
        segments=frozenset(_segments(architecture)),
        signature=_signature(architecture),
    )


def _texts(architecture: Architecture, *kinds: Kind) -> Iterator[str]:
    """The name or path in each command: all of these begin with the number of bytes in front of it."""
    for command in architecture.find(*kinds):
        yield architecture.text(command, *architecture.words(command, 1))


def _identity(architecture: Architecture) -> Identity | None:
    if (command := architecture.first(Kind.ID_DYLIB)) is None:
        return None
    name, _timestamp, current, compatible = architecture.words(command, 4)
    return Identity(architecture.text(command, name), _dotted(current), _dotted(compatible))


def _versions(architecture: Architecture) -> tuple[str, str]:
    if command := architecture.first(Kind.BUILD_VERSION):
        _platform, minimum, sdk = architecture.words(command, 3)
    elif command := architecture.first(*_OLDEST):
        minimum, sdk = architecture.words(command, 2)
    else:
        return "", ""
    return _dotted(minimum), _dotted(sdk)


def _dotted(version: int) -> str:
    """`11.0.0`, of 16, 8 and 8 bits; "" for the zeros that stand for no version."""
    return f"{version >> 16}.{version >> 8 & 0xFF}.{version & 0xFF}" if version else ""


def _segments(architecture: Architecture) -> Iterator[str]:
    head, row = (72, "16x16s48x") if architecture.wide else (56, "16x16s36x")
    size = struct.calcsize(f"={row}")
    for command in architecture.find(Kind.SEGMENT_64 if architecture.wide else Kind.SEGMENT):
        (count,) = architecture.unpack("I", command.offset + head - 8) if command.size >= head else (0,)
        if command.size < head + count * size:
            raise MachOError("a segment's load command is too short for its sections")
        sections = architecture.part("sections", command.offset + head, count * size)
        for (name,) in struct.iter_unpack(f"={row}", sections):
            yield name.partition(b"\0")[0].decode(errors="replace")


def _signature(architecture: Architecture) -> bytes:
    if (command := architecture.first(Kind.CODE_SIGNATURE)) is None:
        return b""
    offset, size = architecture.words(command, 2)
    return architecture.data[offset : offset + size]
