"""The stages in order. The only place that knows the order; stages report through events, the result is the run record."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from pydiff import __version__, explain, fetch, install, machine, managers, sides
from pydiff import compare as comparing
from pydiff import snapshot as snapshots
from pydiff.errors import ExitCode, NotInstallableError, PydiffError
from pydiff.events import PartDone, emit, listening, stage
from pydiff.explain import verdict
from pydiff.model.build import BuildPair, BuildRecord, Built, Circumstances
from pydiff.model.record import Difference, ErrorRecord, RequirementRecord, Run, SandboxRecord, SideRecord, Verdict
from pydiff.model.record import Request as RequestRecord
from pydiff.model.resolution import Compiled, InPlace, Installation, Resolution
from pydiff.model.settings import Settings
from pydiff.model.snapshot import Snapshot
from pydiff.model.spec import Spec
from pydiff.model.target import this_machine
from pydiff.runs import RunFolder

_WHEEL_CHANGES_TOLD = 20


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was asked: two specs, and a package unless only the trees are compared."""

    left: str
    right: str
    python: str
    """The request as the user wrote it, for the record."""
    package: str | None = None
    argv: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished:
    run: Run
    folder: Path


class StoppedError(Exception):
    """The run stopped early; `run` is what there is of it, `folder` where it is kept, `cause` what stopped it."""

    def __init__(self, run: Run, folder: Path, cause: PydiffError | KeyboardInterrupt) -> None:
        super().__init__(str(cause))
        self.run = run
        self.folder = folder
        self.cause = cause


def compare(asked: Comparison, settings: Settings) -> Finished:
    """Run every stage and save the run.

    Raises SpecError before anything is written; StoppedError once there is a partial run to report.
    """
    specs = (managers.parse_spec(asked.left), managers.parse_spec(asked.right))
    if asked.package:
        for spec in specs:
            _require_buildable(spec)
    folder = RunFolder(settings.state_dir, asked.package or f"{specs[0].text}-{specs[1].text}")
    return _kept(folder, lambda: _stages(asked, specs, settings, folder))


def build_alone(spec_text: str, package: str, settings: Settings, argv: tuple[str, ...] = ()) -> Finished:
    """Build a package under one Python: a run with a left side only, which is inconclusive by itself. Raises as `compare`."""
    spec = managers.parse_spec(spec_text)
    _require_buildable(spec)
    folder = RunFolder(settings.state_dir, package)
    asked = Comparison(left=spec_text, right="", python=spec_text, package=package, argv=argv)
    return _kept(folder, lambda: _one_side(asked, spec, package, settings, folder))


def _kept(folder: RunFolder, stages: Callable[[], None]) -> Finished:
    """Run the stages with the folder listening; whatever ends them, what was found is saved."""
    with listening(folder.listen):
        try:
            stages()
        except (PydiffError, KeyboardInterrupt) as cause:
            run = folder.finish(_error_record(cause))
            raise StoppedError(run, folder.path, cause) from cause
        except BaseException as bug:
            folder.finish(ErrorRecord(message=f"internal error: {bug!r}", hint="", exit_code=ExitCode.INTERNAL))
            raise
    return Finished(folder.finish(), folder.path)


def installation(spec: Spec, settings: Settings) -> Installation:
    """Resolve, fetch and install one spec. Raises what those stages raise."""
    return _install(_resolve(spec, settings), settings)


def _stages(asked: Comparison, specs: tuple[Spec, Spec], settings: Settings, folder: RunFolder) -> None:
    clock = _Clock()
    _record_start(asked, settings, folder)
    with clock.time("resolve"):
        resolutions = (_resolve(specs[0], settings), _resolve(specs[1], settings))
    if asked.package:
        for resolution in resolutions:  # an archive says only now which platform it is for
            _require_buildable(resolution.spec)
    if asked.package is None:
        with clock.time("snapshot"):
            (left, first), (right, second) = _both_looked_at(resolutions, settings)
        trees = (first, second)
    else:
        with clock.time("install"):
            left, right = (_install(resolution, settings) for resolution in resolutions)
        with clock.time("snapshot"):
            trees = (snapshots.snapshot(left, settings), snapshots.snapshot(right, settings))
    names = sides.labels(left, right)
    records = (sides.side_record(left, names[0]), sides.side_record(right, names[1]))
    _record_sides(records)
    with clock.time("compare"), stage("compare", "the trees"):
        differences = comparing.ordered(comparing.compare_trees(*trees))
    _record("differences", differences)
    if asked.package is None:
        answer, headline = verdict.of_trees(*names, differences)
    else:
        from pydiff import build  # noqa: PLC0415 (a third of the imports, which a comparison of trees does without)

        with clock.time("build"):
            pair = build.build_pair(asked.package, left, right, settings, folder.path)
        _record_builds(pair, records)
        with clock.time("explain"), stage("explain", pair.package):
            answer, headline = _judge(pair, names, trees, differences)
    _record("timings", clock.seconds)
    _record("verdict", {"verdict": answer, "headline": headline})


def _one_side(asked: Comparison, spec: Spec, package: str, settings: Settings, folder: RunFolder) -> None:
    from pydiff import build  # noqa: PLC0415 (a third of the imports, which a comparison of trees does without)

    clock = _Clock()
    _record_start(asked, settings, folder)
    with clock.time("resolve"):
        resolution = _resolve(spec, settings)
    _require_buildable(resolution.spec)
    with clock.time("install"):
        python = _install(resolution, settings)
    side = sides.side_record(python, str(python.resolution.manager))
    _record("sides.left", side)
    with clock.time("build"):
        done = build.build_one(package, python, settings, folder.path)
    _record_circumstances(done)
    _record("sides.left", _built(side, done.record, "left"))
    _record("findings", explain.explain(explain.Evidence(left=done.record, right=None, left_label=side.label)))
    _record("timings", clock.seconds)
    answer, headline = verdict.of_one(done.package, side.label, done.record.outcome)
    _record("verdict", {"verdict": answer, "headline": headline})


def _record_start(asked: Comparison, settings: Settings, folder: RunFolder) -> None:
    request = RequestRecord(
        python=asked.python,
        package=asked.package,
        argv=list(asked.argv),
        as_of=settings.as_of.isoformat() if settings.as_of else None,
    )
    _record("start", {"id": folder.id, "pydiff": __version__, "created": folder.created, "request": request})
    _record("environment", machine.facts())


def _record_circumstances(done: Circumstances) -> None:
    """What the builds had in common."""
    _record("sandbox", SandboxRecord(level=done.sandbox, network=done.network, why=done.sandbox_why))
    _record("source", {"package": done.package, "url": done.source_url, "sha256": done.source_sha256})
    pins = [RequirementRecord(name=one.name, version=one.version, sha256=one.sha256) for one in done.requirements]
    _record("requirements", pins)
    _record("notes", list(done.notes))


def _record_builds(pair: BuildPair, records: tuple[SideRecord, SideRecord]) -> None:
    _record_circumstances(pair)
    _record_sides((_built(records[0], pair.left, "left"), _built(records[1], pair.right, "right")))


def _built(side: SideRecord, record: BuildRecord, name: str) -> SideRecord:
    log = f"{name}/{Path(record.log_path).name}" if record.log_path else ""
    return sides.with_build(side, record, *explain.classify(record), log=log)


def _judge(
    pair: BuildPair, names: tuple[str, str], trees: tuple[Snapshot, Snapshot], differences: list[Difference]
) -> tuple[Verdict, str]:
    """Record what the builds showed; returns verdict and headline."""
    from pydiff import build  # noqa: PLC0415 (a third of the imports, which a comparison of trees does without)

    records = (build.with_contents(pair.left), build.with_contents(pair.right))
    backend = comparing.declared(pair.backend, (one.name for one in pair.requirements), pair.package.partition("==")[0])
    differences = comparing.ordered(comparing.with_readers(differences, *records), backend)
    divergence = comparing.compare_builds(*records, labels=names)
    _record("differences", differences)
    _record("divergence", divergence)
    findings = explain.explain(
        explain.Evidence(
            left=records[0],
            right=records[1],
            left_label=names[0],
            right_label=names[1],
            left_tree=trees[0],
            right_tree=trees[1],
            differences=tuple(differences),
            divergence=divergence,
            left_contradictions=tuple(snapshots.contradictions(trees[0])),
            right_contradictions=tuple(snapshots.contradictions(trees[1])),
        )
    )
    _record("findings", findings)
    wheel_changes = comparing.compare_wheels(*records)
    if wheel_changes:
        told = [f"the wheels differ: {change}" for change in wheel_changes[:_WHEEL_CHANGES_TOLD]]
        more = len(wheel_changes) - len(told)
        _record("notes", [*told, *([f"the wheels differ in {more} more points"] if more else []), *pair.notes])
    both_built = isinstance(pair.left.outcome, Built) and isinstance(pair.right.outcome, Built)
    return verdict.of_builds(
        pair.package,
        names,
        (pair.left.outcome, pair.right.outcome),
        same_failure=explain.same_failure(*records),
        wheels_differ=bool(wheel_changes),
        commands_differ=both_built and comparing.commands_differ(*records),
    )


def _require_buildable(spec: Spec) -> None:
    if not install.runnable(spec.target):
        here = this_machine()
        raise NotInstallableError(
            f"{spec.text}: a Python for {spec.target} can be diffed here, but nothing can be built with it on {here}",
            hint="leave the package out to compare the trees, or run pydiff on a machine that can run this Python",
        )


def _resolve(spec: Spec, settings: Settings) -> Resolution:
    with stage("resolve", spec.text):
        return managers.resolve(spec, settings)


def _both_looked_at(
    resolutions: tuple[Resolution, Resolution], settings: Settings
) -> tuple[tuple[Installation, Snapshot], tuple[Installation, Snapshot]]:
    """Both at once: unpacking and hashing leave the interpreter to the other side."""
    with ThreadPoolExecutor(2) as pool:
        left, right = (pool.submit(copy_context().run, _looked_at, one, settings) for one in resolutions)
        return left.result(), right.result()


def _looked_at(resolution: Resolution, settings: Settings) -> tuple[Installation, Snapshot]:
    """The facts, with as little on disk as possible: an archive passes by, an interpreter in place stays there."""
    if isinstance(resolution, InPlace | Compiled):
        installation = _install(resolution, settings)
        return installation, snapshots.snapshot(installation, settings)
    with stage("fetch", resolution.spec.text):
        archive = fetch.fetch(resolution, settings)
    there = install.installed(resolution, archive, settings)
    if there is None:
        return snapshots.snapshot_of_archive(resolution, archive, settings)
    return there, snapshots.snapshot(there, settings)


def _install(resolution: Resolution, settings: Settings) -> Installation:
    text = resolution.spec.text
    match resolution:
        case Compiled(manager=manager, version=version, reason=reason):
            raise NotInstallableError(
                f"{text}: {manager} compiles Python {version} from source: {reason}",
                hint=f"compare a Python that was compiled here instead: `pyenv:{version}` or `path:/usr/bin/python3`",
            )
        case InPlace():
            archive = None
        case _:
            with stage("fetch", text):
                archive = fetch.fetch(resolution, settings)
    with stage("install", text):
        return install.install(resolution, archive, settings)


def _error_record(cause: PydiffError | KeyboardInterrupt) -> ErrorRecord:
    if isinstance(cause, PydiffError):
        return ErrorRecord(message=str(cause), hint=cause.hint, exit_code=cause.exit_code)
    return ErrorRecord(message="interrupted", hint="", exit_code=ExitCode.INTERRUPTED)


def _record(part: str, data: object) -> None:
    emit(PartDone(part, msgspec.to_builtins(data)))


def _record_sides(records: tuple[SideRecord, SideRecord]) -> None:
    _record("sides.left", records[0])
    _record("sides.right", records[1])


@dataclass(slots=True)
class _Clock:
    """Seconds by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, name: str) -> Iterator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - start, 3)
