"""The stages in order. The only place that knows the order; stages report through events, the result is the run record.

What only a build needs (half of all imports) is imported where one is made: comparing two trees does without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydiff import compare as comparing
from pydiff import managers, parts, pythons, sides
from pydiff import snapshot as snapshots
from pydiff.compare import verdict
from pydiff.errors import ExitCode, PydiffError
from pydiff.events import listening, stage
from pydiff.model.build import BuildPair, Built
from pydiff.model.record import Difference, ErrorRecord, Request, Run, SideRecord, Verdict
from pydiff.model.resolution import Installation, Resolution
from pydiff.model.settings import Settings
from pydiff.model.snapshot import Snapshot
from pydiff.model.spec import Spec
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
    package = asked.package
    if package is None:
        folder = RunFolder(settings.state_dir, f"{specs[0].text}-{specs[1].text}")
        return _kept(folder, lambda: _trees(asked, specs, settings, folder))
    for spec in specs:
        pythons.require_buildable(spec)
    folder = RunFolder(settings.state_dir, package)
    return _kept(folder, lambda: _builds(asked, specs, package, settings, folder))


def build_alone(spec_text: str, package: str, settings: Settings, argv: tuple[str, ...] = ()) -> Finished:
    """Build a package under one Python: a run with a left side only, which is inconclusive by itself. Raises as `compare`."""
    spec = managers.parse_spec(spec_text)
    pythons.require_buildable(spec)
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
    return pythons.installed(pythons.resolved(spec, settings), settings)


def _trees(asked: Comparison, specs: tuple[Spec, Spec], settings: Settings, folder: RunFolder) -> None:
    clock = parts.Clock()
    parts.start(_request(asked, settings), folder)
    resolutions = _resolved(specs, settings, clock)
    with clock.time("fetch"):
        at_hand = [pythons.at_hand(resolution, settings) for resolution in resolutions]
    with clock.time("snapshot"):
        (left, first), (right, second) = snapshots.both(at_hand[0], at_hand[1], settings)
    names, _ = _labelled(left, right, (first, second))
    differences = _compared((first, second), clock)
    clock.stop(*verdict.of_trees(*names, differences))


def _builds(asked: Comparison, specs: tuple[Spec, Spec], package: str, settings: Settings, folder: RunFolder) -> None:
    from pydiff import build  # noqa: PLC0415
    from pydiff.snapshot import probe  # noqa: PLC0415

    clock = parts.Clock()
    parts.start(_request(asked, settings), folder)
    resolutions = _resolved(specs, settings, clock)
    for resolution in resolutions:  # an archive says only now which platform it is for
        pythons.require_buildable(resolution.spec)
    with clock.time("install"):
        left, right = (pythons.installed(resolution, settings) for resolution in resolutions)
    with clock.time("snapshot"):
        (_, first), (_, second) = snapshots.both(left, right, settings)
    with clock.time("probe"):
        trees = (probe.with_runtime(first, left, settings), probe.with_runtime(second, right, settings))
    names, records = _labelled(left, right, trees)
    differences = _compared(trees, clock)
    with clock.time("build"):
        pair = build.build_pair(package, left, right, settings, folder.path)
    parts.builds(pair, records)
    with clock.time("explain"), stage("explain", pair.package):
        answer, headline = _judge(pair, names, trees, differences)
    clock.stop(answer, headline)


def _one_side(asked: Comparison, spec: Spec, package: str, settings: Settings, folder: RunFolder) -> None:
    from pydiff import build, explain  # noqa: PLC0415

    clock = parts.Clock()
    parts.start(_request(asked, settings), folder)
    with clock.time("resolve"):
        resolution = pythons.resolved(spec, settings)
    pythons.require_buildable(resolution.spec)
    with clock.time("install"):
        python = pythons.installed(resolution, settings)
    side = sides.side_record(python, str(python.resolution.manager))
    parts.record("sides.left", side)
    with clock.time("build"):
        done = build.build_one(package, python, settings, folder.path)
    parts.circumstances(done)
    parts.record("sides.left", parts.built(side, done.record, "left"))
    findings = explain.explain(explain.Evidence(left=done.record, right=None, left_label=side.label))
    parts.record("findings", findings)
    parts.record("legend", comparing.legend((), (), (done.record,), findings))
    clock.stop(*verdict.of_one(done.package, side.label, done.record.outcome))


def _request(asked: Comparison, settings: Settings) -> Request:
    return Request(
        python=asked.python,
        package=asked.package,
        argv=list(asked.argv),
        as_of=settings.as_of.isoformat() if settings.as_of else None,
    )


def _resolved(specs: tuple[Spec, Spec], settings: Settings, clock: parts.Clock) -> tuple[Resolution, Resolution]:
    with clock.time("resolve"):
        return pythons.resolved(specs[0], settings), pythons.resolved(specs[1], settings)


def _labelled(
    left: Installation, right: Installation, trees: tuple[Snapshot, Snapshot]
) -> tuple[tuple[str, str], tuple[SideRecord, SideRecord]]:
    """What the sides are called, and their records, told; and what could not be read of their trees."""
    names = sides.labels(left, right)
    records = (sides.side_record(left, names[0]), sides.side_record(right, names[1]))
    parts.both_sides(records)
    parts.unread(names, trees)
    return names, records


def _compared(trees: tuple[Snapshot, Snapshot], clock: parts.Clock) -> list[Difference]:
    with clock.time("compare"), stage("compare", "the trees"):
        differences = comparing.ordered(comparing.compare_trees(*trees))
    parts.record("differences", differences)
    parts.record("legend", comparing.legend(trees, differences))
    return differences


def _judge(
    pair: BuildPair, names: tuple[str, str], trees: tuple[Snapshot, Snapshot], differences: list[Difference]
) -> tuple[Verdict, str]:
    """Record what the builds showed; returns verdict and headline."""
    from pydiff import build, explain  # noqa: PLC0415
    from pydiff.compare import builds  # noqa: PLC0415
    from pydiff.snapshot.contradictions import contradictions  # noqa: PLC0415

    records = (build.with_contents(pair.left), build.with_contents(pair.right))
    backend = comparing.declared(pair.backend, (one.name for one in pair.requirements), pair.package.partition("==")[0])
    differences = comparing.ordered(builds.with_readers(differences, *records), backend)
    divergence = builds.compare_builds(*records, labels=names)
    parts.record("differences", differences)
    parts.record("divergence", divergence)
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
            left_contradictions=tuple(contradictions(trees[0])),
            right_contradictions=tuple(contradictions(trees[1])),
        )
    )
    parts.record("findings", findings)
    parts.record("legend", comparing.legend(trees, differences, records, [divergence, findings]))
    wheel_changes = builds.compare_wheels(*records)
    if wheel_changes:
        told = [f"the wheels differ: {change}" for change in wheel_changes[:_WHEEL_CHANGES_TOLD]]
        more = len(wheel_changes) - len(told)
        parts.record("notes.wheels", [*told, *([f"the wheels differ in {more} more points"] if more else [])])
    both_built = isinstance(pair.left.outcome, Built) and isinstance(pair.right.outcome, Built)
    return verdict.of_builds(
        pair.package,
        names,
        (pair.left.outcome, pair.right.outcome),
        same_failure=explain.same_failure(*records),
        wheels_differ=bool(wheel_changes),
        commands_differ=both_built and builds.commands_differ(*records),
    )


def _error_record(cause: PydiffError | KeyboardInterrupt) -> ErrorRecord:
    if isinstance(cause, PydiffError):
        return ErrorRecord(message=str(cause), hint=cause.hint, exit_code=cause.exit_code)
    return ErrorRecord(message="interrupted", hint="", exit_code=ExitCode.INTERRUPTED)
