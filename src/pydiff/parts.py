"""What the stages find, as parts of the run record: each is told as soon as it is known, so that an interrupted run can be reported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import msgspec

from pydiff import __version__, machine, sides
from pydiff.events import PartDone, emit
from pydiff.model.build import BuildPair, BuildRecord, Circumstances
from pydiff.model.record import Request, RequirementRecord, SandboxRecord, SideRecord, Verdict
from pydiff.model.snapshot import Snapshot
from pydiff.runs import RunFolder


def record(part: str, data: object) -> None:
    """`part` is a field of the run record."""
    emit(PartDone(part, msgspec.to_builtins(data)))


def start(request: Request, folder: RunFolder) -> None:
    record("start", {"id": folder.id, "pydiff": __version__, "created": folder.created, "request": request})
    # Two trees are the same whatever compilers there are beside them.
    record("environment", machine.facts() | (machine.tools() if request.package else {}))


def both_sides(records: tuple[SideRecord, SideRecord]) -> None:
    record("sides.left", records[0])
    record("sides.right", records[1])


def unread(labels: tuple[str, str], trees: tuple[Snapshot, Snapshot]) -> None:
    """What of a tree could not be read, so that nothing is known of it."""
    notes = [
        f"{label}: of {family}, this could not be read and is not compared: {why}"
        for label, tree in zip(labels, trees, strict=True)
        for family, why in tree.errors.items()
    ]
    record("notes.trees", notes)


def circumstances(done: Circumstances) -> None:
    """What the builds had in common."""
    record("sandbox", SandboxRecord(level=done.sandbox, network=done.network, why=done.sandbox_why))
    record("source", {"package": done.package, "url": done.source_url, "sha256": done.source_sha256})
    pins = [RequirementRecord(name=one.name, version=one.version, sha256=one.sha256) for one in done.requirements]
    record("requirements", pins)
    record("notes.builds", list(done.notes))


def builds(pair: BuildPair, records: tuple[SideRecord, SideRecord]) -> None:
    circumstances(pair)
    both_sides((built(records[0], pair.left, "left"), built(records[1], pair.right, "right")))


def built(side: SideRecord, build: BuildRecord, name: str) -> SideRecord:
    """The side with what became of its build; `name` is its folder in the run."""
    from pydiff import explain  # noqa: PLC0415 (a comparison of trees does without it)

    log = f"{name}/{Path(build.log_path).name}" if build.log_path else ""
    return sides.with_build(side, build, *explain.classify(build), log=log)


@dataclass(slots=True)
class Clock:
    """Seconds by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, name: str) -> Iterator[None]:
        began = monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(monotonic() - began, 3)

    def stop(self, verdict: Verdict, headline: str) -> None:
        """The last parts of a run."""
        record("timings", self.seconds)
        record("verdict", {"verdict": verdict, "headline": headline})
