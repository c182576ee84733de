"""What a tool makes of the modes in an archive: one entry for each manner that was seen."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ANY_X = 0o111
BITS = 0o777
WithIds = Callable[[int, int], int | None]
"""(mode in the archive, mode on disk) -> the mode to set, None to leave it."""


@dataclass(frozen=True, slots=True)
class Modes:
    created: Callable[[int], int]
    """Mode in the archive -> what a file is created with, which the umask then lessens."""
    written: WithIds | None = None
    """What is set afterwards, whatever the umask; None: nothing ever."""
    linked: WithIds = lambda _mode, _now: None
    """The same for a hard link, which shares the mode of its file."""
    folder: Callable[[int], int | None] = lambda _mode: None
    """Mode in the archive -> what is set on a folder that is a member; None: what the umask leaves."""


def _plain(_mode: int) -> int:
    return 0o666


def _executable(mode: int) -> int:
    return 0o777 if mode & ANY_X else 0o666


def _with_x(mode: int, now: int) -> int | None:
    return stat.S_IMODE(now) | ANY_X if mode & ANY_X else None


def _bits(mode: int, _now: int = 0) -> int:
    return mode & BITS


def _bits_with_x(mode: int, _now: int) -> int:
    return mode & BITS | (ANY_X if mode & ANY_X else 0)


def _all(mode: int, _now: int = 0) -> int:
    return stat.S_IMODE(mode)


def _filtered(mode: int, _now: int) -> int:
    """Python's `tarfile.data_filter`: the owner may read and write, x is for all or none by the owner's, and nobody else may write."""
    kept = mode & 0o755 if mode & 0o100 else mode & 0o644
    return kept | 0o600


MODES: Mapping[str, Modes] = {
    "umask": Modes(_executable),
    "umask+x": Modes(_plain, _with_x, _with_x),
    "archive": Modes(_plain, _bits, folder=_bits),
    "archive+x": Modes(_plain, _bits_with_x, _with_x, _bits),
    "archive+ids": Modes(_plain, _all, folder=_all),
    "tarfile": Modes(_plain, _all, _all, _all),
    "tarfile+data": Modes(_plain, _filtered, _filtered),
}
"""By `Unpacking.modes`."""


def umask_here() -> int:
    """Of this process. Linux tells it; elsewhere reading it means setting it, for an instant."""
    status = Path("/proc/self/status")
    if status.exists() and (match := re.search(r"^Umask:\s*([0-7]+)", status.read_text(), re.MULTILINE)):
        return int(match[1], 8)
    umask = os.umask(0o022)
    os.umask(umask)
    return umask
