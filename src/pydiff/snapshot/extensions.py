"""Which modules of the standard library are extensions of their own, and which are part of the interpreter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.snapshot import loading, release
from pydiff.snapshot.binary.interface import Binary
from pydiff.snapshot.interface import About

_SUFFIX = re.compile(r"\.(?:cpython-|cp|abi3|pyd|so|dll).*")
_TABLE = re.compile(r".*/config[^/]*/config\.c")
_INITTAB = re.compile(r'^\s*\{"(\w+)",\s*\w+\},?', re.MULTILINE)
# Extension modules that one CPython or another of 3.8 to 3.14 keeps outside the interpreter (its own tests' left out).
# They are asked after by name, because a module that is in neither place is a fact too.
KNOWN = (
    "_asyncio", "_bisect", "_blake2", "_bz2", "_codecs_cn", "_codecs_hk", "_codecs_iso2022", "_codecs_jp",
    "_codecs_kr", "_codecs_tw", "_contextvars", "_crypt", "_csv", "_ctypes", "_curses", "_curses_panel",
    "_datetime", "_dbm", "_decimal", "_elementtree", "_gdbm", "_hashlib", "_heapq", "_interpchannels",
    "_interpqueues", "_interpreters", "_json", "_lsprof", "_lzma", "_md5", "_multibytecodec",
    "_multiprocessing", "_opcode", "_pickle", "_posixshmem", "_posixsubprocess", "_queue", "_random",
    "_scproxy", "_sha1", "_sha2", "_sha256", "_sha3", "_sha512", "_socket", "_sqlite3", "_ssl", "_statistics",
    "_struct", "_tkinter", "_uuid", "_zoneinfo", "_zstd", "array", "audioop", "binascii", "cmath", "fcntl",
    "grp", "math", "mmap", "nis", "ossaudiodev", "pyexpat", "readline", "resource", "select", "spwd", "syslog",
    "termios", "unicodedata", "zlib",
)  # fmt: skip


# Every CPython has these inside: where their functions are seen, the others' would be seen too.
_ALWAYS_INSIDE = frozenset({"posix", "nt", "_io", "_codecs", "_thread"})

_BY_TABLE = "listed in config.c"

Source = tuple[str, frozenset[str], str]
"""What says so, the modules that it says are builtin, and what its silence about another module means."""


@dataclass(frozen=True, slots=True)
class Extensions:
    """Module -> `state` (shared, builtin, absent, "builtin or absent"), `decided` (what says so) and `against` (what says otherwise).

    What config.c lists is builtin, and is imported before any file of that name. Then a file in lib-dynload or DLLs decides. The rest is
    builtin or absent: by config.c, or else by PYTHON.json, or else by the `PyInit_` functions of libpython or the interpreter.
    """

    name: str = "extensions"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the name says it)
        return _TABLE.fullmatch(path) is not None

    def collect(self, about: About) -> Facts:
        layout = about.layout
        if not layout.stdlib:
            return {}
        shared = _shared(about)
        said = {name: release.state(variants) for name, variants in release.extensions(about.released or {}).items()}
        sources = list(_sources(about, said))
        builtin = frozenset().union(*(modules for _, modules, _ in sources))
        facts: Facts = {}
        for name in sorted({*shared, *builtin, *said, *KNOWN}):
            fact = _decided(name, shared, sources)
            against = _against(name, str(fact["state"]), said)
            facts[name] = {**fact, "against": against} if against else fact
        return facts


def _shared(about: About) -> dict[str, str]:
    """Module -> the folder that holds it."""
    found: dict[str, str] = {}
    for path, item in about.items.items():
        folder, _, name = path.rpartition("/")
        if folder == about.layout.dynload and item.entry.kind != "dir" and _SUFFIX.search(name):
            # DLLs of Windows holds libraries as well, which are no modules.
            module = _SUFFIX.sub("", name)
            if not name.endswith(".dll") and module:
                found[module] = folder.rpartition("/")[2]
    return found


def _sources(about: About, said: Mapping[str, str]) -> Iterator[Source]:
    table = f"{about.layout.config}/config.c"
    if table in about.items and (listed := frozenset(_INITTAB.findall(about.text(table)))):
        yield _BY_TABLE, listed, "listed in config.c"
    if said:
        inside = frozenset(name for name, state in said.items() if state == "builtin")
        yield "builtin by PYTHON.json", inside, "in PYTHON.json"
    for path in (*about.layout.libpython, about.layout.interpreter):
        item = about.items.get(loading.real(about, path))
        binary = item.binary if item else None
        if isinstance(binary, Binary) and binary.modules & _ALWAYS_INSIDE:
            yield f"{path} has its PyInit function", binary.modules, f"in {path}"
            return


def _decided(name: str, shared: Mapping[str, str], sources: list[Source]) -> dict[str, str | int | list[str]]:
    decided, modules, silence = sources[0] if sources else ("", frozenset[str](), "")
    if name in shared and not (name in modules and decided == _BY_TABLE):
        return {"state": "shared", "decided": f"{shared[name]} holds it"}
    if not sources:
        return {"state": "builtin or absent", "decided": "not shared, and there is nothing to ask what is builtin"}
    if name in modules:
        return {"state": "builtin", "decided": decided}
    return {"state": "absent", "decided": f"neither shared nor {silence}"}


def _against(name: str, state: str, said: Mapping[str, str]) -> str:
    """What PYTHON.json says where the files say otherwise."""
    return f"PYTHON.json: {said[name]}" if name in said and said[name] != state and "or" not in state.split() else ""
