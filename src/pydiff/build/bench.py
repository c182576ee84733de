"""The place where one side is built: its folders, its sandbox, its environment, its time; and the running of one command there."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from pydiff.build.recorder import Window
from pydiff.build.sandbox import INSIDE, Farm, Mount, Sandbox, View, seen_at, start, stop
from pydiff.build.sandbox.mounts import home_folders, lies_under
from pydiff.cache import explained, remove_tree

FOLDERS = ("src", "venv", "home", "tmp", "out")
"""Writable by the build; each is mounted by itself, so that none can be exchanged for a link to somewhere else."""
MOMENT = "1704067200"
"""SOURCE_DATE_EPOCH of every build: 2024-01-01, late enough for zip files (1980)."""
_SYSTEM_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_TICK = 0.2
_LARGEST_LOG = 500_000_000
_IMPATIENT = 2.0
"""Grace in seconds for a build that the user has interrupted."""


class OutOfTimeError(Exception):
    """The side's build has used up its time."""


class StoppedError(Exception):
    """The user, or the other side, ended it."""


class CommandError(Exception):
    """A phase failed; the text is what a report says about it."""


@dataclass(slots=True)
class Clock:
    """What one side's commands have done so far."""

    spent: float = 0.0
    """Seconds that they took together."""
    began: float = field(default_factory=time.time)
    windows: list[Window] = field(default_factory=list)
    phase: str = "create-environment"
    """What is running, or ran last."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What both sides have in common."""

    sandbox: Sandbox
    farms: tuple[Farm, ...]
    env: Mapping[str, str]
    """Added to the clean environment of every hook: a remedy, an experiment."""
    halt: threading.Event
    """Set to end both."""
    limit: float
    """Seconds that the commands of one side may take together."""
    recording: bool = True


@dataclass(frozen=True, slots=True)
class Bench:
    side: str
    around: Surroundings
    work: Path
    """Host folder with FOLDERS, the shims and the stage."""
    record: Path
    """Host folder; each phase has a folder of its own below."""
    log: Path
    view: View
    clock: Clock
    watch: Callable[[Path], None] = field(default=lambda _folder: None)
    """Called about five times a second with the running phase's record folder."""

    @property
    def sandbox(self) -> Sandbox:
        return self.around.sandbox

    @property
    def recording(self) -> bool:
        return self.around.recording

    def unrecorded(self) -> Bench:
        """The same bench for commands that are pydiff's own, not the build's."""
        return replace(self, around=replace(self.around, recording=False))

    def host(self, name: str) -> Path:
        return self.work / name

    def inside(self, name: str) -> str:
        """The path of one of the folders as a command sees it."""
        return seen_at(self.sandbox, self.host(name), f"{INSIDE}/{name}")

    def search_path(self) -> list[str]:
        return [*([self.inside("shims")] if self.recording else []), f"{self.inside('venv')}/bin", *system_path()]


def open_bench(side: str, around: Surroundings, work: Path, folder: Path, exposed: Sequence[str]) -> Bench:
    """Make the folders. `folder` is the side's part of the run folder; what is recorded goes there at once."""
    log = folder / "log.txt"
    with explained("making the folders of a build", folder):
        for name in (*FOLDERS, "shims", "stage"):
            (work / name).mkdir(parents=True, exist_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")
        remove_tree(folder / "record")
    view = View(stage=str(work / "stage"), exposed=tuple(exposed), farms=around.farms)
    if around.sandbox.moves:
        mounts = [Mount(str(work / name), f"{INSIDE}/{name}", writable=True) for name in FOLDERS]
        view = view.plus(*mounts, Mount(str(work / "shims"), f"{INSIDE}/shims"))
    return Bench(side, around, work, folder / "record", log, view, Clock())


def system_path() -> list[str]:
    """The folders of PATH that belong to the machine: absolute, there, not below the user's home, not pydiff's own."""
    own = {str(Path(sys.prefix) / "bin"), str(Path(sys.executable).parent)}
    homes = home_folders()
    given = [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if PurePosixPath(entry).is_absolute()]
    kept = [
        entry
        for entry in given
        if entry not in own and not any(lies_under(os.path.normpath(entry), home) for home in homes)
    ]
    return [entry for entry in dict.fromkeys((*kept, *_SYSTEM_PATH)) if Path(entry).is_dir()]


def clean_environment(bench: Bench) -> dict[str, str]:
    """Everything a hook finds in its environment: nothing of the user's but the system part of PATH."""
    environment = {
        "PATH": os.pathsep.join(bench.search_path()),
        "HOME": bench.inside("home"),
        "TMPDIR": bench.inside("tmp"),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "SOURCE_DATE_EPOCH": MOMENT,
        "PYTHONNOUSERSITE": "1",
        "VIRTUAL_ENV": bench.inside("venv"),
    }
    if not bench.sandbox.moves:  # the Python itself is writable: keep the build's bytecode out of it
        environment["PYTHONPYCACHEPREFIX"] = str(bench.host("tmp") / "pycache")
    return {**environment, **bench.around.env}


def run(
    bench: Bench,
    argv: Sequence[str],
    *,
    phase: str,
    extra: Mapping[str, str] | None = None,
    mounts: Sequence[Mount] = (),
    exposed: Sequence[str] = (),
    network: bool = False,
) -> int:
    """Run one command at the bench, its output added to the log; its exit status. Raises OutOfTimeError, StoppedError.

    The command starts in the source folder. Whatever it started is gone when this returns or raises.
    """
    bench.clock.phase = phase
    record = bench.record / phase
    record.mkdir(parents=True, exist_ok=True)
    view = replace(bench.view.plus(*mounts), exposed=(*bench.view.exposed, *exposed, *system_path()), network=network)
    seen = seen_at(bench.sandbox, record, f"{INSIDE}/record")
    if bench.sandbox.moves:
        view = view.plus(Mount(str(record), seen, writable=True))
    environment = clean_environment(bench)
    if bench.recording:
        environment["PYDIFF_RECORD"] = seen
    environment.update(extra or {})
    began = time.time()
    with bench.log.open("ab") as log:
        log.write(f"== {phase}\n".encode())
        log.flush()
        process = start(bench.sandbox, argv, cwd=bench.inside("src"), env=environment, view=view, output=log)
        try:
            return _wait(bench, process, record)
        except BaseException as error:
            stop(process, **({} if isinstance(error, (OutOfTimeError, CommandError)) else {"grace": _IMPATIENT}))
            raise
        finally:
            ended = time.time()
            bench.clock.spent += ended - began
            bench.clock.windows.append(Window(phase, record, began, ended))


def _wait(bench: Bench, process: subprocess.Popen[bytes], record: Path) -> int:
    deadline = time.monotonic() + max(0.0, bench.around.limit - bench.clock.spent)
    while True:
        with suppress(subprocess.TimeoutExpired):
            status = process.wait(_TICK)
            bench.watch(record)
            return status
        bench.watch(record)
        if bench.around.halt.is_set():
            raise StoppedError
        if time.monotonic() > deadline:
            raise OutOfTimeError
        if bench.log.stat().st_size > _LARGEST_LOG:
            raise CommandError(
                f"{bench.clock.phase} wrote more than {_LARGEST_LOG // 10**6} MB of output and was ended"
            )
