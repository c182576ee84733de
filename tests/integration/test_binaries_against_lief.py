"""Binaries of real wheels for Windows and macOS: what is told of each is what lief reads in it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from binaries_by_lief import macho_through_lief, pe_through_lief
from pydiff.snapshot.binary import macho, pe
from pydiff.snapshot.binary.interface import Binary
from support import needs_index

pytestmark = pytest.mark.index

MACHO = {b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe"}
_BOTH = ("MarkupSafe==3.0.2", "cffi==1.17.1", "psutil==6.1.1", "debugpy==1.8.9", "ninja==1.11.1.3")
WINDOWS = {"win_amd64": _BOTH, "win32": _BOTH}
MACOS = {
    "macosx_11_0_arm64": ("cffi==1.17.1", "PyYAML==6.0.2", "pillow==10.4.0"),
    "macosx_10_10_x86_64": ("cffi==1.17.1", "PyYAML==6.0.2", "pillow==10.4.0"),
    "macosx_10_9_universal2": ("MarkupSafe==2.1.5", "ninja==1.11.1.3", "debugpy==1.8.9"),
}
"""Platform -> what has a wheel for it."""
Judge = Callable[[bytes], Binary]


def wheels(wanted: Mapping[str, Sequence[str]], folder: Path) -> Iterator[Path]:
    needs_index()
    for platform, requirements in wanted.items():
        place = folder / platform
        command = [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"),
            *("--platform", platform, "--python-version", "3.12", "--dest", str(place), *requirements),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        yield from sorted(place.glob("*.whl"))


def compared(found: Iterator[Path], wanted: Callable[[bytes], bool], own: Judge, other: Judge) -> Counter[str]:
    """How many files of each processor were read alike."""
    counted: Counter[str] = Counter()
    for wheel in found:
        with zipfile.ZipFile(wheel) as members:
            for name in members.namelist():
                data = members.read(name)
                if wanted(data[:4]):
                    binary = own(data)
                    assert binary == other(data), (wheel.name, name)
                    counted[str(binary.facts["machine"])] += 1
    return counted


def test_windows(tmp_path: Path) -> None:
    counted = compared(wheels(WINDOWS, tmp_path), lambda head: head[:2] == b"MZ", pe.read, pe_through_lief)
    assert min(counted["amd64"], counted["i386"]) >= 5, counted


def test_macos(tmp_path: Path) -> None:
    counted = compared(wheels(MACOS, tmp_path), MACHO.__contains__, macho.read, macho_through_lief)
    assert min(counted["arm64"], counted["x86_64"], counted["x86_64 arm64"]) >= 2, counted
