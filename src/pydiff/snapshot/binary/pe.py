"""PE: Windows."""

from __future__ import annotations

from typing import Any

from pydiff.snapshot.binary import symbols
from pydiff.snapshot.binary.interface import Binary, found, lief


def read(data: bytes) -> Binary:
    """Raises ValueError for what is not PE behind its first bytes, and whatever lief raises."""
    config = lief().PE.ParserConfig()
    config.parse_exports = True
    config.parse_reloc = config.parse_rsrc = config.parse_signature = config.parse_exceptions = False
    binary: Any = lief().PE.parse(data, config)
    if binary is None:
        raise ValueError("no PE structure behind the magic number")
    entries = binary.get_export().entries if binary.has_exports else []
    exported = [entry.name for entry in entries if entry.name]
    facts = found(
        format="pe",
        kind="dll" if lief().PE.Header.CHARACTERISTICS.DLL in binary.header.characteristics_list else "executable",
        machine=str(binary.header.machine.name).lower(),
        subsystem=str(binary.optional_header.subsystem.name).lower(),
        needed=[library.name for library in binary.imports],
        delayed=[library.name for library in binary.delay_imports],
        pdb=_file(binary.codeview_pdb.filename) if binary.codeview_pdb else "",
        certificate=_certificate(binary, len(data)),
    )
    return Binary(facts, symbols.api(exported), symbols.modules(exported))


def _file(path: str) -> str:
    """Debuggers look beside the binary for the file that the build machine's path ends in."""
    return path.replace("\\", "/").rpartition("/")[2]


def _certificate(binary: Any, size: int) -> str:  # noqa: ANN401 (lief has no types)
    """Whether the table of signatures is there. Stripping a signed file cuts it off and leaves the pointer: nothing can sign it again."""
    directory = binary.cert_dir
    if directory is None or not directory.size:
        return ""
    # Of this directory alone the address counts bytes of the file.
    return "present" if directory.rva + directory.size <= size else "dangling"
