"""uv: one build per version and platform, fixed by the list inside each uv release; changed after extraction since 0.2.12."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from pydiff import data
from pydiff.data import ListedBuild
from pydiff.errors import NoSuchBuildError
from pydiff.managers import eras, shipped, uv_changes
from pydiff.managers.archive_manager import ArchiveManager, Question
from pydiff.managers.assets import ORIGIN, parse_asset_name
from pydiff.managers.given import Treatment
from pydiff.managers.interface import Python
from pydiff.managers.uv_list import UvList, file_name, known_hash, uv_list
from pydiff.managers.versions import Tool, key, on_path
from pydiff.managers.wanted import exact, listed, minors_listed, newest
from pydiff.model.asset import Asset
from pydiff.model.change import Change
from pydiff.model.resolution import ManagerChoice, Resolution
from pydiff.model.settings import Settings
from pydiff.model.spec import VersionRequest
from pydiff.model.target import Target

TOOL = Tool(
    name="uv",
    first="0.2.22",
    why_first="before 0.2.22 uv had no `uv python` and installed debug builds on Linux",
    find=lambda: on_path("uv"),
)
MIRROR = "https://releases.astral.sh/github/python-build-standalone/releases/download"


def treat(choice: ManagerChoice, _settings: Settings) -> Treatment:
    return Treatment(
        choice=choice,
        changes=lambda python: _all_changes(choice, python),
        install_name=install_name,
        notes=lambda python: uv_changes.notes(choice.version, python),
        unpacking=uv_changes.unpacking(choice.version),
    )


def select(question: Question) -> Resolution:
    spec, request, version, settings = question.spec, question.request, question.choice.version, question.settings
    offered = uv_list(version, request.minor_text, settings)
    build = pick(offered, request, spec.target, version)
    asset, about = _asset(build, offered, version)
    notes = (
        *offered.notes,
        *_list_notes(version, settings),
        *_machine_notes(spec.target, version),
        *_instead(build, request, version),
        *_dated(request, version),
        *about,
    )
    # The entry's own words: uv 0.2.22 to 0.4.20 had debug builds for musl in the place of default ones.
    python = Python(build.version, build.variant, asset.tag, Target.parse(build.target))
    return question.answer(asset, *notes, python=python)


def _all_changes(choice: ManagerChoice, python: Python) -> tuple[Change, ...]:
    later = (change for version in choice.again for change in uv_changes.again(version, python))
    return (*uv_changes.changes(choice.version, python), *later)


def install_name(python: Python) -> str:
    """`cpython-3.9.20-linux-x86_64-gnu`; the missing libc of macOS and Windows is `none`, and riscv64 has its extensions."""
    variant = f"+{python.variant}" if python.variant else ""
    libc = "-none" if python.target.libc == "none" else ""
    platform = f"{python.target}{libc}".replace("-riscv64-", "-riscv64gc-")
    return f"cpython-{python.version}{variant}-{platform}"


def pick(offered: UvList, request: VersionRequest, target: Target, version: str) -> ListedBuild:
    """The build that uv chooses. Raises NoSuchBuildError, which says what there is instead."""
    _require_askable(request, target, version)
    here = [build for build in offered.builds if build.target == str(target) and build.variant == request.variant]
    if request.tag:
        return _pick_tagged(here, request, version, target)
    fitting = [build for build in here if _fits(build.version, request, version)]
    chosen = newest(fitting, replace(request, patch=None, prerelease=""), lambda build: build.version)
    if chosen is None:
        hint = _what_there_is(here, offered, request, target) + _emulated(offered, request, target, version)
        raise NoSuchBuildError(f"{offered.label} has no {request} for {target}", hint=hint)
    return chosen


def _emulated(offered: UvList, request: VersionRequest, target: Target, version: str) -> str:
    since, other = eras.UV_EMULATES.get(str(target), ("", ""))
    if not since or key(version) < key(since):
        return ""
    there = (build for build in offered.builds if (build.target, build.variant) == (other, request.variant))
    if not any(_fits(build.version, request, version) for build in there):
        return ""
    return f"; on such a machine uv {version} takes the build for {other}, which is `{request}#{other}`"


def _require_askable(request: VersionRequest, target: Target, version: str) -> None:
    since = eras.UV_VARIANT_SINCE.get(request.variant, "")
    if since and key(version) < key(since):
        raise NoSuchBuildError(
            f"uv {version} cannot be asked for {request}", hint=f"{request.variant} builds can be had since uv {since}"
        )
    if request.prerelease and not eras.UV_PRERELEASES.at(version):
        raise NoSuchBuildError(
            f"uv {version} cannot be asked for {request}",
            hint=f"pre-releases can be named since uv {eras.UV_PRERELEASES.steps[0][0]}",
        )
    if target.libc == "musl" and eras.UV_HIDES_MUSL.at(version):
        (first, _), (later, _) = eras.UV_HIDES_MUSL.steps
        raise NoSuchBuildError(
            f"uv {version} installs no builds for musl",
            hint=f"uv {first} to those before {later} passed over them; `pbs:{request}#{target}` takes the archive itself",
        )


def _fits(built: str, request: VersionRequest, version: str) -> bool:
    """Whether uv of this version takes a build of the Python `built` for the request."""
    if request.patch is None or built == exact(request):
        return True
    final = f"{request.minor_text}.{request.patch}"
    of_same_patch = built == final or re.fullmatch(re.escape(final) + r"[a-z]+\d+", built) is not None
    if not request.prerelease:
        return of_same_patch and eras.UV_FINAL_MAY_BE_PRERELEASE.at(version)
    taken = eras.UV_PRERELEASES.at(version)
    return of_same_patch and (taken == "any" or (taken == "final" and built == final))


def _instead(build: ListedBuild, request: VersionRequest, version: str) -> tuple[str, ...]:
    if not exact(request) or build.version == exact(request):
        return ()
    return (f"asked for {request}, uv {version} takes {build.version}",)


def _dated(request: VersionRequest, version: str) -> tuple[str, ...]:
    if not request.tag or key(version) < key(eras.UV_TAKES_A_DATE):
        return ()
    return (f"uv {version} is asked for this build date by UV_PYTHON_CPYTHON_BUILD={request.tag}",)


def _pick_tagged(here: list[ListedBuild], request: VersionRequest, version: str, target: Target) -> ListedBuild:
    """Since 0.8.14 a date narrows the list down; before, it can only be that of the build which uv takes anyway."""
    untagged = newest(here, request, lambda build: build.version)
    datable = key(version) >= key(eras.UV_TAKES_A_DATE)
    dated = [build for build in here if build.tag == request.tag] if datable else [untagged] if untagged else []
    chosen = newest(dated, request, lambda build: build.version)
    if chosen is not None and chosen.tag == request.tag:
        return chosen
    has = (
        f"the {untagged.version} of uv {version} is {untagged.tag}" if untagged else f"uv {version} has no build of it"
    )
    spans = [
        f"uv {first}" if first == last else f"uv {first} to {last}"
        for build in data.uv_builds(request.minor_text)
        if build.target == str(target) and build.variant == request.variant and build.tag == request.tag
        if build.version == exact(request) or not exact(request)
        for first, last in build.spans
    ]
    had = f"it was in the list of {', '.join(spans)}" if spans else "no uv ever had it in its list"
    asked = "whose list has one build of each version" if datable else "which cannot be asked for a build date"
    raise NoSuchBuildError(
        f"uv {version}, {asked}, does not take {request} for {target}",
        hint=f"{has}; {had}; `pbs:{request}` takes the archive itself",
    )


def _what_there_is(here: list[ListedBuild], offered: UvList, request: VersionRequest, target: Target) -> str:
    if here:
        there = f"it has {listed(build.version for build in here)}"
        return there + _ever_had(request, target)
    if offered.builds:
        targets = sorted({build.target for build in offered.builds if build.variant == request.variant})
        return f"Python {request.minor_text} is there for {', '.join(targets) or 'other variants only'}"
    return f"it has Python {minors_listed(offered.minors)}"


def _ever_had(request: VersionRequest, target: Target) -> str:
    span = shipped.release_span(data.UV_FOLDER, request, target)
    return f"; {exact(request)} is in the lists of uv {span[0]} to {span[1]}" if span else ""


def _asset(build: ListedBuild, offered: UvList, version: str) -> tuple[Asset, tuple[str, ...]]:
    name = file_name(build.url)
    sha256, source = build.sha256, offered.label if build.sha256 else ""
    notes: tuple[str, ...] = ()
    if sha256 is None:
        notes = (f"{offered.label} has no hash for {name}, so uv {version} would not verify it",)
        sha256, source = known_hash(name)
    return _described(build, name, urls=_urls(build.url, version), sha256=sha256, hash_source=source), notes


def _described(build: ListedBuild, name: str, *, urls: tuple[str, ...], sha256: str | None, hash_source: str) -> Asset:
    """The asset by its name; for a list of the user's own whose names say nothing, by the entry."""
    try:
        said = parse_asset_name(name)
    except ValueError:
        target = Target.parse(build.target)
        options = tuple(build.variant.split("+")) if build.variant else ()
        full = PurePosixPath(name).suffix == ".zst"
        said = Asset(name, build.version, "", target.triple, options, "full" if full else "install_only")
    tag = said.tag or (build.tag if build.tag.isdecimal() else "")
    return Asset(
        name=said.name,
        version=said.version,
        tag=tag,
        triple=said.triple,
        build_options=said.build_options,
        flavor=said.flavor,
        urls=urls,
        sha256=sha256,
        hash_source=hash_source,
    )


def _urls(url: str, version: str) -> tuple[str, ...]:
    """Since 0.10.8 a mirror of uv's makers comes first, then GitHub."""
    if url.startswith(f"{ORIGIN}/") and eras.UV_MIRROR_FIRST.at(version):
        return (MIRROR + url.removeprefix(ORIGIN), url)
    return (url,)


def _machine_notes(target: Target, version: str) -> tuple[str, ...]:
    if str(target) == "windows-aarch64" and eras.UV_PREFERS_EMULATION.at(version):
        return (
            f"on such a machine uv {version} takes the windows-x86_64 build, unless it is asked for this one by its whole name",
        )
    return ()


def _list_notes(version: str, settings: Settings) -> tuple[str, ...]:
    if settings.downloads_json and key(version) < key(eras.UV_TAKES_A_LIST):
        return (f"uv {version} itself could not be given a list (that came with {eras.UV_TAKES_A_LIST})",)
    return ()


UV = ArchiveManager(TOOL, treat, select)
