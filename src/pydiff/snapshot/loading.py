"""Where the loader of each system looks for what a binary needs, and which of that it finds in the tree.

Sources: ld.so(8) and `_dl_map_object` of glibc; musl's ldso/dynlink.c; dyld(1); "Dynamic-link library search order" of Microsoft.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydiff.snapshot.binary.interface import BinaryFact
from pydiff.snapshot.interface import About

_ENVIRONMENT, _SYSTEM = "LD_LIBRARY_PATH", "system"
_MAC_OWN = ("/usr/lib/", "/System/")


@dataclass(frozen=True, slots=True)
class Found:
    """What becomes of a binary's needs."""

    search: tuple[str, ...] = ()
    """Folders in the order in which they are searched; `LD_LIBRARY_PATH` and `system` stand for what the machine has there."""
    resolved: Mapping[str, str] | None = None
    """Name -> path relative to the prefix."""
    unreached: tuple[str, ...] = ()
    """Names that are in the tree, but not where the loader looks, and that the interpreter does not load by itself."""


def linkage(about: About, binaries: Mapping[str, BinaryFact]) -> Iterator[tuple[str, BinaryFact]]:
    """Path -> `search`, `resolved` ("name -> path"), `unreached`; nothing for a binary that needs nothing of the tree."""
    loader = _Loader.of(about, binaries)
    for path, fact in binaries.items():
        found = loader.find(path, fact)
        told: BinaryFact = {}
        if found.search and (found.resolved or found.unreached or "rpath" in fact or "runpath" in fact):
            told["search"] = list(found.search)
        if found.resolved:
            told["resolved"] = [f"{name} -> {about.prefix}/{place}" for name, place in found.resolved.items()]
        if found.unreached:
            told["unreached"] = list(found.unreached)
        if told:
            yield path, told


@dataclass(frozen=True, slots=True)
class _Loader:
    about: About
    main: str
    """The interpreter's real file; what it loads is there for every extension module."""
    main_fact: BinaryFact
    names: frozenset[str]
    """Names of all files and links of the tree, in lower case."""
    cases: Mapping[str, str]
    """Path in lower case -> path."""

    @classmethod
    def of(cls, about: About, binaries: Mapping[str, BinaryFact]) -> _Loader:
        main = real(about, about.layout.interpreter) or about.layout.interpreter
        names = frozenset(
            posixpath.basename(path).lower() for path, item in about.items.items() if item.entry.kind != "dir"
        )
        return cls(about, main, binaries.get(main, {}), names, {path.lower(): path for path in about.items})

    def find(self, path: str, fact: BinaryFact) -> Found:
        needed = _texts(fact, "needed")
        if not needed:
            return Found()
        match fact["format"]:
            case "elf":
                search = self._elf_search(path, fact)
                return self._found(path, needed, search, {name: self._elf(path, name, search) for name in needed})
            case "macho":
                search = [self._mac(path, folder) for folder in self._rpaths_with_main(path, fact)]
                return self._found(
                    path, needed, search, {name: self._mac_library(path, name, search) for name in needed}
                )
            case _:
                return self._found(path, needed, [], {name: self._dll(path, name) for name in needed})

    def _found(self, path: str, needed: list[str], search: list[str], places: Mapping[str, str]) -> Found:
        resolved = {name: place for name, place in places.items() if place}
        there = () if path == self.main else self.find(self.main, self.main_fact).resolved or ()
        loaded = {posixpath.basename(name) for name in there}
        unreached = [
            name
            for name in needed
            if name not in resolved
            and posixpath.basename(name) not in loaded
            and posixpath.basename(name).lower() in self.names
            and not name.startswith(_MAC_OWN)
        ]
        return Found(tuple(search), resolved, tuple(unreached))

    def _rpaths_with_main(self, path: str, fact: BinaryFact) -> list[str]:
        """The binary's own folders, then those of the interpreter that loads it."""
        inherited = [] if path == self.main else _texts(self.main_fact, "rpath")
        return list(dict.fromkeys([*_texts(fact, "rpath"), *(self._from_main(one) for one in inherited)]))

    def _from_main(self, folder: str) -> str:
        return _origin(self.about, self.main, folder.replace("@loader_path", "@executable_path"))

    def _elf_search(self, path: str, fact: BinaryFact) -> list[str]:
        rpath, runpath = _texts(fact, "rpath"), _texts(fact, "runpath")
        if _is_musl(fact) or _is_musl(self.main_fact):
            # One of the two is as good as the other, after the environment, and the loading binary's as well.
            own = [*(runpath or rpath)]
            own += [self._from_main(one) for field in ("rpath", "runpath") for one in _texts(self.main_fact, field)]
            folders = [_ENVIRONMENT, *own]
        elif runpath:
            folders = [_ENVIRONMENT, *runpath]
        else:
            inherits = path != self.main and "runpath" not in self.main_fact
            folders = [*(self._rpaths_with_main(path, fact) if inherits else rpath), _ENVIRONMENT]
        return list(dict.fromkeys([*(_origin(self.about, path, folder) for folder in folders), _SYSTEM]))

    def _elf(self, path: str, name: str, search: list[str]) -> str:
        if "/" in name:
            return self._inside(_origin(self.about, path, name))
        return next((place for folder in search if (place := self._inside(f"{folder}/{name}"))), "")

    def _mac(self, path: str, text: str) -> str:
        folder = posixpath.dirname(path)
        main = posixpath.dirname(self.main)
        for word, meant in (("@loader_path", folder), ("@executable_path", main)):
            if text == word or text.startswith(f"{word}/"):
                return posixpath.normpath(f"{self.about.prefix}/{meant}/{text.removeprefix(word)}")
        return text

    def _mac_library(self, path: str, name: str, search: list[str]) -> str:
        if name.startswith("@rpath/"):
            rest = name.removeprefix("@rpath/")
            return next((place for folder in search if (place := self._inside(f"{folder}/{rest}"))), "")
        return self._inside(self._mac(path, name))

    def _dll(self, path: str, name: str) -> str:
        """Beside the module itself, then beside the interpreter. Names of files have no case there."""
        for folder in (posixpath.dirname(path), posixpath.dirname(self.main)):
            place = self.cases.get(posixpath.join(folder, name).lower())
            if place:
                return place
        return ""

    def _inside(self, absolute: str) -> str:
        """The path relative to the prefix of a file that is in the tree, or ""."""
        prefix = f"{self.about.prefix.rstrip('/')}/"
        path = posixpath.normpath(absolute)
        relative = path.removeprefix(prefix) if path.startswith(prefix) else ""
        return relative if relative and real(self.about, relative) else ""


def _origin(about: About, path: str, text: str) -> str:
    """`$ORIGIN`, the folder that the binary is in, written out."""
    folder = posixpath.join(about.prefix, posixpath.dirname(path))
    for word in ("${ORIGIN}", "$ORIGIN"):
        if word in text:
            return posixpath.normpath(text.replace(word, folder))
    return text


def real(about: About, path: str) -> str:
    """The file that a path leads to inside the tree, all links followed, or ""."""
    for _ in range(40):
        item = about.items.get(path)
        if item is None or item.entry.kind == "dir":
            return ""
        if item.entry.kind == "file":
            return path
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), item.entry.target))
    return ""


def _is_musl(fact: BinaryFact) -> bool:
    return "ld-musl" in str(fact.get("interpreter", "")) or any(
        name.startswith("libc.musl-") or name == "libc.so" for name in _texts(fact, "needed")
    )


def _texts(fact: BinaryFact, field: str) -> list[str]:
    value = fact.get(field, [])
    return value if isinstance(value, list) else [str(value)]
