"""Reading what the shims and the tracer wrote. A build can write there too, so everything is bounded and nothing is believed blindly."""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePosixPath

from pydiff.build.recorder.tools import is_tool
from pydiff.model.build import Action, SysconfigRead

STDERR_KEPT = 8_000
"""Characters of a call's stderr."""
_LARGEST_CALL = 4_000_000
"""Bytes; the kernel passes at most 2 MB of arguments."""
_LARGEST_LINES = 32_000_000
_MOST_CALLS = 200_000
_MOST_READS = 50_000


@dataclass(frozen=True, slots=True)
class Call:
    parent: str
    """Name of the call that made this one (`1234-0`); empty for none."""
    cwd: str
    real: str
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """One hook's stretch of time, in seconds since the epoch."""

    phase: str
    folder: Path
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class _Found:
    key: str
    parent: str
    began: float
    order: int
    action: Action


def read_bounded(path: Path, limit: int, *, tail: bool = False) -> bytes | None:
    """At most `limit` bytes of a regular file, from its end with `tail`; None when it is not there, a link or not a file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        return None
    with os.fdopen(handle, "rb") as file:
        if tail and status.st_size > limit:
            file.seek(-limit, os.SEEK_END)
        return file.read(limit)


def read_call(path: Path) -> Call | None:
    data = read_bounded(path, _LARGEST_CALL)
    if not data or not data.endswith(b"\0"):
        return None
    words = data.decode("utf-8", "backslashreplace").split("\0")[:-1]
    if len(words) < 4:
        return None
    parent, cwd, real, called, *arguments = words
    # A shim is called by its own path; what the build meant is the name.
    return Call(parent, cwd, real, (PurePosixPath(called).name, *arguments))


def collect_actions(windows: list[Window], build_began: float) -> tuple[Action, ...]:
    """Every recorded call, and every attempt to call a tool that does not exist, sorted by start."""
    found = [item for window in windows for item in _calls(window, build_began)]
    found += [item for window in windows for item in _attempts(window, build_began)]
    found.sort(key=lambda item: (item.began, item.order))
    places = {item.key: index for index, item in enumerate(found)}
    return tuple(replace(item.action, index=index, parent=places.get(item.parent)) for index, item in enumerate(found))


def _calls(window: Window, build_began: float) -> Iterator[_Found]:
    for path in islice(window.folder.glob("*.call"), _MOST_CALLS):
        call = read_call(path)
        if call is None:
            continue
        began = path.lstat().st_mtime
        exit_path = path.with_suffix(".exit")
        code = (read_bounded(exit_path, 16) or b"").strip()
        ended = exit_path.lstat().st_mtime if code else window.ended
        stderr = read_bounded(path.with_suffix(".err"), 4 * STDERR_KEPT, tail=True) or b""
        action = Action(
            index=0,
            phase=window.phase,
            tool=call.argv[0],
            argv=call.argv,
            cwd=call.cwd,
            exit_code=int(code) if code.isdigit() else None,
            started=round(max(0.0, began - build_began), 3),
            seconds=round(max(0.0, ended - began), 3),
            real=call.real,
            stderr=stderr.decode("utf-8", "replace")[-STDERR_KEPT:],
        )
        pid = path.stem.partition("-")[0]
        parent = f"{window.phase}/{call.parent}" if call.parent else ""
        yield _Found(f"{window.phase}/{path.stem}", parent, began, int(pid) if pid.isdecimal() else 0, action)


def _attempts(window: Window, build_began: float) -> Iterator[_Found]:
    for number, record in enumerate(_lines(window.folder, "attempts", _MOST_CALLS)):
        match record:
            case {"argv": [str(), *_] as argv, "cwd": str(cwd), "time": int() | float() as moment} if all(
                isinstance(word, str) for word in argv
            ):
                tool = PurePosixPath(argv[0]).name
                if is_tool(tool):
                    started = round(max(0.0, moment - build_began), 3)
                    action = Action(0, window.phase, tool, tuple(argv), cwd, 127, started, 0.0)
                    yield _Found(f"{window.phase}/attempt-{number}", "", moment, 0, action)
            case _:
                continue


def collect_bypasses(windows: list[Window]) -> Counter[str]:
    """Tools that a Python of the build called by absolute path, past the shims -> how often."""
    found: Counter[str] = Counter()
    for window in windows:
        for record in _lines(window.folder, "bypasses", _MOST_CALLS):
            match record:
                case {"program": str(program)} if program.isprintable() and is_tool(PurePosixPath(program).name):
                    found[program] += 1
                case _:
                    continue
    return found


def _lines(folder: Path, kind: str, limit: int) -> Iterator[object]:
    """Every line of `kind`-PID.jsonl that is JSON."""
    left = limit
    for path in sorted(folder.glob(f"{kind}-*.jsonl")):
        for line in (read_bounded(path, _LARGEST_LINES) or b"").splitlines():
            if left == 0:
                return
            left -= 1
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                continue


def collect_reads(windows: list[Window], places: Mapping[str, str]) -> tuple[SysconfigRead, ...]:
    """Each variable and reader once, in order of first reading. `places` shortens the readers' paths."""
    found: list[tuple[float, SysconfigRead]] = []
    for window in windows:
        for record in _lines(window.folder, "reads", _MOST_READS):
            match record:
                case {
                    "name": str(name),
                    "value": str(value),
                    "file": str(file),
                    "line": int(line),
                    "inner": int(inner),
                    "time": int() | float() as moment,
                }:
                    text = f" (line {inner} of the code it runs)" if inner else ""
                    found.append((moment, SysconfigRead(name, value, f"{shorten(file, places)}:{line}{text}")))
                case _:
                    continue
    found.sort(key=lambda item: item[0])
    first: dict[tuple[str, str], SysconfigRead] = {}
    for _moment, read in found:
        first.setdefault((read.name, read.reader), read)
    return tuple(first.values())


def shorten(file: str, places: Mapping[str, str]) -> str:
    """A source file as a reader of a report wants it: relative to what it belongs to."""
    path = PurePosixPath(file)
    for role in ("src", "site", "stdlib"):
        folder = places.get(role)
        if folder and path.is_relative_to(folder):
            return str(path.relative_to(folder))
    return path.name if path.is_absolute() else str(path)
