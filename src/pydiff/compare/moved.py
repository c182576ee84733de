"""Files that are on both sides under another name: what moved is told once for a whole folder, and not as so many lost and new files."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pydiff.compare import severity
from pydiff.compare.found import Found
from pydiff.compare.rooms import parted
from pydiff.model.record import SEVERITIES, Severity

FileFact = Mapping[str, str | int | list[str]]
_ALIKE = 3
"""So many files that moved unchanged from one folder to another say that others of the same names moved with them."""
_TELLING = 64
"""Bytes from which equal contents and an equal name are no chance."""
# A version, or what the name of a module of sysconfig takes from the platform.
_VERSION = re.compile(r"\d+(?:\.\d+)+|\{X\.Y\.Z\}|\{X\.Y\}")
_PLATFORM = re.compile(r"(_sysconfigdata|_sysconfig_vars)_.*(?=\.(?:py|json)$)")


@dataclass(frozen=True, slots=True)
class Lone:
    """A file or folder that is on one side only, before it is told."""

    subject: str
    """As its tree has it; a folder ends in a slash."""
    usual: str
    """The same in CPython's own layout."""
    text: str
    worst: Severity
    detail: str = ""
    count: int = 1
    entire: bool = True
    """False for several files of a folder that is on both sides."""

    def found(self, *, is_left: bool) -> Found:
        left, right = (self.text, None) if is_left else (None, self.text)
        return Found("files", self.subject, left, right, self.worst, self.detail, stands_for=self.count)


def moves(
    lost: Mapping[str, FileFact], new: Mapping[str, FileFact], *, same_minor: bool
) -> tuple[list[Found], set[str], set[str]]:
    """What moved, folder by folder, and the paths of the left and of the right that are told by it.

    `lost` and `new` are the files of one side only. A file moved when exactly one on the other side has its name and its contents;
    with three of a folder that did, the others of equal names did as well, whatever is in them.
    """
    # Folders that only a version in their names tells apart are told by their names.
    alike = {one: other for one, other in _same(lost, new) if len({*map(neutral, parted(one, other))}) == 2}
    folders = Counter(parted(*pair) for pair in alike.items())
    for (one, other), count in folders.items():
        if count < _ALIKE:
            continue
        start = f"{one}/" if one else ""
        for path in lost:
            there = f"{other}/{path[len(start) :]}".removeprefix("/")
            if path not in alike and path.startswith(start) and there in new:
                alike[path] = there
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for pair in alike.items():
        pairs[parted(*pair)].append(pair)
    found = [_moved(folder, sorted(rows), lost, new, same_minor=same_minor) for folder, rows in pairs.items()]
    return found, set(alike), set(alike.values())


def _same(lost: Mapping[str, FileFact], new: Mapping[str, FileFact]) -> Iterator[tuple[str, str]]:
    ours, theirs = _by_contents(lost), _by_contents(new)
    for key in ours.keys() & theirs.keys():
        if len(ours[key]) == len(theirs[key]) == 1:
            yield ours[key][0], theirs[key][0]


def _by_contents(files: Mapping[str, FileFact]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path, fact in files.items():
        if fact["kind"] == "file" and int(str(fact["size"])) >= _TELLING:
            found[path.rpartition("/")[2], str(fact.get("relocated", fact["sha256"]))].append(path)
    return found


def _moved(
    folder: tuple[str, str],
    rows: Sequence[tuple[str, str]],
    lost: Mapping[str, FileFact],
    new: Mapping[str, FileFact],
    *,
    same_minor: bool,
) -> Found:
    # A header in another folder is a missing header to whoever includes it.
    worst = min((severity.of_file(path, missing=True, same_minor=same_minor) for path, _ in rows), key=SEVERITIES.index)
    others = sum(lost[one].get("sha256") != new[other].get("sha256") for one, other in rows)
    return _folder(folder, rows, worst, f"moved; {others} with other contents" if others and len(rows) > 1 else "moved")


def _folder(folders: tuple[str, str], pairs: Sequence[tuple[str, str]], worst: Severity, detail: str) -> Found:
    """One difference for all `pairs` of files between two folders; a single file is told by its name."""
    if len(pairs) == 1:
        return Found("files", pairs[0][0], pairs[0][0], pairs[0][1], worst, detail)
    left, right = (f"{len(pairs)} files in {folder}/" if folder else f"{len(pairs)} files (top)" for folder in folders)
    return Found(
        "files", f"{folders[0]}/" if folders[0] else "(top)", left, right, worst, detail, stands_for=len(pairs)
    )


def elsewhere(met: Iterable[tuple[str, str]]) -> Iterator[Found]:
    """`met` are the places of files that met although their layouts keep them in different rooms."""
    rooms: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for pair in met:
        rooms[parted(*pair)].append(pair)
    for folders, pairs in sorted(rooms.items()):
        yield _folder(folders, pairs, "cosmetic", "the same room in another layout")


def renamed(ours: Iterable[Lone], theirs: Iterable[Lone]) -> Iterator[Found]:
    """What is on one side only; two that differ in the version in their names are one: `pip-23.0.1.dist-info`, `pip-24.0.dist-info`."""
    left, right = _by_neutral(ours), _by_neutral(theirs)
    for key, rows in left.items():
        counterparts = right.get(key, [])
        if key[1] and len(rows) == len(counterparts) == 1:
            del right[key]
            yield _both(rows[0], counterparts[0])
        else:
            yield from (one.found(is_left=True) for one in rows)
    for rows in right.values():
        yield from (one.found(is_left=False) for one in rows)


def _by_neutral(lone: Iterable[Lone]) -> dict[tuple[str, str], list[Lone]]:
    """(severity, path without the version in its last name) -> what has it; "" for what has no version in its name."""
    found: dict[tuple[str, str], list[Lone]] = defaultdict(list)
    for one in lone:
        folder, _, name = one.usual.rstrip("/").rpartition("/")
        alike = neutral(name) if one.entire else name
        found[one.worst, f"{folder}/{alike}{'/' * one.usual.endswith('/')}" if alike != name else ""].append(one)
    return found


def neutral(name: str) -> str:
    """Without versions and platforms."""
    return _PLATFORM.sub(r"\1_*", _VERSION.sub("*", name))


def _both(left: Lone, right: Lone) -> Found:
    texts = [f"{one.subject.rstrip('/').rpartition('/')[2]}: {one.text}" for one in (left, right)]
    return replace(
        left.found(is_left=True),
        left=texts[0],
        right=texts[1],
        detail="renamed",
        stands_for=max(left.count, right.count),
    )
