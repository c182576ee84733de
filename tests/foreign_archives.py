"""Releases for Windows and macOS in the shape of real ones: the paths and PYTHON.json of 3.11.9, renamed to another version and processor.

Programs of Windows are real ones, the launchers that pip carries; libraries are written by the book. What can start at all on Linux leaves
a mark when it does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

import pip

from binary_writers import LINKER_SIGNED, PE, MachO, superblob
from pbs_archives import Item, write_archive
from pydiff.fetch.pack.rewrite import write_sysconfigdata
from pydiff.model.asset import Asset, Flavor
from releases import TAG
from snapshot_support import MACOS_FULL, WINDOWS_FULL, released

VERSION = "3.12.7"
_LAUNCHERS = Path(pip.__file__).parent / "_vendor" / "distlib"
_PATCHLEVEL = f'#define PY_VERSION "{VERSION}"\n'.encode()
_API = ("PyList_New", "Py_BytesMain", "PyInit__io", "PyInit_nt", "PyInit_posix", "_PyObject_GC_New")
Contents = Callable[[str], bytes]
"""Path below the prefix -> what is in the file."""


@dataclass(frozen=True, slots=True)
class Foreign:
    triple: str
    options: str
    """As they stand in the name of the full archive."""
    words: Mapping[str, str]
    """What the real release's paths and PYTHON.json say -> what this one's say."""
    source: str
    """The real release."""
    machine: str

    def renamed(self, text: str) -> str:
        for old, new in self.words.items():
            text = text.replace(old, new)
        return text


_TO_3_12 = {"3.11.9": VERSION, "3.11": "3.12", "cp311": "cp312", "cpython-311": "cpython-312", "python311": "python312"}
WINDOWS = {
    "x86_64": Foreign("x86_64-pc-windows-msvc", "pgo-full", _TO_3_12, WINDOWS_FULL, "x86_64"),
    "x86": Foreign(
        "i686-pc-windows-msvc",
        "pgo-full",
        {**_TO_3_12, "win_amd64": "win32", "win-amd64": "win32", "-3-x64": "-3", "x86_64-pc": "i686-pc"},
        WINDOWS_FULL,
        "x86",
    ),
}
MACOS = {
    "aarch64": Foreign("aarch64-apple-darwin", "pgo+lto-full", _TO_3_12, MACOS_FULL, "arm64"),
    "x86_64": Foreign(
        "x86_64-apple-darwin",
        "pgo+lto-full",
        {
            **_TO_3_12,
            "aarch64": "x86_64",
            "arm64": "x86_64",
            "macosx-11.0": "macosx-10.15",
            "version-min=11.0": "version-min=10.15",
            '"apple_sdk_deployment_target": "11.0"': '"apple_sdk_deployment_target": "10.15"',
        },
        MACOS_FULL,
        "x86_64",
    ),
}


def foreign_release(mirror: Path, foreign: Foreign, flavor: Flavor, mark: Path, extension: bytes = b"") -> Asset:
    """MIRROR/TAG/NAME, as a list would name it. `extension`: a real Mach-O file, in place of written extension modules."""
    described = json.loads(foreign.renamed(json.dumps(released(foreign.source, "PYTHON"))))
    if foreign.source == WINDOWS_FULL:
        contents = _windows_contents(foreign.machine == "x86_64")
    else:
        contents = _macos_contents(foreign.machine, described["python_config_vars"], mark, extension)
    items = list(_items(foreign, flavor, contents))
    if flavor == "full":
        items.insert(0, Item("python/PYTHON.json", json.dumps(described).encode()))
    tail = f"{foreign.options}.tar.zst" if flavor == "full" else f"{flavor}.tar.gz"
    name = f"cpython-{VERSION}+{TAG}-{foreign.triple}-{tail}"
    data = write_archive(mirror / TAG / name, items).read_bytes()
    return Asset(
        name=name,
        version=VERSION,
        tag=TAG,
        triple=foreign.triple,
        build_options=(),
        flavor=flavor,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _items(foreign: Foreign, flavor: Flavor, contents: Contents) -> Iterator[Item]:
    for row in released(foreign.source, "manifest"):
        path = foreign.renamed(row["path"])
        # A 64-bit runtime has a part of its own; byte code and the tests are most of a tree, and nothing is asked of them here.
        if "/test/" in path or path.endswith(".pyc") or (foreign.machine == "x86" and "vcruntime140_1" in path):
            continue
        below = path.removeprefix("install/")
        if below != path:
            top = "python/install" if flavor == "full" else "python"
            yield Item(f"{top}/{below}", contents(below), mode=int(row["mode"][-3:], 8))
        elif flavor == "full" and path.startswith("build/") and path.endswith(".o"):
            yield Item(f"python/{path}", b"BC\xc0\xde\0")


def _windows_contents(wide: bool) -> Contents:
    written = partial(PE, machine=0x8664 if wide else 0x14C)
    bits = 64 if wide else 32
    exported = _API if wide else (*_API, "_Py_x86_only")
    known = {
        "python.exe": (_LAUNCHERS / f"t{bits}.exe").read_bytes(),
        "pythonw.exe": (_LAUNCHERS / f"w{bits}.exe").read_bytes(),
        "python312.dll": written(exports=exported, imports={"VCRUNTIME140.dll": ["memcpy"]}).bytes(),
        "pyconfig.h": f"#define SIZEOF_VOID_P {bits // 8}\n#define MS_WIN32 1\n".encode(),
        "patchlevel.h": _PATCHLEVEL,
    }

    def content(path: str) -> bytes:
        name = PurePosixPath(path)
        if name.suffix == ".pyd":
            return written(exports=[f"PyInit_{name.stem}"], imports={"python312.dll": ["PyList_New"]}).bytes()
        library = written(imports={"KERNEL32.dll": ["Sleep"]}).bytes() if name.suffix == ".dll" else b""
        return known.get(name.name, library)

    return content


def _macos_contents(machine: str, variables: Mapping[str, str], mark: Path, extension: bytes) -> Contents:
    # Apple's processors run nothing that is not signed.
    signed = superblob(LINKER_SIGNED) if machine == "arm64" else b""
    minimum = (11, 0) if machine == "arm64" else (10, 15)
    written = partial(MachO, cpu=machine, minimum=minimum, signature=signed)
    library = "/install/lib/libpython3.12.dylib"
    known = {
        "bin/python3.12": written(kind=2, needed=[library]).bytes(),
        "lib/libpython3.12.dylib": written(install_name=library, exported=_API).bytes(),
        "lib/python3.12/_sysconfigdata__darwin_darwin.py": write_sysconfigdata(variables),
        "lib/python3.12/config-3.12-darwin/Makefile": _makefile(variables),
        "include/python3.12/patchlevel.h": _PATCHLEVEL,
    }
    script = f"#!/bin/sh\ntouch '{mark}'\n".encode()

    def content(path: str) -> bytes:
        name = PurePosixPath(path)
        if name.suffix == ".so":
            return extension or written(kind=8, exported=[f"PyInit_{name.name.split('.')[0]}"]).bytes()
        return known.get(path, script if name.parent.name == "bin" else b"")

    return content


def _makefile(variables: Mapping[str, str]) -> bytes:
    return "".join(f"{name}=\t{value}\n" for name, value in variables.items()).encode()
