"""Make an interpreter and its library find each other wherever the tree lies, the way releases before 20250517 did."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from pydiff.errors import PackError

ORIGIN = "$ORIGIN/../lib"
MAGIC = b"\x7fELF"


def relocatable(source: Path, *, finds_library: bool = False) -> bytes:
    """The bytes of an ELF file without its run paths; with `finds_library`, its libpython is looked for in `$ORIGIN/../lib`.

    An interpreter that needs no libpython (Debian's) gets a run path there instead, for extensions that do (as since 20250529).
    Raises PackError when the file cannot be read.
    """
    import lief  # noqa: PLC0415 (half a second)

    binary = lief.ELF.parse(str(source))
    if binary is None:
        raise PackError(f"{source} is not an ELF file that can be read")
    tags = lief.ELF.DynamicEntry.TAG
    changed = False
    for entry in [entry for entry in binary.dynamic_entries if entry.tag in {tags.RUNPATH, tags.RPATH}]:
        binary.remove(entry)
        changed = True
    libraries = [entry for entry in binary.dynamic_entries if isinstance(entry, lief.ELF.DynamicEntryLibrary)]
    needs = [entry for entry in libraries if str(entry.name).startswith("libpython")]
    if finds_library:
        for entry in needs:
            entry.name = f"{ORIGIN}/{entry.name!s}"
            changed = True
        if not needs:
            binary.add(lief.ELF.DynamicEntryRpath(ORIGIN))
            changed = True
    if not changed:
        return source.read_bytes()
    with tempfile.TemporaryDirectory(prefix="pydiff-pack-") as folder:
        out = Path(folder, source.name)
        binary.write(str(out))
        return out.read_bytes()


def stripped(data: bytes) -> bytes:
    """Without debug information. Raises PackError when there is no `strip`."""
    tool = shutil.which("strip") or shutil.which("llvm-strip")
    if tool is None:
        raise PackError(
            "install_only_stripped needs `strip`, which is not on PATH", hint="install binutils, or pack install_only"
        )
    with tempfile.TemporaryDirectory(prefix="pydiff-strip-") as folder:
        path = Path(folder, "file")
        path.write_bytes(data)
        done = subprocess.run([tool, "--strip-debug", path], capture_output=True, check=False)
        if done.returncode:
            raise PackError(f"strip failed: {done.stderr.decode(errors='replace').strip()}")
        return path.read_bytes()
