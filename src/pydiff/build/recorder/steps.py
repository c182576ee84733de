"""Progress: the calls that have appeared since the last look."""

from __future__ import annotations

import time
from pathlib import Path, PurePosixPath

from pydiff.build.recorder.collect import read_call
from pydiff.events import BuildStep

_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".m", ".s", ".S", ".f90", ".rs", ".pyx", ".i")
_WIDTH = 60
_SHARE = 20
"""After a look that took a second, the next one is this many seconds later: a folder of 50,000 calls must not slow the build."""


class StepReader:
    """Remembers what it has told of one record folder."""

    def __init__(self, side: str) -> None:
        self.side = side
        self.number = 0
        self._told: set[str] = set()
        self._next_look = 0.0

    def new_steps(self, folder: Path) -> list[BuildStep]:
        """One event per call that was not there before and that no other recorded call made."""
        began = time.monotonic()
        if began < self._next_look:
            return []
        fresh = sorted(path for path in folder.glob("*.call") if str(path) not in self._told)
        steps = []
        for path in fresh:
            self._told.add(str(path))
            call = read_call(path)
            if call is not None and not call.parent:
                self.number += 1
                steps.append(BuildStep(self.side, self.number, summary(call.argv)))
        now = time.monotonic()
        self._next_look = now + _SHARE * (now - began)
        return steps


def summary(argv: tuple[str, ...]) -> str:
    """What a command makes, or what it reads: `cc core/utils.o`."""
    tool = PurePosixPath(argv[0]).name
    if "-o" in argv[:-1]:
        subject = argv[argv.index("-o") + 1]
    else:
        named = [word for word in argv[1:] if not word.startswith("-")]
        files = [word for word in named if word.endswith(_SOURCES)] or [
            word for word in named if "." in word or "/" in word
        ]
        subject = [*files, *named, *argv[1:2], ""][0]
    line = f"{tool} {subject}".rstrip()
    return line if len(line) <= _WIDTH else f"{tool} {PurePosixPath(subject).name}"[:_WIDTH]
