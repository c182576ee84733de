"""Mach-O: macOS, one architecture or several in one file."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any

from pydiff.snapshot.binary import symbols
from pydiff.snapshot.binary.interface import Binary, found, lief

# Of a symbol's type in LC_SYMTAB: for debuggers only; visible in this library only; what it is; visible at all.
_STAB, _PRIVATE, _TYPE, _EXTERNAL = 0xE0, 0x10, 0x0E, 0x01
_OSO = 0x66
"""The debugger's note of where the object file with the debug information was."""
# Code signatures. Source: bsd/sys/codesign.h and osfmk/kern/cs_blobs.h of xnu.
_SUPER_BLOB, _DIRECTORY, _CMS = 0xFADE0CC0, 0xFADE0C02, 0xFADE0B01
_AD_HOC, _LINKER_SIGNED = 0x2, 0x20000
_MOST_BLOBS = 64


def read(data: bytes) -> Binary:
    """Linkage as the first slice has it; version, SDK and signature of each where they differ. Raises ValueError."""
    config = lief().MachO.ParserConfig.quick
    # A library that was stripped keeps its exports there, and nowhere else.
    config.parse_dyld_exports = True
    universal: Any = lief().MachO.parse(data, config)
    if universal is None or not len(universal):
        raise ValueError("no Mach-O structure behind the magic number")
    slices = list(universal)
    first = slices[0]
    is_identity = lief().MachO.LoadCommand.TYPE.ID_DYLIB
    identity = next((library for library in first.libraries if library.command == is_identity), None)
    exported, local, kept = _symbols(first)
    facts = found(
        format="macho",
        kind=str(first.header.file_type.name).lower(),
        machine=" ".join(_architecture(one) for one in slices),
        needed=[library.name for library in first.libraries if library.command != is_identity],
        rpath=[command.path for command in first.rpaths],
        soname=identity.name if identity else "",
        compatible=_dotted(identity.compatibility_version) if identity else "",
        current=_dotted(identity.current_version) if identity else "",
        macos=_by_slice(slices, [_minimum(one) for one in slices]),
        sdk=_by_slice(slices, [_sdk(one) for one in slices]),
        signature=_by_slice(slices, [signature(_signed(data, one)) for one in slices]),
        lto="llvm" if any(section.segment_name == "__LLVM" for section in first.sections) else "",
        symbols=kept,
    )
    return Binary(facts, symbols.api(exported), symbols.modules([*exported, *local]))


def _symbols(binary: Any) -> tuple[list[str], list[str], str]:  # noqa: ANN401 (lief has no types)
    """Names that others can link to; names that they cannot; what a debugger is left with. Without the underscore of C."""
    exported: list[str] = []
    local: list[str] = []
    map_of_objects = False
    for symbol in binary.symbols:
        kind = symbol.raw_type
        if symbol.has_export_info:
            exported.append(symbol.name)
        elif kind & _STAB:
            map_of_objects |= kind == _OSO
        elif kind & _TYPE:
            (exported if kind & _EXTERNAL and not kind & _PRIVATE else local).append(symbol.name)
    sections = {section.segment_name for section in binary.sections}
    kept = "debug" if "__DWARF" in sections else "debug-map" if map_of_objects else "table" if local else "stripped"
    return [_plain(name) for name in exported], [_plain(name) for name in local], kept


def _plain(name: str) -> str:
    return name.removeprefix("_")


def _architecture(binary: Any) -> str:  # noqa: ANN401 (lief has no types)
    return str(binary.header.cpu_type.name).lower()


def _by_slice(slices: Iterable[Any], values: list[str]) -> str:
    """`11.0.0`; of slices that differ `x86_64 10.9.0, arm64 11.0.0`."""
    if len(set(values)) == 1:
        return values[0]
    return ", ".join(f"{_architecture(one)} {value or 'none'}" for one, value in zip(slices, values, strict=True))


def _minimum(binary: Any) -> str:  # noqa: ANN401 (lief has no types)
    if binary.has_build_version:
        return _dotted(binary.build_version.minos)
    return _dotted(binary.version_min.version) if binary.has_version_min else ""


def _sdk(binary: Any) -> str:  # noqa: ANN401 (lief has no types)
    if binary.has_build_version:
        return _dotted(binary.build_version.sdk)
    return _dotted(binary.version_min.sdk) if binary.has_version_min else ""


def _dotted(version: Iterable[int]) -> str:
    """`11.0.0`; "" for the zeros that stand for no version."""
    parts = list(version)
    return ".".join(map(str, parts)) if any(parts) else ""


def _signed(data: bytes, binary: Any) -> bytes:  # noqa: ANN401 (lief has no types)
    if not binary.has_code_signature:
        return b""
    start = binary.fat_offset + binary.code_signature.data_offset
    return data[start : start + binary.code_signature.data_size]


def signature(blob: bytes) -> str:
    """none; `linker-signed` and `ad hoc` (valid on the machine that made it, and what Apple silicon demands); `signed` by an identity."""
    if not blob:
        return "none"
    try:
        magic, _, count = struct.unpack_from(">III", blob)
        if magic != _SUPER_BLOB:
            return "unknown"
        flags, signer = 0, False
        for number in range(min(count, _MOST_BLOBS)):
            _, place = struct.unpack_from(">II", blob, 12 + 8 * number)
            inner, length = struct.unpack_from(">II", blob, place)
            if inner == _DIRECTORY:
                flags |= struct.unpack_from(">I", blob, place + 12)[0]
            # An ad hoc signature may have the wrapper without a word in it.
            signer |= inner == _CMS and length > 8
    except struct.error:
        return "unknown"
    if flags & _LINKER_SIGNED:
        return "linker-signed"
    return "signed" if signer and not flags & _AD_HOC else "ad hoc" if flags & _AD_HOC else "unknown"
