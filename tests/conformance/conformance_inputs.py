"""Small archives in the shape of PBS releases, one per thing that the real programs treat differently.

`archive(input_named("tools"), folder / NAME)` writes one in the form that NAME says: `.tar.gz` is install_only (`python/...`), `.tar.zst` full
(`python/PYTHON.json`, `python/build/...`, `python/install/...`); the version and the variant also come from the name. `bin/pythonX.Y` is a
script that starts and says its version.
"""

from __future__ import annotations

import json
import pprint
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import zstandard

from pbs_archives import Item, folder, hardlink, symlink, write_archive
from pydiff.managers.assets import parse_asset_name
from pydiff.managers.interface import Python, python_of
from pydiff.model.sysconfigdata import HEADER, NAME

Variables = Mapping[str, str | int]
GNU, MUSL = "x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"
MACOS, WINDOWS = "aarch64-apple-darwin", "x86_64-pc-windows-msvc"
_TREES = Path(__file__).parents[1] / "data" / "pbs-trees"
_LINUX = "cpython-3.9.23-x86_64_v2-unknown-linux-gnu-install_only.sysconfig.json.zst"
_APPLE = "cpython-3.9.6-x86_64-apple-darwin-install_only.sysconfig.json.zst"


@dataclass(frozen=True, slots=True)
class Input:
    name: str
    says: str
    """What it is for, in a sentence of the table's page."""
    tree: Callable[[Python], list[Item]]
    """The members below the tree's own folder."""
    triple: str = GNU
    variant: str = ""
    """The build option in the archive's name: freethreaded or debug."""


def input_named(name: str) -> Input:
    return next(one for one in INPUTS if one.name == name)


def archive(one: Input, path: Path) -> Path:
    """Write it to `path`, whose name is that of a PBS archive."""
    python = python_of(parse_asset_name(path.name))
    full = path.name.endswith(".tar.zst")
    top = "python/install/" if full else "python/"
    items = [_below(top, item) for item in one.tree(python)]
    if full:
        before = [
            Item("python/PYTHON.json", b'{"version": "8"}'),
            Item("python/build/Modules/config.c", b"/* object */\n"),
        ]
        items = [*before, *items, Item("python/licenses/LICENSE.cpython.txt", b"PSF\n")]
    return write_archive(path, items)


def _below(top: str, item: Item) -> Item:
    link = top + item.link if item.kind == tarfile.LNKTYPE else item.link
    return Item(top + item.name, item.data, item.kind, link, item.mode)


# ------------------------------------------------------------------------------------------------------------------ variables
@cache
def _released(name: str) -> Variables:
    found: Variables = json.loads(zstandard.ZstdDecompressor().decompress((_TREES / name).read_bytes(), 1 << 22))
    return found


_OF_2022 = {
    "AR": "/tools/clang-linux64/bin/llvm-ar",
    "CFLAGS": "-Wall -fPIC -I/tools/deps/include -I/tools/deps/include/ncursesw -I/install/include/python3.9",
    "LDFLAGS": "-L/tools/deps/lib  -Wl,--exclude-libs,ALL -L/install/lib",
    "PY_LDFLAGS": "-L/tools/deps/lib -Wl,-rpath,/install/lib",
}
_CROSS = {
    "CC": "/usr/bin/aarch64-linux-gnu-gcc -pthread",
    "CXX": "/usr/bin/x86_64-linux-gnu-g++ -pthread",
    "LDSHARED": "/usr/bin/riscv64-linux-gnu-clang -shared",
    "BLDSHARED": "musl-clang /usr/bin/loongarch64-linux-gnu-gcc",
    "LINKCC": "/usr/bin/s390x-linux-gnu-gcc clang-19 clang",
    "LDCXXSHARED": "/usr/bin/aarch64-linux-gnu-g++ clang++ /usr/bin/riscv64-linux-gnu-clang++",
}
_ESCAPES = {
    "X_BACKSLASH": "a \\ b \\\\ c -DM=\\\"x\\\" 'q' end\\",
    "X_QUOTES": "say \"hi\" and 'ho' and it's",
    "X_LONG": " ".join(f"word{number}\\" for number in range(40)),
}
_WORDS: Variables = {
    "AR": "/install/bin/ar",
    "CC": "ccache  clang clang-19 -I/install/include",
    "LINKCC": "/install/bin/clang -x",
    "LDCXXSHARED": "clang clang++",
    "X_PREFIX": "/install /install/ /install/x /installer/y -I/install/z /install//abs x/install",
    "X_ISYSROOT": "-a -isysroot /Applications/X.sdk -b -isysroot",
    "X_BLANKS": "  a  b\u00a0c\u2003d ",
    "X_UNICODE": "\u00e9 \U0001f600",
    "X_INTEGER": -5,
    "X_EMPTY": "",
    "X_ONLY_BLANKS": "   ",
}
_VALUES: Variables = {
    "AR": "/install/bin/ar",
    "BLDSHARED": "clang++ clang -shared clang",
    "CC": "ccache  clang clang-19 -I/install/include",
    "CXX": "/install/bin/clang++\tclang++ -I/install/include clang++",
    "LDCXXSHARED": "clang clang++",
    "LINKCC": "/install/bin/clang -x",
    "X_BEGINS": "/install/a  /installer/b x/install /install /install/c/install",
    "X_LATER": " /install/a",
    "X_QUOTES": "'\"",
}
_MUSL = {"CC": "musl-clang", "LINKCC": "musl-clang", "LDSHARED": "musl-clang -shared", "MULTIARCH": "x86_64-linux-musl"}


def _json(values: Variables) -> bytes:
    """As PBS writes it since 20241219."""
    return f"{HEADER}{NAME} = {json.dumps(values, sort_keys=True, indent=4, ensure_ascii=False)}".encode()


def _pprint(values: Variables) -> bytes:
    """As CPython writes it up to 3.13."""
    return f"{HEADER}{NAME} = {pprint.pformat(dict(values))}\n".encode()


# ---------------------------------------------------------------------------------------------------------------------- trees
_ABI = {"": "", "freethreaded": "t", "debug": "d", "freethreaded+debug": "td"}


def _unix(python: Python, sysconfig: bytes | None, *, linked: bool = True, libc: str = "gnu") -> list[Item]:
    name = f"python{python.minor_text}{_ABI[python.variant]}"
    version = f"#!/bin/sh\necho Python {python.version}\n".encode()
    items = [
        folder("bin"),
        Item(f"bin/{name}", version, mode=0o755),
        symlink("bin/python3", name),
        *([symlink("bin/python", name)] if linked else []),
        Item(f"include/{name}/Python.h", b"/* headers */\n"),
        Item(f"{python.stdlib}/os.py", b"# the standard library\n"),
        Item(f"{python.stdlib}/config/Makefile", b"prefix=\t/install\nCC=\tclang -pthread\n"),
    ]
    if sysconfig is not None:
        platform = "darwin_darwin" if python.target.os == "macos" else f"linux_x86_64-linux-{libc}"
        items.append(Item(f"{python.stdlib}/_sysconfigdata_{_ABI[python.variant]}_{platform}.py", sysconfig))
    return items


def _tools(python: Python) -> list[Item]:
    package_config = f"lib/pkgconfig/python-{python.minor_text}.pc"
    return [
        *_unix(python, _pprint({**_released(_LINUX), **_OF_2022}), linked=False),
        Item(package_config, b"# made\nprefix=/install\nexec_prefix=/install\nlibdir=${exec_prefix}/lib\n"),
        symlink("lib/pkgconfig/python3.pc", f"python-{python.minor_text}.pc"),
        Item(f"lib/libpython{python.minor_text}.a", b"!<arch>\n"),
    ]


def _package_config(python: Python) -> list[Item]:
    return [
        *_unix(python, _json(_released(_LINUX))),
        Item("lib/pkgconfig/crlf.pc", b"prefix=/install\r\nexec_prefix=/install\r\nx=/install/y\r\n"),
        Item("lib/pkgconfig/digits.pc", b"1x=/install\n =/install\n=/install\n"),
        Item("lib/pkgconfig/relocatable.pc", b"prefix=${pcfiledir}/../..\nName: x"),
        Item("lib/pkgconfig/read-only.pc", b"prefix=/install", mode=0o444),
        Item("lib/pkgconfig/other.txt", b"prefix=/install\n"),
        Item("lib/pkgconfig/deep/below.pc", b"prefix=/install\n"),
        Item("share/pkgconfig/elsewhere.pc", b"prefix=/install\n"),
    ]


def _modes(python: Python) -> list[Item]:
    odd = (0o600, 0o664, 0o666, 0o700, 0o755, 0o775, 0o555, 0o444, 0o644, 0o611, 0o4755, 0o2755, 0o1644)
    return [
        Item(".", kind=tarfile.DIRTYPE, mode=0o750),
        *_unix(python, _json(_released(_LINUX))),
        *(Item(f"share/file-{mode:04o}", b"x", mode=mode) for mode in odd),
        *(Item(f"share/folder-{mode:04o}", kind=tarfile.DIRTYPE, mode=mode) for mode in (0o700, 0o750, 0o775, 0o2775)),
        Item("share/folder-0700/inside", b"x"),
        Item("share/implied/inside", b"x"),
    ]


def _links(python: Python) -> list[Item]:
    return [
        *_unix(python, _json(_released(_LINUX))),
        symlink("share/bin", "../bin"),
        symlink("share/chain", "bin/python3"),
        symlink("share/nowhere", "not-there"),
        # Full archives have folders of these names beside `install/`.
        Item("licenses/LICENSE.txt", b"PSF\n"),
        Item("build/what.txt", b"x"),
    ]


def _hard_links(python: Python) -> list[Item]:
    name = f"bin/python{python.minor_text}"
    return [
        *_unix(python, _json(_released(_LINUX))),
        hardlink("bin/hard", name),
        Item("share/hard", kind=tarfile.LNKTYPE, link=f"{python.stdlib}/os.py", mode=0o755),
    ]


def _macos(python: Python) -> list[Item]:
    return [
        *_unix(python, _pprint(_released(_APPLE))),
        Item(f"lib/pkgconfig/python-{python.minor_text}.pc", b"prefix=/install\n"),
    ]


def _windows(python: Python) -> list[Item]:
    return [
        Item("python.exe", b"MZ not really", mode=0o755),
        Item(f"python{python.minor_text.replace('.', '')}.dll", b"MZ", mode=0o755),
        Item("Lib/os.py", b"# the standard library\n"),
        Item("include/Python.h", b"/* headers */\n"),
        Item("DLLs/_ssl.pyd", b"MZ"),
    ]


def _from(
    values: Variables, form: Callable[[Variables], bytes] = _json, *, linked: bool = True
) -> Callable[[Python], list[Item]]:
    return lambda python: _unix(python, form({**_released(_LINUX), **values}), linked=linked)


def _raw(sysconfig: bytes | None) -> Callable[[Python], list[Item]]:
    return lambda python: _unix(python, sysconfig)


INPUTS: tuple[Input, ...] = (
    Input("tools", "2022: pprint, `/tools` flags, no `bin/python`, `.pc` files, a static library", _tools),
    Input("pprint", "2024: the real variables as CPython writes them", _from({}, _pprint)),
    Input("json", "2025: the real variables as PBS writes them since 20241219", _from({})),
    Input("cross", "compilers of cross builds", _from(_CROSS)),
    Input("escapes", "backslashes and quotes, as CPython writes them", _from(_ESCAPES, _pprint)),
    Input("words", "words that begin with the prefix, `-isysroot`, blanks, other scripts", _from(_WORDS)),
    Input("values", "values that begin with the prefix, compilers among other words", _from(_VALUES)),
    Input("pkgconfig", "`.pc` files of every form", _package_config),
    Input("modes", "files and folders of unusual modes", _modes),
    Input(
        "links",
        "links to folders, chains, links to nothing; folders named as those that a full archive has beside its tree",
        _links,
    ),
    Input("hard-links", "hard links, which no release has", _hard_links),
    Input(
        "musl",
        "musl names and compilers",
        lambda python: _unix(python, _json({**_released(_LINUX), **_MUSL}), libc="musl"),
        MUSL,
    ),
    Input("freethreaded", "`python3.Yt`, no `bin/python`", _from({}, linked=False), variant="freethreaded"),
    Input("debug", "`python3.Yd`, no `bin/python`", _from({}, linked=False), variant="debug"),
    Input("macos", "the real variables of a macOS build", _macos, MACOS),
    Input("windows", "a Windows build", _windows, WINDOWS),
    Input("no-sysconfig", "no sysconfig data", _raw(None)),
    Input("no-header", "sysconfig data without its comment", _raw(_json({}).removeprefix(HEADER.encode()))),
    Input(
        "float",
        "sysconfig data with a value that is neither string nor integer",
        _raw(_json({}).replace(b"{", b'{"X": 1.5')),
    ),
    Input("newline-escape", "sysconfig data with an escape that is no quote or backslash", _raw(_json({"X": "a\n"}))),
)
