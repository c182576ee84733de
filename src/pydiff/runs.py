"""The run folder: events as they happen (`run.jsonl`), the record (`run.json`), each side's log, actions and wheel.

Every part of the record goes through `run.jsonl` first, and the record is always assembled from those parts, so an
interrupted run is read back by the same code that finishes a whole one.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import msgspec

from pydiff.cache import Cache, explained
from pydiff.errors import RunRecordError
from pydiff.events import DownloadProgress, Event, PartDone
from pydiff.model.record import ErrorRecord, Run

RUN_FILE = "run.json"
EVENTS_FILE = "run.jsonl"
_NOTES = ("notes.wheels", "notes.trees", "notes.builds")
_SAFE = re.compile(r"[^A-Za-z0-9._=-]+")


class RunFolder:
    """The folder of a run in progress. Its `listen` is an event listener; `finish` writes the record."""

    def __init__(self, state_dir: Path, subject: str) -> None:
        """Make `<state_dir>/runs/<time>-<subject>-<random>`. Raises CacheError when that cannot be written."""
        now = dt.datetime.now(dt.UTC)
        # Of a path or URL only the last word: an URL may carry credentials, and the folder's name is printed.
        words = subject.rstrip("/").rpartition("/")[2]
        name = _SAFE.sub("-", words).strip("-.")[:60] or "trees"
        self.created = now.isoformat(timespec="seconds")
        self.id = f"{now:%Y%m%d-%H%M%S}-{name}-{secrets.token_hex(2)}"
        self.path = state_dir / "runs" / self.id
        self._parts: dict[str, object] = {}
        with explained("making the run folder", self.path):
            self.path.mkdir(parents=True)

    def listen(self, event: Event) -> None:
        """Append the event; download progress is left out, it would be most of the file."""
        if isinstance(event, DownloadProgress):
            return
        if isinstance(event, PartDone):
            self._parts[event.part] = event.data
        line = {"event": type(event).__name__, **asdict(event)}
        with explained("writing the run", self.path), (self.path / EVENTS_FILE).open("ab") as events:
            events.write(msgspec.json.encode(line) + b"\n")

    def finish(self, error: ErrorRecord | None = None) -> Run:
        """Assemble the record from the parts that are there and save it. With `error` it is partial."""
        run = assemble(self._parts, error)
        Cache(self.path).write(self.path / RUN_FILE, msgspec.json.format(msgspec.json.encode(run)) + b"\n")
        return run


def assemble(parts: Mapping[str, object], error: ErrorRecord | None = None) -> Run:
    """The record from its parts. A run without a verdict is partial. Raises RunRecordError when `start` is missing."""
    start = parts.get("start")
    if not isinstance(start, dict):
        raise RunRecordError("the run stopped before it began: there is nothing to report")
    whole = "verdict" in parts and error is None
    data: dict[str, object] = {
        "verdict": "inconclusive",
        "headline": f"Stopped early: {error.message}" if error else "Stopped before there was a verdict.",
        **start,
        "sides": {"left": parts.get("sides.left"), "right": parts.get("sides.right")},
        "partial": not whole,
        "error": msgspec.to_builtins(error) if error else None,
    }
    for name in (
        "environment",
        "differences",
        "legend",
        "divergence",
        "findings",
        "sandbox",
        "requirements",
        "source",
        "timings",
    ):
        if name in parts:
            data[name] = parts[name]
    data["notes"] = [note for name in _NOTES for note in _list(parts.get(name))]
    verdict = parts.get("verdict")
    if whole and isinstance(verdict, dict):
        data |= verdict
    try:
        return msgspec.convert(data, Run)
    except msgspec.ValidationError as invalid:
        raise RunRecordError(f"the run record cannot be read: {invalid}") from invalid


def _list(part: object) -> list[object]:
    return part if isinstance(part, list) else []


def load(name: str, state_dir: Path) -> tuple[Run, Path]:
    """A saved run by id, by the path of its folder or of its run.json, or `last`. Raises RunRecordError."""
    folder = _find(name, state_dir)
    file = folder / RUN_FILE if folder.is_dir() else folder
    if file.is_file():
        try:
            return msgspec.json.decode(file.read_bytes(), type=Run), file.parent
        except (msgspec.DecodeError, OSError) as error:
            raise RunRecordError(
                f"{file} is not a run record: {error}", hint="it must be a run.json written by pydiff"
            ) from error
    return assemble(_read_parts(folder / EVENTS_FILE)), folder


def _find(name: str, state_dir: Path) -> Path:
    runs = state_dir / "runs"
    known = sorted(path for path in runs.iterdir() if path.is_dir()) if runs.is_dir() else []
    if name == "last" and known:
        return known[-1]
    for candidate in (runs / name, Path(name)):
        if candidate.exists() and name != "last":
            return candidate
    matches = [path for path in known if path.name.startswith(name)]
    if len(matches) == 1:
        return matches[0]
    hint = (
        "the newest are: " + ", ".join(path.name for path in known[-5:]) if known else f"no run is saved in {runs} yet"
    )
    raise RunRecordError(f"no saved run {name!r}", hint=hint)


def _read_parts(file: Path) -> dict[str, object]:
    if not file.is_file():
        raise RunRecordError(f"{file.parent} holds no run", hint="a run folder has a run.json or a run.jsonl")
    parts: dict[str, object] = {}
    for line in file.read_bytes().splitlines():
        try:
            event = msgspec.json.decode(line)
        except msgspec.DecodeError:
            continue  # the last line of a run that was killed may be half a line
        if isinstance(event, dict) and event.get("event") == "PartDone":
            parts[str(event.get("part"))] = event.get("data")
    return parts
