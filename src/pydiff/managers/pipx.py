"""pipx: the newest PBS release and no other, its install_only archives; nothing changed.

Facts: `pipx/standalone_python.py` of its releases, checked against the program itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from pydiff import data
from pydiff.errors import DownloadError, NoSuchBuildError
from pydiff.managers import names_list
from pydiff.managers.archive_manager import ArchiveManager, Question
from pydiff.managers.assets import parse_asset_name, release_url
from pydiff.managers.given import Treatment
from pydiff.managers.lists import HOUR, fetched
from pydiff.managers.uv_list import file_name, known_hash
from pydiff.managers.versions import Eras, Tool, key, on_path
from pydiff.managers.wanted import is_final, listed
from pydiff.model.asset import Asset
from pydiff.model.resolution import ManagerChoice, Resolution, Unpacking
from pydiff.model.settings import Settings
from pydiff.model.spec import VersionRequest
from pydiff.model.target import Target

TOOL = Tool(
    name="pipx",
    first="1.5.0",
    why_first="before 1.5.0 pipx did not install Pythons",
    find=lambda: on_path("pipx"),
)
LATEST = "https://api.github.com/repos/astral-sh/python-build-standalone/releases/latest"
UNPACKING = Eras(Unpacking("tarfile"), (("1.15.1", Unpacking("tarfile+data")),))
LEVELS: Eras[Mapping[str, tuple[str, ...]]] = Eras(
    {"gnu": ("_v3",), "musl": ("_v3",)},
    (("1.6.0", {"gnu": ("",), "musl": ("",)}), ("1.7.0", {"gnu": ("_v3", ""), "musl": ("_v3",)})),
)
"""libc -> the builds of x86-64 Linux it looks for, the first that is there for each version."""
WINDOWS_SHARED = Eras(before="-shared", steps=(("1.8.0", ""),))
KNOWS_WINDOWS_ARM = Eras(before=False, steps=(("1.15.1", True),))
MATCHES_TEXT = Eras(before=True, steps=(("1.6.0", False),))
"""`3.12.1` also took 3.12.10: versions were compared as text."""
READS_HASH_FILES = Eras(before=True, steps=(("1.8.0", False),))
"""Verifies by `NAME.sha256` beside the archive, which releases have had no more since 20250711."""
_HASH_FILES_ENDED = "20250711"
_VERSION = re.compile(r"cpython-(\d+\.\d+\.\d+)", re.ASCII)
_TAG = re.compile(r"cpython-[^-+]*\+(\d{8})-", re.ASCII)


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest PBS release."""

    hashes: Mapping[str, str | None]
    """Name of each archive -> sha256."""
    source: str
    notes: tuple[str, ...]


def treat(choice: ManagerChoice, _settings: Settings) -> Treatment:
    return Treatment(
        choice=choice,
        changes=lambda _python: (),
        install_name=lambda python: python.minor_text,
        unpacking=UNPACKING.at(choice.version),
    )


def select(question: Question) -> Resolution:
    spec, request, version = question.spec, question.request, question.choice.version
    if request.variant or request.prerelease:
        raise NoSuchBuildError(
            f"pipx cannot be asked for {request}: it knows versions of plain numbers only", hint=f"uv can: uv:{request}"
        )
    endings = _endings(spec.target, version)
    latest = _latest(spec.target, question.settings)
    name = pick(latest.hashes, request, version, endings)
    if name is None:
        raise _nothing(question, latest, endings)
    asset = _asset(name, latest)
    if request.tag not in {"", asset.tag}:
        raise NoSuchBuildError(
            f"pipx cannot be asked for a build date: {request}",
            hint=f"it takes {asset.version}+{asset.tag}; `pbs:{request}` takes the archive itself, and --as-of may lead pipx to it",
        )
    question = replace(question, spec=replace(spec, target=Target.from_triple(asset.triple)))
    # The folder is named by what was asked for.
    asked = str(replace(request, tag=""))
    return replace(question.answer(asset, *latest.notes, *_notes(asset, version)), install_name=asked)


def pick(names: Iterable[str], request: VersionRequest, version: str, endings: Iterable[str]) -> str | None:
    """The archive that pipx of this version takes: of the newest version, the ending that it names first."""
    there: dict[str, str] = {}
    for ending in endings:
        for name in names:
            if name.endswith(ending) and (match := _VERSION.match(name)):
                # A pre-release counts as the version that it will be.
                there.setdefault(match[1], name)
    wanted = str(replace(request, tag=""))
    fitting = [
        each for each in there if (each.startswith(wanted) if MATCHES_TEXT.at(version) else _begins(each, wanted))
    ]
    return there[max(fitting, key=key)] if fitting else None


def _begins(version: str, wanted: str) -> bool:
    return f"{version}.".startswith(f"{wanted}.")


def _endings(target: Target, version: str) -> tuple[str, ...]:
    """What a name must end in, the preferred first; none where pipx has no Pythons for such a machine."""
    end = "-install_only.tar.gz"
    if target.os == "linux" and target.arch == "x86_64":
        named = f"_{target.variant}" if target.variant else ""
        levels = [level for level in LEVELS.at(version)[target.libc] if named in {"", level}]
        return tuple(f"-x86_64{level}-unknown-linux-{target.libc}{end}" for level in levels)
    arm = ("macos", "linux", "windows") if KNOWS_WINDOWS_ARM.at(version) else ("macos", "linux")
    known = target.arch == "x86_64" or (target.arch == "aarch64" and target.libc != "musl" and target.os in arm)
    shared = WINDOWS_SHARED.at(version) if target.os == "windows" else ""
    return (f"-{target.triple}{shared}{end}",) if known else ()


def _latest(target: Target, settings: Settings) -> Latest:
    """By the day from the shipped names, by the mirror's own list, as it is now, or as it was when the names were made."""
    if settings.as_of is not None:
        day = settings.as_of.strftime("%Y%m%d")
        found = _of_shipped(day, f"the newest PBS release up to {day}")
        if day <= names_list.newest_tag():
            return found
        note = (
            f"pydiff's table of archives ends with {names_list.newest_tag()}, so a newer release of that day is missed"
        )
        return replace(found, notes=(*found.notes, note))
    mirrored = names_list.mirrored(target.triple, settings)
    if mirrored is not None:
        return replace(_newest(mirrored.names, "the newest release of the mirror's list"), notes=mirrored.notes)
    try:
        return _live(settings)
    except DownloadError:
        newest = _of_shipped("99999999", "the newest PBS release that pydiff knows")
        note = "which PBS release is the newest could not be asked; chosen from the newest that pydiff knows"
        return replace(newest, notes=(*newest.notes, note))


@lru_cache(maxsize=64)
def _of_shipped(day: str, source: str) -> Latest:
    """Kept: a history asks for release after release, and to look through all names takes 30 ms."""
    return _newest(data.pbs_assets(), source, day)


def _newest(names: Iterable[str], source: str, day: str = "99999999") -> Latest:
    tagged = [(match[1], name) for name in names if (match := _TAG.match(name)) and match[1] <= day]
    tag = max((tag for tag, _ in tagged), default="")
    hashes = {name: None for each, name in tagged if each == tag}
    note = f"pipx takes the newest PBS release, but keeps its list for 30 days: {tag}"
    return Latest(hashes, f"{source}, {tag}", (note,))


def _live(settings: Settings) -> Latest:
    """What GitHub says is the latest release. Raises DownloadError."""
    answer = fetched([LATEST], settings, keep=HOUR)
    try:
        assets = json.loads(answer.body)["assets"]
        hashes = {file_name(str(one["browser_download_url"])): _sha256(one.get("digest")) for one in assets}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DownloadError(f"{answer.source} is not a release of GitHub: {error!r}", hint="try again later") from error
    return Latest(hashes, "the latest PBS release", (f"chosen from {answer.source}",))


def _sha256(digest: object) -> str | None:
    match = re.fullmatch(r"sha256:([0-9a-f]{64})", digest) if isinstance(digest, str) else None
    return match[1] if match else None


def _asset(name: str, latest: Latest) -> Asset:
    asset = parse_asset_name(name)
    sha256, source = latest.hashes[name], latest.source
    if sha256 is None:
        sha256, source = known_hash(name)
    return replace(asset, urls=(release_url(asset.tag, name),), sha256=sha256, hash_source=source)


def _notes(asset: Asset, version: str) -> tuple[str, ...]:
    notes = []
    if READS_HASH_FILES.at(version) and asset.tag >= _HASH_FILES_ENDED:
        notes.append(
            f"pipx {version} itself fails on this release: it verifies by {asset.name}.sha256, and PBS has published no such files "
            f"since {_HASH_FILES_ENDED}"
        )
    if not is_final(asset.version):
        notes.append(f"pipx takes {asset.version} for the version that it will be")
    return tuple(notes)


def _nothing(question: Question, latest: Latest, endings: tuple[str, ...]) -> NoSuchBuildError:
    target, version = question.spec.target, question.choice.version
    if not endings:
        return NoSuchBuildError(
            f"pipx {version} has no Pythons for {target}", hint=f"uv has: uv:{question.request}#{target}"
        )
    there = [match[1] for name in latest.hashes if name.endswith(endings) and (match := _VERSION.match(name))]
    has = f"it has {listed(there)}" if there else f"it has no build that ends in {' or '.join(endings)}"
    return NoSuchBuildError(
        f"{latest.source} has no {question.request} for {target} that pipx {version} would take",
        hint=f"{has}; pipx takes nothing from older releases, but --as-of DATE does",
    )


PIPX = ArchiveManager(TOOL, treat, select)
