"""Typed progress events. Stages emit them; the CLI's display and the run record listen. Without a listener nothing happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StageStarted:
    """`stage` is one of resolve, fetch, install, snapshot, source, requirements, build, compare, explain."""

    stage: str
    subject: str
    side: str = ""


@dataclass(frozen=True, slots=True)
class StageFinished:
    stage: str
    subject: str
    side: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """`total` is None when the server gave no length; both in bytes."""

    name: str
    received: int
    total: int | None


@dataclass(frozen=True, slots=True)
class BuildStep:
    """A compiler, linker or archiver call that has just been recorded."""

    side: str
    number: int
    summary: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know that is not an error: a fallback that was taken, a cache entry that was rebuilt."""

    text: str
    loud: bool = False
    """Said even where progress is not shown."""


@dataclass(frozen=True, slots=True)
class PartDone:
    """A finished part of the run, as plain JSON data, so that an interrupted run can still be reported.

    `part` names a field of the run record ("sides.left", "differences", ...).
    """

    part: str
    data: object = field(repr=False)


Event = StageStarted | StageFinished | DownloadProgress | BuildStep | Notice | PartDone
Listener = Callable[[Event], None]

_listeners: ContextVar[tuple[Listener, ...]] = ContextVar("pydiff_listeners", default=())


def emit(event: Event) -> None:
    """Hand `event` to every listener of this context. Threads must be started with `contextvars.copy_context().run`."""
    for listener in _listeners.get():
        listener(event)


@contextmanager
def listening(*listeners: Listener) -> Iterator[None]:
    """Add listeners for the length of the block."""
    token = _listeners.set((*_listeners.get(), *listeners))
    try:
        yield
    finally:
        _listeners.reset(token)


@contextmanager
def stage(name: str, subject: str, side: str = "") -> Iterator[None]:
    """Emit the start and, when the block did not raise, the end of a stage."""
    emit(StageStarted(name, subject, side))
    yield
    emit(StageFinished(name, subject, side))
