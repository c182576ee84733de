"""What `pydiff resolve` says: asset, URL, hash, manner of unpacking and changes of each spec; of two specs side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pydiff.model.asset import Asset
from pydiff.model.change import Change
from pydiff.model.resolution import Compiled, InPlace, Prebuilt, Repack, Resolution, Unpacking
from pydiff.report.sheet import Cell, Row, Section, Sheet, Tone, render_sheet

# Below this many columns two values that differ stand below each other.
_SIDE_BY_SIDE = 110

Line = tuple[str, str, str]
"""(key, name, value); the key says which lines of two answers are about the same thing."""


def render_resolutions(
    resolutions: Sequence[Resolution], format_name: str, width: int | None = None, *, colour: bool = False
) -> str:
    """`terminal`, `markdown` or `json`. Two are shown side by side, any other number below each other; JSON is always a list.

    Each element of the JSON list:

        {"spec": "uv@0.5.5:3.9", "target": "linux-x86_64-gnu", "kind": "prebuilt|repack|in-place|compiled",
         "manager": {"name": "uv", "version": "0.5.5", "why": "given", "again": ["0.7.19", …]}, "notes": ["…"],
         and with "kind" prebuilt and repack:
         "install_name": "cpython-3.9.20-linux-x86_64-gnu",
         "changes": ["bin/python linked to …", …], "change_names": ["bin-python", …]        one for one, in the order they are made
         "unpacking": {"modes": "umask", "full": "install", "top_kept": false, …}           the fields of `Unpacking` in model/resolution.py
         prebuilt: "asset": {"name", "version", "tag", "triple", "flavor", "build_options": […], "urls": […], "path", "sha256", "hash_source"}
         repack, in-place: "interpreter": "/usr/bin/python3.9", "version": "3.9.18"
         compiled: "version": "3.9.20", "reason": "…"}
    """
    data = [resolution_data(resolution) for resolution in resolutions]
    if len(resolutions) == 2 and format_name != "json":
        sections = [
            _pair(*resolutions, narrow=format_name == "terminal" and width is not None and width < _SIDE_BY_SIDE)
        ]
    else:
        sections = [_section(resolution) for resolution in resolutions]
    return render_sheet(Sheet(tuple(sections), data), format_name, width, colour=colour)


_MODES = {
    "umask": "modes as the umask leaves them",
    "umask+x": "modes as the umask leaves them, executable for all where for any",
    "archive": "modes as in the archive",
    "archive+x": "modes as in the archive, executable for all where for any",
    "archive+ids": "modes as in the archive, set-user-id bits and the like too",
    "tarfile": "modes as in the archive, set-user-id bits and the like too",
    "tarfile+data": "modes of the archive, as the data filter of Python's tarfile leaves them",
}
_FULL = {
    "install": "only install/ is kept",
    "lifted": "install/ moved up beside the rest",
    "whole": "everything is kept",
    "refused": "a .tar.zst cannot be read",
}


def unpacked(unpacking: Unpacking, *, full: bool) -> str:
    """How a manager lays an archive on disk, in words; `full`: the archive is one, so that it matters what is kept of it."""
    said = [
        _MODES[unpacking.modes],
        _FULL[unpacking.full] if full else "",
        "the archive's top folder is kept" if unpacking.top_kept else "",
        "the archive's top folder stays behind, empty" if unpacking.top_left else "",
        "" if unpacking.hard_links else "an archive with a hard link fails",
    ]
    return ", ".join(filter(None, said))


def keyed(changes: Sequence[Change]) -> list[tuple[str, Change]]:
    """Each change with a key that its counterpart of another answer has too."""
    seen: Counter[str] = Counter()
    found = []
    for change in changes:
        found.append((f"{change.name} {seen[change.name]}", change))
        seen[change.name] += 1
    return found


def _section(resolution: Resolution) -> Section:
    rows = tuple((name, value) for _, name, value in _lines(resolution))
    return Section(resolution.spec.text, rows, notes=resolution.notes)


def _pair(left: Resolution, right: Resolution, *, narrow: bool) -> Section:
    """Lines that differ are marked, equal ones are dim."""
    rows: list[Row] = []
    for name, ours, theirs in _aligned(_lines(left), _lines(right)):
        tone: Tone = "dim" if ours == theirs else "changed"
        mark = Cell("" if ours == theirs else "≠", tone)
        if not narrow:
            rows.append((mark, Cell(name, tone), Cell(ours or "-", tone), Cell(theirs or "-", tone)))
        elif ours == theirs:
            rows.append((mark, Cell(name, tone), "", Cell(ours, tone)))
        else:
            rows.append((mark, Cell(name, tone), "1", Cell(ours or "-", tone)))
            rows.append(("", "", "2", Cell(theirs or "-", tone)))
    if narrow:
        title = f"1  {left.spec.text}\n2  {right.spec.text}"
        return Section(title, tuple(rows), notes=_notes(left, right, "1", "2"))
    texts = (left.spec.text, right.spec.text)
    return Section(" and ".join(texts), tuple(rows), ("", "", *texts), notes=_notes(left, right, *texts))


def _notes(left: Resolution, right: Resolution, one: str, two: str) -> tuple[str, ...]:
    """Notes that both have are said once."""
    both = [note for note in left.notes if note in right.notes]
    return (
        *both,
        *(f"{one}: {note}" for note in left.notes if note not in both),
        *(f"{two}: {note}" for note in right.notes if note not in both),
    )


def _aligned(left: Sequence[Line], right: Sequence[Line]) -> list[tuple[str, str, str]]:
    """(name, left value, right value), in the order of the left; what only the right has follows the line it follows there."""
    keys = [key for key, _, _ in left]
    place = 0
    for key, _, _ in right:
        if key not in keys:
            keys.insert(place, key)
        place = keys.index(key) + 1
    ours = {key: (name, value) for key, name, value in left}
    theirs = {key: (name, value) for key, name, value in right}
    return [_met(ours.get(key, ("", "")), theirs.get(key, ("", ""))) for key in keys]


def _met(ours: tuple[str, str], theirs: tuple[str, str]) -> tuple[str, str, str]:
    """Answers of two kinds have two names for one line, of which neither is true of both: each goes with its own value."""
    names = ours[0], theirs[0]
    if all(names) and names[0] != names[1]:
        return "answer", " ".join(ours), " ".join(theirs)
    return names[0] or names[1], ours[1], theirs[1]


def _lines(resolution: Resolution) -> list[Line]:
    manager = f"{resolution.manager} ({resolution.manager.why})" if resolution.manager.why else str(resolution.manager)
    return [("manager", "manager", manager), *_answer(resolution)]


def _answer(resolution: Resolution) -> list[Line]:
    match resolution:
        case Prebuilt(asset=asset):
            urls = [(f"url {number}", "url", url) for number, url in enumerate(asset.urls)]
            where = urls or [("file", "file", asset.path)]
            return [("asset", "asset", asset.name), *where, *_hash(asset), *_laid_out(resolution)]
        case Repack(interpreter=interpreter, version=version):
            return [("asset", "repacks", f"{interpreter} ({version}), a local interpreter"), *_laid_out(resolution)]
        case InPlace(interpreter=interpreter, version=version):
            return [("asset", "in place", f"{interpreter} ({version}), nothing is changed")]
        case Compiled(version=version, reason=reason):
            return [("asset", "compiled", f"Python {version} from source: {reason}")]


def _hash(asset: Asset) -> list[Line]:
    if not asset.sha256:
        return [("sha256", "sha256", "none known before the download")]
    return [("sha256", "sha256", asset.sha256), ("hash from", "hash from", asset.hash_source)]


def _laid_out(resolution: Prebuilt | Repack) -> list[Line]:
    full = isinstance(resolution, Prebuilt) and resolution.asset.flavor == "full"
    changes = [(key, "changes", change.describe()) for key, change in keyed(resolution.changes)]
    return [
        ("laid out as", "laid out as", resolution.install_name),
        ("unpacked", "unpacked", unpacked(resolution.unpacking, full=full)),
        *(changes or [("nothing", "changes", "nothing")]),
    ]


def resolution_data(resolution: Resolution) -> dict[str, Any]:
    """One element of the list that `render_resolutions` describes."""
    common = {
        "spec": resolution.spec.text,
        "target": str(resolution.spec.target),
        "manager": {
            "name": resolution.manager.name,
            "version": resolution.manager.version,
            "why": resolution.manager.why,
            "again": list(resolution.manager.again),
        },
        "notes": list(resolution.notes),
    }
    match resolution:
        case Prebuilt(asset=asset):
            return {**common, "kind": "prebuilt", "asset": _asset(asset), **_layout(resolution)}
        case Repack(interpreter=interpreter, version=version):
            local = {"interpreter": interpreter, "version": version}
            return {**common, "kind": "repack", **local, **_layout(resolution)}
        case InPlace(interpreter=interpreter, version=version):
            return {**common, "kind": "in-place", "interpreter": interpreter, "version": version}
        case Compiled(version=version, reason=reason):
            return {**common, "kind": "compiled", "version": version, "reason": reason}


def _layout(resolution: Prebuilt | Repack) -> dict[str, Any]:
    return {
        "install_name": resolution.install_name,
        "changes": [change.describe() for change in resolution.changes],
        "change_names": [change.name for change in resolution.changes],
        "unpacking": asdict(resolution.unpacking),
    }


def _asset(asset: Asset) -> dict[str, Any]:
    return {
        "name": asset.name,
        "version": asset.version,
        "tag": asset.tag,
        "triple": asset.triple,
        "flavor": asset.flavor,
        "build_options": list(asset.build_options),
        "urls": list(asset.urls),
        "path": asset.path,
        "sha256": asset.sha256,
        "hash_source": asset.hash_source,
    }
