"""Where a Python keeps its parts, found by looking at its paths: the same answer for Linux, macOS and Windows trees."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

_STDLIB = re.compile(r"(lib(?:64|32)?/python(\d+\.\d+)[a-z]*|Lib)/os\.py")
_HEADER = re.compile(r"(include(?:/python\d+\.\d+[a-z]*)?)/Python\.h")
_PC = re.compile(r"(?:.*/)?pkgconfig/python[^/]*\.pc")
# sys.platform as it stands in the name of a sysconfigdata module.
_PLATFORM = (
    r"linux\d*|darwin|cygwin|android|ios|emscripten|wasi|aix\w*|sunos\d*|(?:free|open|net)bsd\d*|gnukfreebsd\d*|gnu0"
)
_DATA_NAME = re.compile(rf"_sysconfigdata_(?P<abi>[a-z]*)_(?P<platform>{_PLATFORM})_(?P<multiarch>[^/]*)\.py")


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths relative to the prefix; empty where the tree has no such thing."""

    stdlib: str = ""
    """`lib/python3.9`, `Lib`."""
    include: str = ""
    """The folder of Python.h."""
    config: str = ""
    """`lib/python3.9/config-3.9-x86_64-linux-gnu`."""
    dynload: str = ""
    """`lib/python3.9/lib-dynload`, `DLLs`."""
    sysconfigdata: str = ""
    """The file that `sysconfig` would import."""
    pyconfig: str = ""
    """The pyconfig.h with the macros: Debian's first one only includes that of the architecture."""
    pkgconfig: tuple[str, ...] = ()
    """`.pc` files, sorted."""
    interpreter: str = ""
    """`bin/python3.9`, `python.exe`; may be a link."""
    libpython: tuple[str, ...] = ()
    """Shared libraries of the interpreter, the real file among them: `lib/libpython3.9.so.1.0`, `python311.dll`. Sorted."""


def find_layout(paths: Collection[str], version: str) -> Layout:
    """`paths` are all paths of a tree; `version` ("3.9.18") settles which is meant where there are several."""
    minor = ".".join(version.split(".")[:2])
    stdlib = _stdlib(paths, minor)
    include = next(
        (match[1] for path in sorted(paths) if (match := _HEADER.fullmatch(path)) and _fits(match[1], minor)), ""
    )
    makefile = re.compile(rf"({re.escape(stdlib)}/config[^/]*)/Makefile")
    config = next((match[1] for path in sorted(paths) if (match := makefile.fullmatch(path))), "")
    return Layout(
        stdlib=stdlib,
        include=include,
        config=config,
        dynload="DLLs" if stdlib == "Lib" else f"{stdlib}/lib-dynload",
        sysconfigdata=_sysconfigdata(paths, stdlib, config),
        pyconfig=_pyconfig(paths, include, minor),
        pkgconfig=tuple(sorted(path for path in paths if _PC.fullmatch(path))),
        interpreter=_interpreter(paths, stdlib, minor),
        libpython=_libpython(paths, minor),
    )


def _interpreter(paths: Collection[str], stdlib: str, minor: str) -> str:
    abi = re.sub(r".*python\d+\.\d+", "", stdlib) if "python" in stdlib else ""
    names = (f"bin/python{minor}{abi}", f"bin/python{minor}", "bin/python3", "python.exe")
    return next((name for name in names if name in paths), "")


def _libpython(paths: Collection[str], minor: str) -> tuple[str, ...]:
    dotted, bare = re.escape(minor), minor.replace(".", "")
    name = re.compile(
        rf"lib(?:64)?/(?:[\w-]+/)?libpython{dotted}[a-z]*\.(?:so(?:\.[\d.]+)?|dylib)|python{bare}[td_]*\.dll"
        rf"|Python\.framework/Versions/{dotted}/Python|Python"
    )
    return tuple(sorted(path for path in paths if name.fullmatch(path)))


def _fits(folder: str, minor: str) -> bool:
    return re.search(rf"python{re.escape(minor)}[a-z]*$", folder) is not None or "python" not in folder


def _stdlib(paths: Collection[str], minor: str) -> str:
    found = sorted((match[2] != minor, match[1]) for path in paths if (match := _STDLIB.fullmatch(path)))
    return found[0][1] if found else ""


def _sysconfigdata(paths: Collection[str], stdlib: str, config: str) -> str:
    """The one CPython's `_get_sysconfigdata_name` forms: `_sysconfigdata_{abiflags}_{platform}_{multiarch}`.

    abiflags are the letters after the version in the folder's name, or none; a name of another form (Debian's alias) comes last.
    """
    abi = re.sub(r".*python\d+\.\d+", "", stdlib)
    ranked: list[tuple[bool, bool, bool, str]] = []
    for path in paths:
        folder, _, name = path.rpartition("/")
        if folder == stdlib and name.startswith("_sysconfigdata_") and name.endswith(".py"):
            match = _DATA_NAME.fullmatch(name)
            multiarch = match["multiarch"] if match else ""
            ranked.append(
                (match is None, match is None or match["abi"] != abi, not config.endswith(f"-{multiarch}"), path)
            )
    return min(ranked)[3] if ranked else ""


def _pyconfig(paths: Collection[str], include: str, minor: str) -> str:
    nested = re.compile(rf"include/[^/]+-[^/]+/python{re.escape(minor)}[a-z]*/pyconfig\.h")
    candidates = sorted(path for path in paths if nested.fullmatch(path))
    plain = f"{include}/pyconfig.h"
    return candidates[0] if candidates else plain if plain in paths else ""
