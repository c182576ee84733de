"""Install names of libraries from real macOS wheels, against what Apple's tools wrote and what LLVM's write.

Setting the name that is there must give a file back to the byte where Apple wrote it: the header is install_name_tool's own in wheels
that delocate mended, and libraries of Rust, whose release builds end with Apple's `strip`, have signatures of the form that it and
install_name_tool share (`code_directory.c`; the linkers pad and measure differently). LLVM's tool signs in its own way, so with it
everything else is compared.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from macho_files import checked_signatures, install_names
from pydiff.macho import MachOError, set_install_name
from support import needs_index, needs_llvm

pytestmark = pytest.mark.index

FILE = "libpython3.12.dylib"
WANTED = f"/Users/somebody/.local/share/uv/python/cpython-3.12.8-macos-aarch64-none/lib/{FILE}"
ARM64 = 0x100000C
DYLIB = 6
"""A file type: extension modules are another."""
Libraries = dict[tuple[str, str, int], bytes]
"""(requirement, name in the wheel, processor) -> the library of that processor alone."""
ORJSON, PYDANTIC, PILLOW = "orjson==3.10.0", "pydantic-core==2.18.2", "pillow==10.4.0"
PLATFORMS = {
    ORJSON: ("macosx_10_15_universal2",),
    PYDANTIC: ("macosx_11_0_arm64",),
    PILLOW: ("macosx_11_0_arm64", "macosx_10_10_x86_64"),
}


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Libraries:
    needs_index()
    folder = tmp_path_factory.mktemp("wheels")
    found = {}
    for requirement, platforms in PLATFORMS.items():
        for platform in platforms:
            with zipfile.ZipFile(_download(requirement, platform, folder / platform / requirement)) as wheel:
                for name in wheel.namelist():
                    if name.endswith((".dylib", ".so")):
                        for processor, data in _libraries(wheel.read(name)):
                            found[requirement, Path(name).name, processor] = data
    assert len(found) > 30
    return found


def _download(requirement: str, platform: str, folder: Path) -> Path:
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"),
            *("--platform", platform, "--python-version", "3.11", "--abi", "cp311", "--dest", folder, requirement),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def _libraries(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The dynamic libraries in a file of one or more architectures."""
    images = [data]
    if data.startswith(b"\xca\xfe\xba\xbe"):
        entries = (struct.unpack_from(">5I", data, 8 + 20 * number) for number in range(data[7]))
        images = [data[start : start + size] for _kind, _subtype, start, size, _alignment in entries]
    for image in images:
        processor, _subtype, file_type = struct.unpack_from("<3I", image, 4)
        if file_type == DYLIB:
            yield processor, image


def _signed_by(data: bytes) -> str:
    (signature,) = checked_signatures(data)
    assert signature is not None
    return signature.identifier


@pytest.mark.parametrize("requirement", [ORJSON, PYDANTIC])
def test_apples_own_signature_to_the_byte(libraries: Libraries, requirement: str) -> None:
    ((_key, released),) = [item for item in libraries.items() if item[0][0] == requirement and item[0][2] == ARM64]
    (name,) = install_names(released)
    assert name.startswith("@rpath/")
    assert set_install_name(released, name, file_name=_signed_by(released)) == released
    # There and back again.
    edited = set_install_name(released, WANTED, file_name=FILE)
    assert _signed_by(edited) == FILE
    assert set_install_name(edited, name, file_name=_signed_by(released)) == released


def test_headers_that_install_name_tool_wrote(libraries: Libraries) -> None:
    """In wheels that delocate mended: it had each library renamed to `/DLC/...` by Apple's tool and then signed by codesign."""
    refused = {}
    for key, released in libraries.items():
        if key[0] != PILLOW:
            continue
        (name,) = install_names(released)
        assert name.startswith("/DLC/PIL/.dylibs/")
        assert set_install_name(released, name, file_name=FILE) == released, key
        try:
            edited = set_install_name(released, WANTED, file_name=FILE)
        except MachOError as error:
            refused[key] = str(error)
            continue
        assert install_names(edited) == [WANTED]
        assert len(edited) == len(released)
        assert edited[4096:] == released[4096:], key
        assert set_install_name(edited, name, file_name=FILE) == released, key
    assert refused == {(PILLOW, "libpng16.16.dylib", ARM64): "its header is 12 bytes too small for the install name"}


def test_llvm_writes_the_same_but_for_the_signature(libraries: Libraries, tmp_path: Path) -> None:
    """Each file is first copied by llvm-objcopy, which lays it out as LLVM does: then its install-name tool moves nothing more."""
    objcopy, tool = needs_llvm("llvm-objcopy"), needs_llvm("llvm-install-name-tool")
    compared = unsigned = 0
    file = tmp_path / FILE
    for key, released in libraries.items():
        file.write_bytes(released)
        subprocess.run([objcopy, file], check=True, timeout=60)
        copied = file.read_bytes()
        try:
            ours = set_install_name(copied, WANTED, file_name=FILE)
        except MachOError:
            continue  # LLVM does not look whether there is room
        subprocess.run([tool, "-id", WANTED, file], check=True, timeout=60)
        theirs = file.read_bytes()
        compared += 1
        if checked_signatures(ours) == [None]:
            unsigned += 1
            assert ours == theirs, key
        else:
            assert _unsigned(ours) == _unsigned(theirs), key
    assert compared == len(libraries) - 1
    assert unsigned == 1


def _unsigned(data: bytes) -> bytes:
    """Without the signature, and with zeros where its size shows: in LC_CODE_SIGNATURE and the sizes of __LINKEDIT."""
    count, at, end = int.from_bytes(data[16:20], "little"), 32, len(data)
    blank = bytearray(data)
    for _ in range(count):
        kind, size = struct.unpack_from("<2I", data, at)
        if kind == 0x1D:
            (end,) = struct.unpack_from("<I", data, at + 8)
            blank[at + 12 : at + 16] = bytes(4)
        elif kind == 0x19 and data[at + 8 : at + 24].rstrip(b"\0") == b"__LINKEDIT":
            blank[at + 32 : at + 40] = blank[at + 48 : at + 56] = bytes(8)
        at += size
    return bytes(blank[:end])
