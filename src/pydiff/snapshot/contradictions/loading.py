"""Libraries that the dynamic loader does not find from where the binaries of the tree are."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from pydiff.model.record import Severity
from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside
from pydiff.snapshot.contradictions import loaders

_Binary = dict[str, str | int | list[str]]
_ORIGIN = re.compile(r"\$(?:ORIGIN|\{ORIGIN\})|@loader_path(?=/|$)")
_PROGRAM = re.compile(r"bin/python\d+\.\d+[a-z]*")
# On a Mac these live in the loader's own cache, not on disk.
_OF_MACOS = ("/usr/lib/", "/System/")
_LINKED_WITH = ("LDFLAGS", "LDSHARED", "LINKFORSHARED", "LIBS")
_RUN_PATH = re.compile(r"-rpath(?:[,=]|,?\s+(?:-Wl,|-Xlinker\s+)?)([^\s,'\"]+)")
# The standard library is loaded by the interpreter, which has these in memory already.
_WHOSE = re.compile(r"(?:bin|lib|lib64|DLLs)/[^/]+|.*/lib-dynload/[^/]+")


def find(beside: Beside) -> Iterator[Contradiction]:
    binaries = dict(beside.fields("binaries"))
    program = next((path for path in sorted(binaries) if _PROGRAM.fullmatch(path)), "")
    yield from _interpreter(beside, binaries, program)
    lost: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path, fact in binaries.items():
        if _WHOSE.fullmatch(path) and fact.get("kind") not in {"rel", "object"}:
            for name in _list(fact, "needed"):
                if not _is_found(beside, path, name, binaries, program):
                    lost[name, str(fact.get("format", ""))].append(path)
    for (name, style), paths in lost.items():
        yield _told(beside, name, paths, program, style)
    yield from _extensions(beside, binaries, program)


def _told(beside: Beside, name: str, paths: list[str], program: str, style: str) -> Contradiction:
    starts = program in paths
    first = program if starts else paths[0]
    base = re.split(r"[/\\]", name)[-1]
    real = beside.named(base)
    folder = posixpath.normpath(f"{beside.prefix}/{posixpath.dirname(real[0])}") if real else ""
    order = [first, *(path for path in paths if path != first)]
    severity: Severity = "breaks" if starts or "libpython" in name else "changes"
    return Contradiction(
        "binaries",
        first,
        f"needs {name}",
        f"it is in {folder}, where the loader does not look" if folder else "no such library",
        loaders.consequence(style, name, starts=starts),
        loaders.remedies(style, name, folder, f"{beside.prefix}/{first}"),
        severity,
        dict.fromkeys(order, f"needs {name}"),
    )


def _list(fact: _Binary, field: str) -> list[str]:
    value = fact.get(field, [])
    return value if isinstance(value, list) else []


def _is_found(beside: Beside, path: str, name: str, binaries: dict[str, _Binary], program: str) -> bool:
    """As the loader of the binary's system looks: a name with a slash is a path; any other is looked for in the run paths of the
    binary, in those of the program that loads it, among what that program has loaded, and in the system's folders.
    """
    fact = binaries[path]
    match fact.get("format"):
        case "elf":
            return _elf(beside, path, name, binaries, program)
        case "macho":
            return _macho(beside, path, name, binaries, program)
        case "pe":
            return _pe(beside, path, name)
        case _:
            return True


def _pe(beside: Beside, path: str, name: str) -> bool:
    """Beside the module or beside python.exe; what the tree does not hold is the system's. Names of files have no case there."""
    held = [posixpath.dirname(one) for one in beside.facts("files") if posixpath.basename(one).lower() == name.lower()]
    return not held or any(folder in {posixpath.dirname(path), ""} for folder in held)


def _elf(beside: Beside, path: str, name: str, binaries: dict[str, _Binary], program: str) -> bool:
    if "/" in name:
        return beside.has(_expanded(beside, path, name))
    if any(beside.has(f"{folder}/{name}") for folder in _run_path(beside, path, binaries, program)):
        return True
    own = beside.named(name)
    if (
        path != program
        and own
        and name in {posixpath.basename(one) for one in _list(binaries.get(program, {}), "needed")}
    ):
        return True
    # What the tree does not hold is the system's, which is only known where the tree is for this machine.
    return not own if beside.foreign else bool(beside.machine.loads(name))


def _run_path(beside: Beside, path: str, binaries: dict[str, _Binary], program: str) -> Iterator[str]:
    """The folders of RUNPATH; without it, of RPATH, and of the RPATH of the program that loads it."""
    fact = binaries[path]
    own = _list(fact, "runpath") or _list(fact, "rpath")
    yield from (_expanded(beside, path, folder) for folder in own)
    loader = binaries.get(program, {})
    if not _list(fact, "runpath") and path != program and not _list(loader, "runpath"):
        yield from (_expanded(beside, program, folder) for folder in _list(loader, "rpath"))


def _expanded(beside: Beside, path: str, text: str) -> str:
    folder = f"{beside.prefix}/{posixpath.dirname(path)}"
    return posixpath.normpath(_ORIGIN.sub(lambda _: folder, text))


def _macho(beside: Beside, path: str, name: str, binaries: dict[str, _Binary], program: str) -> bool:
    if name.startswith(_OF_MACOS):
        return True
    if name.startswith("@executable_path/"):
        return not program or beside.has(
            posixpath.normpath(f"{beside.prefix}/bin/{name.removeprefix('@executable_path/')}")
        )
    if not name.startswith("@rpath/"):
        return not name.startswith(("/", "@loader_path/")) or beside.has(_expanded(beside, path, name))
    folders = [
        _expanded(beside, one, folder.replace("@executable_path", f"{beside.prefix}/bin"))
        for one in (path, program)
        for folder in _list(binaries.get(one, {}), "rpath")
    ]
    return any(beside.has(f"{folder}/{name.removeprefix('@rpath/')}") for folder in folders)


def _interpreter(beside: Beside, binaries: dict[str, _Binary], program: str) -> Iterator[Contradiction]:
    """The program that loads the interpreter: another libc's is not here."""
    loader = str(binaries.get(program, {}).get("interpreter", ""))
    if loader and not beside.foreign and not beside.has(loader):
        yield Contradiction(
            "binaries",
            program,
            f"is loaded by {loader}",
            "no such file",
            "the interpreter does not start: `No such file or directory`",
            ("take the release for this machine's libc (gnu or musl)",),
            "breaks",
        )


def _extensions(beside: Beside, binaries: dict[str, _Binary], program: str) -> Iterator[Contradiction]:
    """What a build links against libpython, without a run path, and puts into a folder of its own."""
    name, fact = beside.text("INSTSONAME"), binaries.get(program, {})
    held = [path for path in beside.named(name) if path in binaries] if ".so" in name else []
    if beside.text("Py_ENABLE_SHARED") != "1" or not held or fact.get("format") != "elf":
        return
    folder = f"{beside.prefix}/{posixpath.dirname(held[0])}"
    given = _given(beside)
    other = "" if beside.foreign else beside.machine.loads(name)
    if folder in given or (beside.foreign and beside.shared_prefix) or (other and _is_own(beside, other)):
        return
    # A run path comes before the system's folders.
    if not beside.foreign:
        other = next((f"{one}/{name}" for one in given if beside.machine.exists(f"{one}/{name}")), other)
    named = f" to this tree; they name {', '.join(given)}" if given else ""
    inherited = [] if _list(fact, "runpath") else [_expanded(beside, program, one) for one in _list(fact, "rpath")]
    loaded = name in {posixpath.basename(one) for one in _list(fact, "needed")}
    extensions_too = not loaded and folder not in inherited
    who = (
        "an extension or a program that is linked against it"
        if extensions_too
        else "a program that is linked against it"
    )
    yield Contradiction(
        "binaries",
        held[0],
        f"-lpython{beside.text('LDVERSION') or beside.minor} is {folder}/{name}",
        f"the loader does not look there, and no variable gives a run path{named}{f'; it finds {other}' if other else ''}",
        f"{who} runs with another Python's library"
        if other
        else f"{who} does not start: `{name}: cannot open shared object file`",
        (
            f"LDFLAGS=-Wl,-rpath,{folder}",
            *(
                ("releases from 20250529 on give the interpreter a run path for its extensions",)
                if extensions_too and beside.released
                else ()
            ),
        ),
        "breaks" if extensions_too else "changes",
    )


def _given(beside: Beside) -> list[str]:
    """The run paths that builds take from sysconfig, each once."""
    words = _RUN_PATH.findall(" ".join(beside.text(one) for one in _LINKED_WITH))
    return list(dict.fromkeys(posixpath.normpath(one) for word in words for one in word.split(":") if one))


def _is_own(beside: Beside, path: str) -> bool:
    return path.startswith((f"{beside.prefix}/", f"{beside.machine.real(beside.prefix)}/"))
