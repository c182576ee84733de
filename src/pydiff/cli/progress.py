"""The live display on stderr: a bar for each download, a line for each side's build with its current step."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydiff.events import BuildStep, DownloadProgress, Event, Listener, Notice, PartDone, StageFinished, StageStarted

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_DOING = {
    "resolve": "resolving",
    "fetch": "fetching",
    "install": "laying out",
    "snapshot": "reading",
    "probe": "running",
    "source": "finding the source of",
    "requirements": "resolving build requirements of",
    "environment": "making the build environment",
    "build": "building",
    "compare": "comparing",
    "explain": "explaining",
}


@contextmanager
def display() -> Iterator[Listener]:
    """A listener that draws when stderr is a terminal, and one that says only what is loud when it is not."""
    if not sys.stderr.isatty():
        yield _listen_quietly
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[step]}", style="dim", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Display(progress).listen


def _listen_quietly(event: Event) -> None:
    if isinstance(event, Notice) and event.loud:
        sys.stderr.write(f"warning: {event.text}\n")


class _Display:
    """One task per stage and subject; finished ones disappear."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[tuple[str, str, str], TaskID] = {}

    def listen(self, event: Event) -> None:
        match event:
            case StageStarted(stage=stage, subject=subject, side=side):
                doing = f"{_DOING.get(stage, stage)} {subject}{f' ({side})' if side else ''}"
                self._tasks[stage, subject, side] = self._progress.add_task(doing, total=None, step="")
            case StageFinished(stage=stage, subject=subject, side=side):
                task = self._tasks.pop((stage, subject, side), None)
                if task is not None:
                    self._progress.remove_task(task)
            case DownloadProgress(name=name, received=received, total=total):
                self._download(name, received, total)
            case BuildStep(side=side, number=number, summary=summary):
                self._step(side, f"{number}: {summary}"[:60])
            case Notice(text=text, loud=loud):
                self._progress.console.print(text, style="yellow" if loud else "dim", markup=False, highlight=False)
            case PartDone():
                pass

    def _download(self, name: str, received: int, total: int | None) -> None:
        key = ("download", name, "")
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task(name[:60], total=total, step="")
        size = f"{received / 1e6:.1f}{f' of {total / 1e6:.1f}' if total else ''} MB"
        self._progress.update(self._tasks[key], completed=received, total=total, step=size)
        if total is not None and received >= total:
            self._progress.remove_task(self._tasks.pop(key))

    def _step(self, side: str, text: str) -> None:
        for (stage, _, of_side), task in self._tasks.items():
            if stage == "build" and of_side == side:
                self._progress.update(task, step=text)
