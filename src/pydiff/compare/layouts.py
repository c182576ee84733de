"""Differences between the files of two trees: what is missing, what is another kind of thing, whose bytes differ."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from pydiff.compare import severity, stdlib
from pydiff.compare.aligned import Side
from pydiff.compare.found import Found
from pydiff.compare.moved import FileFact, Lone, elsewhere, moves, renamed
from pydiff.compare.rooms import FORWARDING
from pydiff.model.record import Severity

_FEW = 3
"""Up to so many files of one folder are told one by one."""
_NAMED = 2_000
"""Files of a group that are named; its count counts them all."""
# Which modules are shared is told by name; what lies beside them (libcrypto-3-x64.dll of Windows) is not.
_MODULE = re.compile(r".*/lib-dynload/(?!.*\.(?:dll|pdb)$).*")


@dataclass(frozen=True, slots=True)
class _Files:
    facts: Mapping[str, FileFact]
    """Path with roles, in CPython's own layout -> fact."""
    places: Mapping[str, str]
    """Of those that this tree has in another room: where it has them."""
    folders: AbstractSet[str]
    """All paths, and the folders that rooms are in: `lib` of a tree that has `Lib`."""
    side: Side

    @classmethod
    def of(cls, side: Side) -> _Files:
        facts: dict[str, FileFact] = {}
        places: dict[str, str] = {}
        for path, fact in side.facts("files").items():
            if not isinstance(fact, dict):
                continue
            aligned, place = side.path(path), side.place(path)
            if aligned in facts and fact["kind"] != "dir":
                if aligned in FORWARDING and place in {"", aligned}:
                    continue
                if aligned not in FORWARDING:
                    # Two files of one tree are never one: bin/python3.13 beside bin/python3.13t.
                    aligned = side.paths.normalise(path)
            facts[aligned] = fact
            if place and place != aligned:
                places[aligned] = place
        above = {
            "/".join(parts[:depth]) for path in places for parts in [path.split("/")] for depth in range(1, len(parts))
        }
        return cls(facts, places, above | facts.keys() if above else facts.keys(), side)

    def without(self, paths: AbstractSet[str]) -> _Files:
        return replace(self, facts={path: fact for path, fact in self.facts.items() if path not in paths})

    def place(self, path: str) -> str:
        """Where this tree has it."""
        return self.places.get(path, path)

    def behind(self, path: str) -> str:
        """The file of the tree that the link `path` leads to, or ""."""
        target = posixpath.normpath(f"{path.rpartition('/')[0]}/{self.side.path(str(self.facts[path]['target']))}")
        return target if self.facts.get(target, {}).get("kind") == "file" else ""


def of_files(left: Side, right: Side) -> Iterator[Found]:
    """A folder that is only on one side is one difference; so are many files of one folder that differ, or moved, in the same way."""
    one, other = _Files.of(left), _Files.of(right)
    yield from elsewhere(_apart(one, other))
    if left.minor != right.minor:
        ours, theirs = stdlib.files(one.facts), stdlib.files(other.facts)
        yield from stdlib.of_two_versions(
            ours, theirs, lambda path: _same_contents(one.facts[path], other.facts[path]), _names
        )
        one, other = one.without(ours), other.without(theirs)
    met = one.facts.keys() & other.facts.keys()
    # Where a name is a link on one side and a file on the other, what the link leads to is that file by another name.
    behind = (_behind_links(one, other, met), _behind_links(other, one, met))
    modules = bool(left.facts("extensions") and right.facts("extensions"))
    lost, new = _lone(one, other, behind[0], modules=modules), _lone(other, one, behind[1], modules=modules)
    found, gone, come = moves(lost, new, same_minor=left.minor == right.minor)
    yield from found
    yield from renamed(_told(one, other, lost.keys() - gone), _told(other, one, new.keys() - come))
    yield from _differing(one, other, met)


def _apart(one: _Files, other: _Files) -> Iterator[tuple[str, str]]:
    """Where both trees have a file that their layouts keep in different rooms."""
    for path in one.places.keys() | other.places.keys():
        fact = one.facts.get(path)
        if fact is not None and path in other.facts and fact["kind"] != "dir" and one.place(path) != other.place(path):
            yield one.place(path), other.place(path)


def _behind_links(here: _Files, there: _Files, met: AbstractSet[str]) -> set[str]:
    links = (path for path in met if here.facts[path]["kind"] == "link" and there.facts[path]["kind"] == "file")
    return {here.behind(path) for path in links}


def _lone(here: _Files, there: _Files, behind: AbstractSet[str], *, modules: bool) -> dict[str, FileFact]:
    """The files and links of one side only; `modules`: without those that the extensions family tells."""
    return {
        path: fact
        for path, fact in here.facts.items()
        if path not in there.facts
        and fact["kind"] != "dir"
        and path not in behind
        and not (modules and _MODULE.fullmatch(path))
    }


def _differing(one: _Files, other: _Files, met: AbstractSet[str]) -> Iterator[Found]:
    """What both sides have, and not alike."""
    same_minor = one.side.minor == other.side.minor
    contents: dict[tuple[str, Severity], list[tuple[str, str, str]]] = defaultdict(list)
    for path in met:
        fact, opposite = one.facts[path], other.facts[path]
        if fact["kind"] != opposite["kind"]:
            files = one if fact["kind"] == "link" else other
            alike = {fact["kind"], opposite["kind"]} == {"file", "link"} and files.behind(path)
            worst: Severity = severity.of_file(path, missing=False, same_minor=same_minor) if alike else "changes"
            yield Found("files", path, _shape(fact, one.side), _shape(opposite, other.side), worst)
            continue
        if fact["kind"] == "link" and one.side.path(str(fact["target"])) != other.side.path(str(opposite["target"])):
            worst = severity.of_file(path, missing=False, same_minor=same_minor)
            yield Found("files", path, _shape(fact, one.side), _shape(opposite, other.side), worst)
        if fact["kind"] != "link" and fact["mode"] != opposite["mode"]:
            yield _mode(path, fact, opposite)
        if fact["kind"] == "file" and not _same_contents(fact, opposite):
            worst = severity.of_file(path, missing=False, same_minor=same_minor)
            contents[_room(path, worst), worst].append((path, _shape(fact, one.side), _shape(opposite, other.side)))
    for (room, worst), rows in contents.items():
        yield from _contents(room, worst, sorted(rows))


def _told(here: _Files, there: _Files, lone: Iterable[str]) -> Iterator[Lone]:
    groups: dict[tuple[str, Severity], list[str]] = defaultdict(list)
    same_minor = here.side.minor == there.side.minor
    for path in sorted(lone):
        worst = severity.of_file(path, missing=True, same_minor=same_minor, empty=here.facts[path].get("size") == 0)
        folder = _highest_missing(path, there.folders) or f"{path.rpartition('/')[0]}/"
        if worst == "cosmetic" and folder.startswith(room := f"{_room(path, worst)}/"):
            folder = room
        groups[folder, worst].append(path)
    for (folder, worst), paths in groups.items():
        whole = folder.rstrip("/") not in there.folders
        if len(paths) == 1 or (len(paths) <= _FEW and not whole):
            for path in paths:
                yield Lone(here.place(path), path, _shape(here.facts[path], here.side), worst)
            continue
        # A folder is named as this tree has it, by one of the files in it.
        inside = paths[0][len(folder) :] if folder != "/" else paths[0]
        name = here.place(paths[0]).removesuffix(inside)
        detail = _names(folder, paths)
        name = name if name.strip("/") else "(top)"
        yield Lone(name, folder, f"{len(paths)} files", worst, detail, len(paths), whole)


def _highest_missing(path: str, there: AbstractSet[str]) -> str:
    """The outermost folder of `path` that the other side does not have, with a slash; "" when it has them all."""
    parts = path.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        folder = "/".join(parts[:depth])
        if folder not in there:
            return f"{folder}/"
    return ""


def _contents(room: str, worst: Severity, rows: list[tuple[str, str, str]]) -> Iterator[Found]:
    if len(rows) <= _FEW:
        for path, left, right in rows:
            yield Found("files", path, left, right, worst)
        return
    text = f"{len(rows)} files"
    yield Found(
        "files",
        f"{room}/",
        text,
        text,
        worst,
        f"other contents: {_names(f'{room}/', [path for path, _, _ in rows])}",
        stands_for=len(rows),
    )


def _room(path: str, worst: Severity) -> str:
    """The folder under which equal differences are told once: a package in site-packages, the standard library, a folder of the prefix."""
    parts = path.split("/")[:-1]
    packages = next((depth for depth, part in enumerate(parts) if part in {"site-packages", "dist-packages"}), None)
    if packages is not None:
        return "/".join(parts[: packages + 2])
    # What builds do not notice is told by its own folder (test, idlelib), the rest by the room that all of it is in.
    return "/".join(parts[: 3 if worst == "cosmetic" else 2])


def _mode(path: str, left: FileFact, right: FileFact) -> Found:
    modes = (f"mode {left['mode']:o}", f"mode {right['mode']:o}")
    executable = [bool(int(str(fact["mode"])) & 0o111) for fact in (left, right)]
    worst: Severity = "changes" if executable[0] != executable[1] and path.startswith("bin/") else "cosmetic"
    return Found("files", path, *modes, worst, same_as=modes)


def _same_contents(left: FileFact, right: FileFact) -> bool:
    """Equal as they are, or equal once each one's own prefix is replaced."""
    return left["sha256"] == right["sha256"] or left.get("relocated", left["sha256"]) == right.get(
        "relocated", right["sha256"]
    )


def _shape(fact: FileFact, side: Side) -> str:
    if fact["kind"] == "link":
        return f"link to {side.path(str(fact['target']))}"
    return "folder" if fact["kind"] == "dir" else f"{fact['size']} bytes, sha256 {str(fact['sha256'])[:12]}"


def _names(folder: str, paths: Iterable[str]) -> str:
    names = sorted(path.removeprefix(folder) for path in paths)
    return ", ".join(names[:_NAMED]) + (f", and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
