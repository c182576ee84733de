"""Mach-O: macOS, one architecture or several in one file."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from pydiff.macho.architecture import Architecture, architectures
from pydiff.macho.linking import Linking, linking
from pydiff.macho.symbols import Symbols
from pydiff.macho.symbols import symbols as symbols_of
from pydiff.snapshot.binary import symbols
from pydiff.snapshot.binary.interface import Binary, found

_PYTHONS = (b"_Py", b"__Py")
"""How the names begin that are told of: C puts an underscore in front of each."""
# Code signatures. Source: bsd/sys/codesign.h and osfmk/kern/cs_blobs.h of xnu.
_SUPER_BLOB, _DIRECTORY, _CMS = 0xFADE0CC0, 0xFADE0C02, 0xFADE0B01
_AD_HOC, _LINKER_SIGNED = 0x2, 0x20000
_MOST_BLOBS = 64


def read(data: bytes) -> Binary:
    """Linkage as the first slice has it; version, SDK and signature of each where they differ.

    Raises MachOError for what is not Mach-O behind its first bytes, or damaged.
    """
    slices = architectures(data)
    links = [linking(one) for one in slices]
    first, names = links[0], symbols_of(slices[0], _PYTHONS)
    identity = first.identity
    facts = found(
        format="macho",
        kind=slices[0].kind,
        machine=" ".join(one.cpu for one in slices),
        needed=list(first.needed),
        rpath=list(first.rpaths),
        soname=identity.install_name if identity else "",
        compatible=identity.compatible if identity else "",
        current=identity.current if identity else "",
        macos=_by_slice(slices, [one.minimum for one in links]),
        sdk=_by_slice(slices, [one.sdk for one in links]),
        signature=_by_slice(slices, [signature(one.signature) for one in links]),
        lto="llvm" if "__LLVM" in first.segments else "",
        symbols=_kept(first, names),
    )
    exported, local = ([name.removeprefix("_") for name in kind] for kind in (names.exported, names.local))
    return Binary(facts, symbols.api(exported), symbols.modules([*exported, *local]))


def _kept(links: Linking, names: Symbols) -> str:
    """What a debugger is left with."""
    if "__DWARF" in links.segments:
        return "debug"
    return "debug-map" if names.has_objects else "table" if names.has_local else "stripped"


def _by_slice(slices: Sequence[Architecture], values: list[str]) -> str:
    """`11.0.0`; of slices that differ `x86_64 10.9.0, arm64 11.0.0`."""
    if len(set(values)) == 1:
        return values[0]
    return ", ".join(f"{one.cpu} {value or 'none'}" for one, value in zip(slices, values, strict=True))


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
