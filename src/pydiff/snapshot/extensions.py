"""Which modules of the standard library are extensions of their own, and which are part of the interpreter."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.model.snapshot import Facts
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


@dataclass(frozen=True, slots=True)
class Extensions:
    """Module -> `state` (shared, builtin, absent, "builtin or absent") and `decided` (what says so)."""

    name: str = "extensions"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the name says it)
        return _TABLE.fullmatch(path) is not None

    def collect(self, about: About) -> Facts:
        layout = about.layout
        if not layout.stdlib:
            return {}
        facts: Facts = {}
        for path, item in about.items.items():
            folder, _, name = path.rpartition("/")
            if folder == layout.dynload and item.entry.kind != "dir" and _SUFFIX.search(name):
                facts[_SUFFIX.sub("", name)] = {"state": "shared", "decided": f"{_role(folder)} holds it"}
        table = f"{layout.config}/config.c"
        builtin = set(_INITTAB.findall(about.text(table))) if table in about.items else set()
        for name in sorted((builtin | set(KNOWN)) - facts.keys()):
            if name in builtin:
                facts[name] = {"state": "builtin", "decided": "listed in config.c"}
            elif builtin:
                facts[name] = {"state": "absent", "decided": "neither shared nor listed in config.c"}
            else:
                facts[name] = {"state": "builtin or absent", "decided": "not shared, and there is no config.c to ask"}
        return dict(sorted(facts.items()))


def _role(folder: str) -> str:
    return folder.rpartition("/")[2]
