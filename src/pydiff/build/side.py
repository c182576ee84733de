"""One side of a comparison while it is built: owns its bench, and turns whatever ends a phase into an outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec

from pydiff.build.backend import BuildSystem
from pydiff.build.bench import Bench, CommandError, OutOfTimeError, Surroundings, open_bench, system_path
from pydiff.build.environment import PythonFacts, ask, create_environment, fill, renew
from pydiff.build.hooks import build_wheel, get_requires
from pydiff.build.recorder import StepReader, collect_actions, collect_bypasses, collect_reads, make_shims
from pydiff.build.recorder.collect import read_bounded
from pydiff.build.requirements import Target, WheelSet
from pydiff.build.sandbox.mounts import home_folders, lies_under
from pydiff.build.source import Source
from pydiff.build.unpack import unpack
from pydiff.build.wheel import keep_wheel
from pydiff.cache import explained, remove_tree
from pydiff.events import StageFinished, StageStarted, emit
from pydiff.model.build import BuildRecord, Built, Failed, NotRun, Outcome, TimedOut
from pydiff.model.resolution import Installation

_SHOWN = 5
"""Programs named in a note."""
_LOG_KEPT = 2_000_000
"""Bytes of the log that the record carries; the file keeps all of it."""


class Side:
    """Its methods are the phases, in order; each returns nothing and sets `outcome` when the build has ended."""

    def __init__(self, name: str, installation: Installation, around: Surroundings, work: Path, folder: Path) -> None:
        self.name = name
        self.installation = installation
        self.outcome: Outcome | None = None
        self.dynamic: tuple[str, ...] = ()
        self._work = work
        self._folder = folder
        self._steps = StepReader(name)
        bench = open_bench(name, around, work, folder, self._tree_paths())
        self.bench = replace(bench, watch=self._watch)
        self._facts: PythonFacts | None = None
        self._tree: PythonFacts | None = None
        self._installed = WheelSet((), "")
        self._saved: BuildRecord | None = None
        self.notes: tuple[str, ...] = ()
        """There once the side is saved."""

    @property
    def source(self) -> Path:
        """The source folder on the host."""
        return self.bench.host("src")

    def unpack(self, source: Source) -> None:
        """Raises PackageError: a source that cannot be unpacked is no outcome of a build."""
        top = unpack(Path(source.path), source.filename, self._work / "unpacked")
        remove_tree(self.source)
        top.replace(self.source)

    def prepare(self) -> None:
        with self._outcomes("create-environment"):
            self._tree = ask(self.bench, self.installation.python)
            self._facts = create_environment(self.bench, self.installation.python)

    def target(self) -> Target:
        return Target(self.name, self.installation.python, _known(self._tree), self._fetching_bench)

    def get_requires(self, system: BuildSystem, wheels: WheelSet) -> None:
        with self._outcomes("install-requirements"):
            self._equip(wheels)
            self.dynamic = get_requires(self.bench, system)
            self._installed = wheels

    def build(self, system: BuildSystem, wheels: WheelSet) -> None:
        emit(StageStarted("build", self.name, self.name))
        with self._outcomes("build_wheel"):
            if wheels != self._installed:
                self._facts = renew(self.bench, self.installation.python)
                self._equip(wheels)
            wheel = build_wheel(self.bench, system)
            facts, kept = keep_wheel(wheel, self._folder)
            self.outcome = Built(facts, str(kept))
        emit(StageFinished("build", self.name, self.name, type(self.outcome).__name__.lower()))

    def save(self) -> BuildRecord:
        """Read what was recorded, write it to the run folder, and give the record. The second call gives the first one's answer."""
        if self._saved is not None:
            return self._saved
        clock = self.bench.clock
        actions = collect_actions(clock.windows, clock.began)
        places = {name: self.bench.inside(name) for name in ("src", "venv", "home", "tmp")}
        places["prefix"] = self.installation.prefix
        python = {} if self._facts is None else {"site": self._facts.purelib, "stdlib": self._facts.stdlib}
        reads = collect_reads(clock.windows, places | python)
        self.notes = _bypassed(self.name, collect_bypasses(clock.windows))
        if self.bench.recording and not actions:
            self.notes += silent(self.name, self.outcome)
        encode = msgspec.json.encode
        with explained("keeping what was recorded", self._folder):
            (self._folder / "actions.jsonl").write_bytes(b"".join(encode(action) + b"\n" for action in actions))
            (self._folder / "reads.jsonl").write_bytes(b"".join(encode(read) + b"\n" for read in reads))
        remove_tree(self.bench.record)
        log = read_bounded(self.bench.log, _LOG_KEPT, tail=True) or b""
        self._saved = BuildRecord(
            outcome=self.outcome or NotRun("interrupted"),
            seconds=round(clock.spent, 3),
            actions=actions,
            reads=reads,
            log=log.decode("utf-8", "replace"),
            log_path=str(self.bench.log),
            places=places,
        )
        return self._saved

    def _equip(self, wheels: WheelSet) -> None:
        with explained("installing build requirements", self._work):
            fill(self.bench, _known(self._facts), wheels.paths())
        hidden = {path for farm in self.bench.view.farms for path in farm.hidden}
        search = [self.bench.host("venv") / "bin", *map(Path, system_path())]
        if self.bench.recording:
            make_shims(self.bench.host("shims"), self.bench.inside("shims"), search, hidden)

    def _fetching_bench(self) -> Bench:
        """A bench of its own for pip: nothing that it leaves behind is there when the build runs."""
        work = self._work / "fetch"
        remove_tree(work)
        around = replace(self.bench.around, farms=(), env={}, recording=False)
        return open_bench(self.name, around, work, self._folder / "requirements", self._tree_paths())

    def _tree_paths(self) -> tuple[str, ...]:
        """What must stay readable: the tree, and the folder of an interpreter that lies elsewhere (a link to it)."""
        folder = str(Path(self.installation.python).parent)
        if any(lies_under(home, folder) for home in home_folders()):
            return self.installation.prefix, self.installation.python
        return self.installation.prefix, folder

    def _watch(self, folder: Path) -> None:
        for step in self._steps.new_steps(folder):
            emit(step)

    @contextmanager
    def _outcomes(self, phase: str) -> Iterator[None]:
        self.bench.clock.phase = phase
        try:
            yield
        except CommandError as error:
            self.outcome = Failed(self.bench.clock.phase, str(error))
        except OutOfTimeError:
            self.outcome = TimedOut(self.bench.clock.phase, self.bench.around.limit)


def _bypassed(side: str, programs: Counter[str]) -> tuple[str, ...]:
    if not programs:
        return ()
    named = ", ".join(f"{program} ({number})" for program, number in programs.most_common(_SHOWN))
    more = f" and {len(programs) - _SHOWN} others" if len(programs) > _SHOWN else ""
    return (f"{side}: {programs.total()} calls of tools by absolute path were not recorded: {named}{more}",)


def silent(side: str, outcome: Outcome | None) -> tuple[str, ...]:
    """A note where nothing was recorded of how compiled files came about: on a broken machine (no /dev/null) no call can be noted."""
    if not isinstance(outcome, Built) or not outcome.wheel.binaries:
        return ()
    return (
        f"{side}: no command was recorded although the wheel holds compiled files: what made them is not known, and not compared",
    )


def _known(facts: PythonFacts | None) -> PythonFacts:
    if facts is None:
        raise RuntimeError("this side's Python has not been asked yet: prepare() comes first")
    return facts
