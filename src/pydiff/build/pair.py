"""Both builds, side by side: everything that is not the Python is made equal, then each side runs its hooks at its bench."""

from __future__ import annotations

import contextvars
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydiff.build.backend import read_build_system
from pydiff.build.bench import Surroundings, system_path
from pydiff.build.requirements import WheelSet, checked, differences, missing, resolve_all
from pydiff.build.sandbox import Farm, Sandbox, absolute, choose_sandbox, make_farms, system_python_libraries
from pydiff.build.side import Side
from pydiff.build.source import Source, acquire
from pydiff.cache import Cache
from pydiff.errors import RequirementsError, SandboxError
from pydiff.events import Notice, emit, stage
from pydiff.model.build import BuildPair, BuildRecord, Circumstances, Requirement, SingleBuild
from pydiff.model.resolution import Installation
from pydiff.model.settings import Settings

_Answer = TypeVar("_Answer", bound=Circumstances)


@dataclass(frozen=True, slots=True)
class _Room:
    """What the sides of one run share, and what has to be said about it."""

    around: Surroundings
    why: str
    notes: tuple[str, ...]

    @property
    def sandbox(self) -> Sandbox:
        return self.around.sandbox


@dataclass(frozen=True, slots=True)
class _Outcome:
    records: dict[str, BuildRecord]
    room: _Room
    source: Source
    backend: str
    requirements: tuple[Requirement, ...]
    notes: tuple[str, ...]

    def told(self, answer: Callable[..., _Answer]) -> _Answer:
        """The answer with its circumstances filled in."""
        return answer(
            sandbox=self.room.sandbox.level,
            sandbox_why=self.room.why,
            network=not self.room.sandbox.isolates_network,
            requirements=self.requirements,
            package=self.source.label,
            backend=self.backend,
            source_sha256=self.source.sha256,
            source_url=self.source.url,
            notes=self.notes,
        )


def build_pair(
    package: str,
    left: Installation,
    right: Installation,
    settings: Settings,
    run_dir: Path,
    *,
    env: Mapping[str, str] | None = None,
    hidden: Sequence[str] = (),
) -> BuildPair:
    """Build `package` under both Pythons in surroundings where only the Python differs.

    Logs, recorded actions and wheels go to `run_dir`/left and `run_dir`/right, and what there is of them stays there when this
    raises. `env` is added to the environment of both builds; `hidden` are absolute paths of system files that shall not exist for them.
    A build that fails is an outcome, not an error. Raises PackageError, DownloadError, RequirementsError, SandboxError, CacheError.
    """
    done = _build(package, {"left": left, "right": right}, settings, run_dir, env or {}, hidden)
    return done.told(partial(BuildPair, left=done.records["left"], right=done.records["right"]))


def build_one(
    package: str,
    installation: Installation,
    settings: Settings,
    run_dir: Path,
    *,
    env: Mapping[str, str] | None = None,
    hidden: Sequence[str] = (),
) -> SingleBuild:
    """Build `package` under one Python; everything else as in `build_pair`, the files in `run_dir`/left."""
    done = _build(package, {"left": installation}, settings, run_dir, env or {}, hidden)
    return done.told(partial(SingleBuild, record=done.records["left"]))


def _build(
    package: str,
    pythons: Mapping[str, Installation],
    settings: Settings,
    run_dir: Path,
    env: Mapping[str, str],
    hidden: Sequence[str],
) -> _Outcome:
    versions = [installation.version for installation in pythons.values()]
    with stage("source", package):
        source = acquire(package, settings, versions)
    with ExitStack() as stack:
        scratch = stack.enter_context(Cache(settings.cache_dir).scratch("build"))
        room = _make_room(settings, scratch, versions, env, (*hidden, *absolute(settings.hide, system_path())))
        sides = {
            name: Side(name, installation, room.around, scratch / name, run_dir / name)
            for name, installation in pythons.items()
        }
        for side in sides.values():
            stack.callback(side.save)  # whatever happens, what was recorded stays
        for side in sides.values():
            side.unpack(source)
        parallel = settings.parallel and (os.cpu_count() or 1) > 1
        backend, sets = _run_phases(sides, settings, parallel=parallel)
        records = {name: side.save() for name, side in sides.items()}
    missed = [note for side in sides.values() for note in side.notes]
    return _Outcome(records, room, source, backend, *_summed(sets, source, room, missed))


def _run_phases(sides: Mapping[str, Side], settings: Settings, *, parallel: bool) -> tuple[str, dict[str, WheelSet]]:
    """The phases in order. A side that has failed is left out of the following ones. The package's backend, and what it needs."""
    _each(sides, Side.prepare, parallel=parallel)
    alive = {name: side for name, side in sides.items() if side.outcome is None}
    if not alive:
        return "", {}
    system = read_build_system(next(iter(alive.values())).source)
    static = checked(system.requires, "the package's pyproject.toml")
    sets = _resolve(static, alive, settings, ())
    _each(alive, lambda side: side.get_requires(system, sets[side.name]), parallel=parallel)
    alive = {name: side for name, side in alive.items() if side.outcome is None}
    dynamic = checked([text for side in alive.values() for text in side.dynamic], "the build backend")
    if any(missing(dynamic, sets[name].requirements) for name in alive):
        pins = sorted({pin for name in alive for pin in sets[name].pins()})
        sets |= _resolve(checked((*static, *dynamic), "the build backend"), alive, settings, _consistent(pins))
    _each(alive, lambda side: side.build(system, sets[side.name]), parallel=parallel)
    return system.backend, sets


def _resolve(
    wanted: Sequence[str], sides: Mapping[str, Side], settings: Settings, pins: Sequence[str]
) -> dict[str, WheelSet]:
    """`pins` are kept where they can be: a backend may ask for an older version than the newest that was there for its pyproject.toml."""
    if not wanted:
        return dict.fromkeys(sides, WheelSet((), ""))
    targets = [side.target() for side in sides.values()]
    with stage("requirements", ", ".join(wanted)):
        try:
            return resolve_all(wanted, targets, settings, pins)
        except RequirementsError:
            if not pins:
                raise
            return resolve_all(wanted, targets, settings)


def _consistent(pins: Sequence[str]) -> list[str]:
    """Pins without those names that the sides could not agree on."""
    names = [pin.partition("==")[0] for pin in pins]
    return [pin for pin, name in zip(pins, names, strict=True) if names.count(name) == 1]


def _each(sides: Mapping[str, Side], work: Callable[[Side], None], *, parallel: bool) -> None:
    """Do `work` for every side, at once when `parallel`. The first exception ends the others and is raised."""
    if not parallel or len(sides) < 2:
        for side in sides.values():
            work(side)
        return
    halt = next(iter(sides.values())).bench.around.halt
    with ThreadPoolExecutor(len(sides)) as pool:
        # Listeners live in a context variable: each thread gets a copy of this context.
        futures = [pool.submit(contextvars.copy_context().run, work, side) for side in sides.values()]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
            for future in futures:
                if future.done():
                    future.result()
        except BaseException:
            halt.set()
            raise


def _make_room(
    settings: Settings, scratch: Path, versions: Sequence[str], env: Mapping[str, str], hidden: Sequence[str]
) -> _Room:
    """The sandbox, and what it hides. Raises SandboxError when something has to be hidden and cannot be."""
    sandbox, why = choose_sandbox(settings.sandbox)
    minors = sorted({".".join(version.split(".")[:2]) for version in versions})
    libraries = [] if settings.show_system_python else system_python_libraries(minors)
    named = ", ".join(libraries)
    notes: list[str] = []
    farms: tuple[Farm, ...] = ()
    if sandbox.moves:
        farms = make_farms([*libraries, *hidden], scratch / "farms")
        if libraries:
            notes.append(f"hidden from the builds, because it is a third Python that they could link against: {named}")
        if hidden:
            notes.append(f"hidden from the builds, as asked: {', '.join(hidden)}")
    elif hidden:
        raise SandboxError(
            f"{', '.join(hidden)} cannot be hidden without a sandbox ({why})",
            hint="install bubblewrap, or allow user namespaces; `pydiff doctor` shows what works here",
        )
    elif libraries:
        notes.append(f"a third Python is visible to the builds, because there is no sandbox: {named}")
    around = Surroundings(sandbox, farms, env, threading.Event(), settings.build_timeout)
    return _Room(around, why, tuple(notes))


def _summed(
    sets: dict[str, WheelSet], source: Source, room: _Room, missed: Sequence[str]
) -> tuple[tuple[Requirement, ...], tuple[str, ...]]:
    """The requirements of all sides, each once, and every note."""
    requirements = {(one.name, one.sha256): one for found in sets.values() for one in found.requirements}
    notes = [
        *source.notes,
        *room.notes,
        *(note for found in sets.values() for note in found.notes),
        *differences(sets),
        *missed,
    ]
    for note in dict.fromkeys(notes):
        emit(Notice(note))
    return tuple(requirements.values()), tuple(dict.fromkeys(notes))
