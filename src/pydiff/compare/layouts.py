"""Differences between the files of two trees: what is missing, what is another kind of thing, whose bytes differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydiff.compare import severity
from pydiff.compare.aligned import Side
from pydiff.compare.found import Found
from pydiff.model.record import Severity

FileFact = Mapping[str, str | int | list[str]]
_FEW = 3
"""Up to so many files of one folder are told one by one."""
_NAMED = 12


@dataclass(frozen=True, slots=True)
class _Files:
    """Aligned path -> fact."""

    facts: Mapping[str, FileFact]
    side: Side

    @classmethod
    def of(cls, side: Side) -> _Files:
        return cls(
            {side.path(path): fact for path, fact in side.facts("files").items() if isinstance(fact, dict)}, side
        )


def of_files(left: Side, right: Side) -> Iterator[Found]:
    """A folder that is only on one side is one difference; so are many files of one folder that differ in the same way."""
    one, other = _Files.of(left), _Files.of(right)
    # Which modules are shared is told by name; their file names need not be told as well.
    skip = "lib-dynload/" if left.facts("extensions") and right.facts("extensions") else ""
    yield from _only(one, other, skip, is_left=True)
    yield from _only(other, one, skip, is_left=False)
    contents: dict[tuple[str, Severity], list[tuple[str, str, str]]] = defaultdict(list)
    for path in one.facts.keys() & other.facts.keys():
        fact, opposite = one.facts[path], other.facts[path]
        if fact["kind"] != opposite["kind"]:
            yield Found("files", path, _shape(fact, left), _shape(opposite, right), "changes")
            continue
        if fact["kind"] == "link" and left.path(str(fact["target"])) != right.path(str(opposite["target"])):
            yield Found(
                "files", path, _shape(fact, left), _shape(opposite, right), severity.of_file(path, missing=False)
            )
        if fact["kind"] != "link" and fact["mode"] != opposite["mode"]:
            yield _mode(path, fact, opposite)
        if fact["kind"] == "file" and not _same_contents(fact, opposite):
            worst = severity.of_file(path, missing=False)
            contents[_room(path, worst), worst].append((path, _shape(fact, left), _shape(opposite, right)))
    for (room, worst), rows in contents.items():
        yield from _contents(room, worst, sorted(rows))


def _only(here: _Files, there: _Files, skip: str, *, is_left: bool) -> Iterator[Found]:
    groups: dict[tuple[str, Severity], list[str]] = defaultdict(list)
    for path, fact in here.facts.items():
        if path in there.facts or (skip and skip in path):
            continue
        if fact["kind"] == "dir":
            continue
        worst = severity.of_file(path, missing=True)
        folder = _highest_missing(path, there.facts) or f"{path.rpartition('/')[0]}/"
        if worst == "cosmetic" and folder.startswith(room := f"{_room(path, worst)}/"):
            folder = room
        groups[folder, worst].append(path)
    for (folder, worst), paths in groups.items():
        whole = folder.rstrip("/") not in there.facts
        if len(paths) == 1 or (len(paths) <= _FEW and not whole):
            rows = [(path, _shape(here.facts[path], here.side), "", 1) for path in paths]
        else:
            rows = [
                (
                    folder if folder != "/" else "(top)",
                    f"{len(paths)} files",
                    "" if whole else _names(folder, paths),
                    len(paths),
                )
            ]
        for subject, text, detail, count in rows:
            left, right = (text, None) if is_left else (None, text)
            yield Found("files", subject, left, right, worst, detail, stands_for=count)


def _highest_missing(path: str, there: Mapping[str, FileFact]) -> str:
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
