"""From what the stages know of one side to its part of the run record."""

from __future__ import annotations

from msgspec.structs import replace

from pydiff.model.build import BuildRecord, Built, Failed, NotRun, TimedOut
from pydiff.model.record import (
    AssetRecord,
    BuildSummary,
    ManagerRecord,
    PythonRecord,
    SideRecord,
    WheelRecord,
)
from pydiff.model.resolution import Archive, InPlace, Installation
from pydiff.web import printable


def labels(left: Installation, right: Installation) -> tuple[str, str]:
    """What tells the sides apart in a sentence: the managers, with the Python's version where those are the same."""
    names = str(left.resolution.manager), str(right.resolution.manager)
    if names[0] != names[1]:
        return names
    versions = f"{names[0]} ({left.version})", f"{names[1]} ({right.version})"
    if versions[0] != versions[1]:
        return versions
    return left.resolution.spec.text, right.resolution.spec.text


def side_record(installation: Installation, label: str) -> SideRecord:
    """The side before anything is built under it."""
    resolution = installation.resolution
    return SideRecord(
        spec=resolution.spec.text,
        label=label,
        asset=_asset_record(installation.archive) if installation.archive else None,
        manager=ManagerRecord(
            name=resolution.manager.name,
            version=resolution.manager.version,
            why=resolution.manager.why,
            changes=list(installation.changed),
        ),
        python=PythonRecord(
            version=installation.version,
            prefix=installation.prefix,
            in_place=isinstance(resolution, InPlace),
        ),
        build=BuildSummary(outcome="not-run"),
        notes=list(resolution.notes),
    )


def with_build(side: SideRecord, record: BuildRecord, class_: str, error: str, log: str) -> SideRecord:
    """The side after its build. `class_` and `error` are what `explain.classify` made of it; `log` names the log file."""
    from pydiff.compare.builds import asked_for  # noqa: PLC0415 (a comparison of trees does without it)

    summary = BuildSummary(
        outcome="not-run",
        actions=len(asked_for(record.actions)),
        seconds=round(record.seconds, 1),
        log=log,
    )
    match record.outcome:
        case Built(wheel=wheel):
            built = WheelRecord(name=wheel.name, sha256=wheel.sha256)
            summary = replace(summary, outcome="built", wheel=built)
        case Failed(phase=phase):
            summary = replace(summary, outcome="failed", class_=class_, error=error, phase=phase)
        case TimedOut(phase=phase):
            summary = replace(summary, outcome="timeout", class_=class_, error=error, phase=phase)
        case NotRun(reason=reason):
            summary = replace(summary, error=reason)
    return replace(side, build=summary)


def _asset_record(archive: Archive) -> AssetRecord:
    asset = archive.asset
    return AssetRecord(
        name=asset.name,
        version=asset.version,
        tag=asset.tag,
        triple=asset.triple,
        flavor=asset.flavor,
        url=printable(asset.urls[0]) if asset.urls else "",
        sha256=archive.sha256,
        verified=archive.verified,
        repacked=bool(asset.repacked_from),
    )
