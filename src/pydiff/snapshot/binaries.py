"""What the dynamic loader and the linker see of every binary: ELF, Mach-O, PE, LLVM bitcode and static libraries."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pydiff.model.packed_names import pack
from pydiff.model.snapshot import Facts
from pydiff.snapshot import loading
from pydiff.snapshot.binary import bitcode, elf, macho, pe, static, symbols
from pydiff.snapshot.binary.interface import Binary, BinaryFact, Unreadable
from pydiff.snapshot.interface import About

_READERS: dict[str, Callable[[bytes], Binary]] = {
    "elf": elf.read,
    "macho": macho.read,
    "pe": pe.read,
    "llvm-bitcode": bitcode.read,
    "archive": static.read,
}
_MAGIC = {
    b"\x7fELF": "elf",
    b"\xfe\xed\xfa\xce": "macho",
    b"\xfe\xed\xfa\xcf": "macho",
    b"\xce\xfa\xed\xfe": "macho",
    b"\xcf\xfa\xed\xfe": "macho",
    b"\xca\xfe\xba\xbe": "macho",  # universal
    b"\xca\xfe\xba\xbf": "macho",  # universal, with offsets of 64 bits
    bitcode.MAGIC: "llvm-bitcode",
    bitcode.WRAPPED: "llvm-bitcode",
    static.MAGIC[:4]: "archive",
    static.THIN[:4]: "archive",
}
_OPENSSL_FOLDER = b'OPENSSLDIR: "'
_OPENSSL_VERSION = re.compile(
    rb"(?:OpenSSL|LibreSSL) (\d+\.\d+\.\d+[a-z]{0,2})(?:-[a-z0-9]+)? +\d{1,2} [A-Z][a-z]{2} \d{4}"
)
# The names themselves are kept of those that every extension module is linked to at run time.
_API = re.compile(r"(?:.*/)?(?:lib)?python[^/]*")


@dataclass(frozen=True, slots=True)
class Binaries:
    """Path -> format, kind, machine, and what the reader of that format says; what a binary does not have is left out.

    needed, runpath, rpath, soname (Mach-O: install name), interpreter: as they stand in the file, in its order.
    search, resolved, unreached: what becomes of them in this tree; see loading.py.
    glibc, glibcxx: the oldest version that will do, `_by`: the symbols that ask for it. cpu_needed, cpu_used: x86-64 level, if said.
    macos, sdk, compatible, current, signature: Mach-O. subsystem, delayed, pdb, certificate: PE.
    symbols: debug, debug-map, table or stripped; lto: whose intermediate code is in it. members, holds: of a static library.
    exports: how many names of Python's C API others can link to, exports_sha256 of the sorted names, exports_names packed.
    openssl, openssldir: the OpenSSL that is linked in, and where it looks for certificates.
    """

    name: str = "binaries"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the survey has them read as they pass by)
        return False

    def collect(self, about: About) -> Facts:
        binaries: dict[str, BinaryFact] = {}
        for path, item in about.items.items():
            match item.binary:
                case Unreadable(why):
                    about.problems[path] = why
                case Binary() as binary:
                    binaries[path] = {**binary.facts, **_exports(path, binary)}
                case None:
                    pass
        for path, added in loading.linkage(about, binaries):
            binaries[path] |= added
        return {**binaries}


def described(head: bytes, data: bytes) -> Binary | Unreadable | None:
    """What the binary says of itself; None when it is none. `head` are its first bytes. Never raises."""
    kind = "pe" if head[:2] == b"MZ" else _MAGIC.get(head[:4])
    if kind is None:
        return None
    try:
        binary = _READERS[kind](data)
        if kind in {"elf", "macho", "pe"}:
            binary.facts.update(_openssl(data))
    except Exception as error:  # noqa: BLE001 (a hostile binary may break a parser in any way; the others are still read)
        return Unreadable(f"not a readable {kind} file: {error}")
    return binary


def _exports(path: str, binary: Binary) -> BinaryFact:
    if not binary.exported:
        return {}
    facts: BinaryFact = {"exports": len(binary.exported), "exports_sha256": symbols.digest(binary.exported)}
    return facts | {"exports_names": pack(binary.exported)} if _API.fullmatch(path) else facts


def _openssl(data: bytes) -> BinaryFact:
    """From the texts that `openssl version -a` prints."""
    start = data.find(_OPENSSL_FOLDER)
    if start < 0:
        return {}
    folder = data[start + len(_OPENSSL_FOLDER) :][:256].partition(b'"')[0].decode(errors="replace")
    version = _OPENSSL_VERSION.search(data)
    return ({"openssl": version[1].decode()} if version else {}) | {"openssldir": folder}
