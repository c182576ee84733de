"""Our reader of ELF files and lief on real ones: this machine's, and foreign wheels' from the package index."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from elf_by_lief import through_lief
from pydiff.elf import MAGIC
from pydiff.snapshot.binary import elf
from support import missing, needs_index

LARGEST = 8_000_000
"""Bytes: lief needs seconds for the largest libraries of C++."""
MOST = 250
"""Files of one folder."""
SYSTEM = Path("/usr/lib", sysconfig.get_config_var("MULTIARCH") or "")
MARKUPSAFE, CFFI = "MarkupSafe==3.0.4", "cffi==2.1.1"
PPC64 = "manylinux2014_ppc64le"
WHEELS = {
    (CFFI, "manylinux2014_i686"): "i386-elf32",
    (MARKUPSAFE, "manylinux2014_armv7l"): "arm-elf32",
    (MARKUPSAFE, "manylinux2014_aarch64"): "aarch64-elf64",
    (CFFI, "manylinux2014_aarch64"): "aarch64-elf64",
    (CFFI, "manylinux2014_s390x"): "s390-elf64-msb",
    (MARKUPSAFE, "manylinux_2_31_riscv64"): "riscv-elf64",
    (MARKUPSAFE, "musllinux_1_2_x86_64"): "x86_64-elf64",
    (CFFI, "musllinux_1_2_x86_64"): "x86_64-elf64",
}
"""Requirement and platform -> machine."""


@pytest.mark.parametrize(
    "folder",
    [Path(sys.base_prefix, "bin"), Path(sys.base_prefix, "lib"), SYSTEM],
    ids=["programs", "libraries", "system"],
)
def test_files_of_this_machine(folder: Path) -> None:
    compared = 0
    for path, data in _files(folder):
        assert elf.read(data) == through_lief(data), path
        compared += 1
    if not compared:
        missing(f"no ELF file in {folder}")


def _files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """At most `MOST`, evenly over the sorted names."""
    # Most of an interpreter's 10,000 files need not be opened.
    names = re.compile(r".*\.so(\..*)?|.*\.o|python[\d.]*|[^.]*")
    named = (path for path in sorted(folder.rglob("*")) if names.fullmatch(path.name))
    paths = (path for path in named if not path.is_symlink() and path.is_file())
    found = [path for path in paths if path.stat().st_size <= LARGEST and _starts(path) == MAGIC]
    for path in found[:: len(found) // MOST + 1]:
        yield path, path.read_bytes()


def _starts(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except PermissionError:
        return b""


@pytest.mark.index
@pytest.mark.parametrize(("requirement", "platform"), WHEELS)
def test_wheels_of_other_machines(requirement: str, platform: str, tmp_path: Path) -> None:
    needs_index()
    libraries = _libraries(requirement, platform, tmp_path)
    for name, data in libraries.items():
        told = elf.read(data)
        assert told.facts["machine"] == WHEELS[requirement, platform]
        assert told == through_lief(data), name
        assert told.modules, "the function that initialises it"


@pytest.mark.index
@pytest.mark.parametrize(("requirement", "module"), [(MARKUPSAFE, "_speedups"), (CFFI, "_cffi_backend")])
def test_what_lief_does_not_see_on_ppc64(requirement: str, module: str, tmp_path: Path) -> None:
    """It takes the second entry of a function, in the upper bits of st_other, for the visibility, and so for no export."""
    needs_index()
    ((_, data),) = _libraries(requirement, PPC64, tmp_path).items()
    ours, theirs = elf.read(data), through_lief(data)
    assert ours.facts == theirs.facts
    assert ours.facts["machine"] == "ppc64-elf64"
    assert ours.modules == {module}
    assert theirs.modules == frozenset(), "lief has been mended: this test can go, and ppc64le to the others"


def _libraries(requirement: str, platform: str, folder: Path) -> dict[str, bytes]:
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"),
            *("--platform", platform, "--python-version", "3.12", "--abi", "cp312", "--dest", folder, requirement),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        found = {name: archive.read(name) for name in archive.namelist() if name.endswith(".so")}
    assert found
    return found
