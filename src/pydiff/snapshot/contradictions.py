"""Where one tree says something that the tree itself, or this machine, does not bear out. Facts, each with its consequence for a build."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from pydiff.model.snapshot import Contradiction, Snapshot
from pydiff.snapshot.beside import BUILD_ROOTS, Beside, Machine

# Variables that a build takes a place from -> what becomes of it when the place is not there. In the order of what they break.
_PLACES = {
    "LIBDIR": "`-L` with this folder finds no libpython: linking a program that embeds Python fails with `cannot find -lpython{minor}`",
    "LIBPL": "a build that looks there for the static library, config.c or the Makefile finds none of them",
    "INCLUDEPY": "a build that takes its include path from this variable does not find Python.h",
    "CONFINCLUDEPY": "a build that takes its include path from this variable does not find pyconfig.h",
    "INCLUDEDIR": "an include path made from this variable holds no headers",
    "CONFINCLUDEDIR": "an include path made from this variable holds no headers",
    "prefix": "every path that a build derives from this variable is wrong",
    "exec_prefix": "every path that a build derives from this variable is wrong",
    "LIBDEST": "a build that looks for the standard library there finds none; an embedding program that is told this path cannot start Python",
    "BINLIBDEST": "a build that looks for extension modules there finds none",
    "BINDIR": "a build that runs the interpreter by this path cannot start it",
    "LIBPC": "pkg-config that is pointed there finds no python.pc",
}
# Variables that hold flags -> a folder in them that is not there is skipped by compilers, but what was to come from it is missing.
_FLAGS = (
    "LDFLAGS",
    "LDSHARED",
    "LDCXXSHARED",
    "BLDSHARED",
    "CFLAGS",
    "CPPFLAGS",
    "CXXFLAGS",
    "OPT",
    "BASECFLAGS",
    "MODLIBS",
    "LIBS",
)
_TOOLS = ("CC", "CXX", "AR", "LDSHARED", "LDCXXSHARED", "BLDSHARED", "LINKCC", "RANLIB", "LD")
_STAND_INS = {
    "CC": "cc",
    "CXX": "c++",
    "AR": "ar",
    "LDSHARED": "cc",
    "LDCXXSHARED": "c++",
    "RANLIB": "ranlib",
    "LD": "ld",
}
_COMPARED = (
    *_PLACES,
    *_TOOLS,
    "LDLIBRARY",
    "LIBRARY",
    "LIBS",
    "SYSLIBS",
    "LDFLAGS",
    "CFLAGS",
    "EXT_SUFFIX",
    "SOABI",
    "MULTIARCH",
)
# TZPATH lists the places where time zones may be, on any system; that some are not there is how it is meant.
_TOLD = frozenset({*_PLACES, *_FLAGS, *_TOOLS, "TZPATH"})
_REFERENCE = re.compile(r"\$[({]([A-Za-z0-9_]+)[)}]")
_LAID_OUT = "uv >= 0.5.9 and mise >= 2024.12.15 write the real folder when they install a release"


def contradictions(snapshot: Snapshot, machine: Machine | None = None) -> list[Contradiction]:
    """What the tree says of itself and is not so, what matters most first. `machine` answers for everything outside the tree."""
    beside = Beside(snapshot, machine or Machine())
    return [found for check in _CHECKS for found in check(beside)]


def _places(beside: Beside) -> Iterator[Contradiction]:
    minor = ".".join(beside.snapshot.python_version.split(".")[:2])
    users: dict[str, list[str]] = defaultdict(list)
    for name in _PLACES:
        value = beside.text(name)
        if value.startswith("/") and not beside.has(value):
            users[value].append(name)
    for value, names in users.items():
        consequence = _PLACES[names[0]].format(minor=minor)
        yield Contradiction(
            "sysconfig", ", ".join(names), value, "no such folder", consequence, _place_remedy(beside, names[0], value)
        )


def _place_remedy(beside: Beside, name: str, value: str) -> str:
    if not _is_built_in(value):
        return ""
    real = beside.snapshot.prefix + value.removeprefix("/install")
    by_hand = {"LIBDIR": f"LDFLAGS=-L{real}; ", "INCLUDEPY": f"CFLAGS=-I{real}; "}.get(name, "")
    return by_hand + _LAID_OUT


def _tools(beside: Beside) -> Iterator[Contradiction]:
    if beside.foreign:
        return
    users: dict[str, list[str]] = defaultdict(list)
    for name in _TOOLS:
        words = beside.text(name).split()
        if words and not words[0].startswith(("-", "$")):
            users[words[0]].append(name)
    for tool, names in users.items():
        if not (beside.machine.exists(tool) if "/" in tool else beside.machine.which(tool)):
            found = "no such file" if "/" in tool else "no such program on PATH"
            consequence = f"a build that takes {names[0]} from sysconfig cannot start it: `command '{tool}' failed: No such file or directory`"
            yield Contradiction(
                "sysconfig", ", ".join(names), tool, found, consequence, _tool_remedy(beside, tool, names[0])
            )


def _tool_remedy(beside: Beside, tool: str, name: str) -> str:
    stand_in = _STAND_INS.get(name, "")
    # setuptools puts CC in front of LDSHARED when LDSHARED begins with sysconfig's CC, and takes each of these from the environment.
    by_hand = (
        f"{name}={stand_in}" if stand_in and beside.machine.which(stand_in) else f"install {tool.rpartition('/')[2]}"
    )
    if not _is_built_in(tool) and tool not in {"clang", "clang++"}:
        return by_hand
    # The regression of those versions: https://github.com/astral-sh/uv/issues/13236
    return f"{by_hand}; uv >= 0.5.10 writes `{stand_in}` when it installs" + (
        " (not 0.6.15 to 0.7.1)" if name in {"CC", "CXX"} else ""
    )


def _libraries(beside: Beside) -> Iterator[Contradiction]:
    libdir, shared, static = beside.text("LIBDIR"), beside.text("LDLIBRARY"), beside.text("LIBRARY")
    # A framework build names `Python.framework/Versions/3.9/Python`, which is relative to another folder.
    claimed = beside.text("Py_ENABLE_SHARED") == "1" and shared and "/" not in shared and libdir and beside.has(libdir)
    if claimed and not beside.has(f"{libdir}/{shared}"):
        consequence = (
            f"linking against Python with -L{libdir} fails, though sysconfig says it was built with a shared library"
        )
        says = f"{libdir}/{shared}"
        yield Contradiction("sysconfig", "LDLIBRARY", says, "no such file", consequence, _where(beside, shared))
    places = (libdir, beside.text("LIBPL"))
    there = any(path.endswith(f"/{static}") for path in beside.facts("files"))
    if static.endswith(".a") and not there and not any(place and beside.has(f"{place}/{static}") for place in places):
        consequence = "a build that links the static library fails; one that links the shared library does not notice"
        remedy = f"link {shared} instead" if shared and shared != static else ""
        yield Contradiction("sysconfig", "LIBRARY", static, "no such file in the tree", consequence, remedy)


def _where(beside: Beside, name: str) -> str:
    """Where the tree does have a file of that name."""
    found = [path for path in beside.facts("files") if path.rpartition("/")[2] == name]
    return f"it is in {beside.snapshot.prefix}/{found[0].rpartition('/')[0]}" if found else ""


def _pkgconfig(beside: Beside) -> Iterator[Contradiction]:
    files: dict[str, list[str]] = defaultdict(list)
    for path, fields in beside.facts("pkgconfig").items():
        if isinstance(fields, dict):
            known = {name: str(value) for name, value in fields.items()}
            known["pcfiledir"] = f"{beside.snapshot.prefix}/{path.rpartition('/')[0]}"
            for name in ("prefix", "exec_prefix", "libdir", "includedir"):
                value = _expand(known.get(name, ""), known)
                # `${pcfiledir}/../..` is right wherever the tree is; it is not followed.
                if value.startswith("/") and "/.." not in value and not beside.has(value):
                    files[f"{name}={value}"].append(path.rpartition("/")[2])
                    break
    for says, names in files.items():
        consequence = (
            "a build that asks pkg-config (meson, autotools, CMake) gets include and library folders that do not exist"
        )
        built_in = _is_built_in(says.partition("=")[2])
        remedy = "uv >= 0.5.14 rewrites it; releases from 20250205 on find themselves" if built_in else ""
        yield Contradiction("pkgconfig", ", ".join(names), says, "no such folder", consequence, remedy)


def _flags(beside: Beside) -> Iterator[Contradiction]:
    users: dict[str, list[str]] = defaultdict(list)
    for name in _FLAGS:
        # The program itself is told by `_tools`.
        for path in beside.missing(beside.text(name).partition(" ")[2] if name in _TOOLS else beside.text(name)):
            users[path].append(name)
    for path, names in users.items():
        sysroot = any("-isysroot" in beside.text(name) for name in names)
        consequence = (
            "compilers stop at a system root that does not exist"
            if sysroot
            else "compilers pass over the folder in silence; a header or library that was to come from it is not found"
        )
        yield Contradiction("sysconfig", ", ".join(names), path, "no such folder", consequence)


def _makefile(beside: Beside) -> Iterator[Contradiction]:
    makefile = {name: str(value) for name, value in beside.facts("makefile").items()}
    differing: list[tuple[str, str, str]] = []
    for name in dict.fromkeys(_COMPARED):
        if name in makefile and name in beside.facts("sysconfig"):
            expanded = " ".join(_expand(makefile[name], makefile).split())
            value = " ".join(beside.text(name).split())
            if "$" not in expanded and expanded != value:
                differing.append((name, expanded, value))
    if differing:
        name, expanded, value = differing[0]
        consequence = "a build that reads the Makefile itself works with other values than one that asks sysconfig"
        says = f"{name}={expanded}"
        remedy = (
            "ask sysconfig: managers rewrite it and leave the Makefile as it was released"
            if _is_built_in(expanded)
            else ""
        )
        yield Contradiction(
            "makefile", _some([row[0] for row in differing]), says, f"sysconfig says {value}", consequence, remedy
        )


def _shebangs(beside: Beside) -> Iterator[Contradiction]:
    users: dict[str, list[str]] = defaultdict(list)
    for path, line in beside.facts("scripts").items():
        words = str(line).removeprefix("#!").split()
        if words and words[0].startswith("/") and not beside.has(words[0]):
            users[words[0]].append(path)
    for interpreter, paths in users.items():
        first = paths[0].rpartition("/")[2]
        consequence = f"running `{first}` fails with `bad interpreter: {interpreter}`"
        remedy = "run it as a module: `python -m pip`" if any("pip" in path for path in paths) else ""
        yield Contradiction("scripts", _some(paths), interpreter, "no such file", consequence, remedy)


def _leftovers(beside: Beside) -> Iterator[Contradiction]:
    """Everything else that names a place of the build machine, said once per place."""
    users: dict[str, list[str]] = defaultdict(list)
    for name, value in beside.facts("sysconfig").items():
        if name not in _TOLD and isinstance(value, str) and "/" in value:
            for root in dict.fromkeys(_topmost_missing(beside, path) for path in beside.missing(value)):
                users[root].append(name)
    for root, names in sorted(users.items(), key=lambda item: (-len(item[1]), item[0])):
        consequence = "build backends do not commonly ask for these variables; a package's own script may"
        # Where the manager has rewritten the tree already, what is left is inside other words and stays: '--prefix=/install'.
        remedy = _LAID_OUT if root == "/install" and _is_built_in(beside.text("prefix")) else ""
        yield Contradiction("sysconfig", _some(names), root, "no such file or folder", consequence, remedy)


def _topmost_missing(beside: Beside, path: str) -> str:
    """Of a path that is not there, the outermost folder that is not: /install, /tmp/python-build.123."""
    parts = path.split("/")
    return next(
        above
        for depth in range(2, len(parts) + 1)
        if not beside.has(above := "/".join(parts[:depth])) or depth == len(parts)
    )


def _is_built_in(path: str) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in BUILD_ROOTS)


def _some(names: list[str]) -> str:
    shown = 6
    return ", ".join(names[:shown]) + (f" and {len(names) - shown} more" if len(names) > shown else "")


def _expand(text: str, known: dict[str, str], depth: int = 12) -> str:
    """References replaced by their values; one that leads round in a circle is left standing."""
    for _ in range(depth):
        # Growth is bounded: a value that doubles at each step would fill the memory.
        replaced = _REFERENCE.sub(lambda match: known.get(match[1], match[0]), text)[:100_000]
        if replaced == text:
            break
        text = replaced
    return text


_CHECKS: tuple[Callable[[Beside], Iterator[Contradiction]], ...] = (
    _tools,
    _places,
    _libraries,
    _pkgconfig,
    _flags,
    _makefile,
    _shebangs,
    _leftovers,
)
