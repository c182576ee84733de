"""PE: Windows."""

from __future__ import annotations

from pydiff.pe import Pe
from pydiff.snapshot.binary import symbols
from pydiff.snapshot.binary.interface import Binary, found


def read(data: bytes) -> Binary:
    """Raises PeError for what is not PE behind its first bytes, or damaged."""
    image = Pe(data)
    exported = image.exported
    facts = found(
        format="pe",
        kind="dll" if image.dll else "executable",
        machine=image.machine,
        subsystem=image.subsystem,
        needed=image.needed,
        delayed=image.delayed,
        pdb=_file(image.pdb),
        certificate=image.certificate,
    )
    return Binary(facts, symbols.api(exported), symbols.modules(exported))


def _file(path: str) -> str:
    """Debuggers look beside the binary for the file that the build machine's path ends in."""
    return path.replace("\\", "/").rpartition("/")[2]
