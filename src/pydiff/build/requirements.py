"""Build requirements: resolved once, pinned with hashes, fetched before any build runs, the same for both sides where they can be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Specifier
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from pydiff.build.bench import Bench
from pydiff.build.environment import PythonFacts
from pydiff.build.index import IndexConfig, read_index_config
from pydiff.build.pip import PipError, download
from pydiff.cache import Cache, explained
from pydiff.errors import RequirementsError
from pydiff.events import Notice, emit
from pydiff.model.build import Requirement
from pydiff.model.settings import Settings

_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Target:
    """A Python that requirements are resolved for."""

    side: str
    python: str
    facts: PythonFacts
    open_bench: Callable[[], Bench]
    """A fresh bench with a network, for pip to run at; called only when something has to be downloaded."""


@dataclass(frozen=True, slots=True)
class WheelSet:
    """Everything one side installs before its build."""

    requirements: tuple[Requirement, ...]
    folder: str
    notes: tuple[str, ...] = ()

    def paths(self) -> list[Path]:
        return [Path(self.folder, requirement.filename) for requirement in self.requirements]

    def pins(self) -> list[str]:
        return [f"{requirement.name}=={requirement.version}" for requirement in self.requirements]


def checked(requirements: Sequence[str], origin: str) -> tuple[str, ...]:
    """The requirements in one normal form, sorted, each once. Raises RequirementsError for text that pip must not see."""
    found = set()
    for text in requirements:
        try:
            found.add(str(Specifier(text)))
        except InvalidRequirement as error:
            raise RequirementsError(
                f"{origin} asks for {text!r}, which is not a requirement: {str(error).splitlines()[0]}",
                hint="no frontend can build this source; report it to the package",
            ) from error
    return tuple(sorted(found))


def resolve_all(
    requirements: Sequence[str], targets: Sequence[Target], settings: Settings, pins: Sequence[str] = ()
) -> dict[str, WheelSet]:
    """A set of wheels per side. Resolved for the oldest Python; the others get the same versions where these exist.

    Raises RequirementsError, CacheError.
    """
    ordered = sorted(targets, key=lambda target: Version(target.facts.version))
    sets: dict[str, WheelSet] = {}
    first: WheelSet | None = None
    for target in ordered:
        same = next((other for other in ordered if other.side in sets and other.facts.tag == target.facts.tag), None)
        if same is not None:
            sets[target.side] = sets[same.side]
        elif first is None:
            sets[target.side] = first = resolve_one(requirements, target, settings, pins)
        else:
            sets[target.side] = _follow(requirements, target, settings, first)
    return sets


def _follow(requirements: Sequence[str], target: Target, settings: Settings, first: WheelSet) -> WheelSet:
    """The same versions for another Python; where one of them does not exist for it, its own resolution and a note."""
    try:
        return resolve_one(requirements, target, settings, first.pins())
    except RequirementsError as error:
        if settings.offline:
            raise
        alone = resolve_one(requirements, target, settings, ())
        note = f"the build requirements have no common versions for both Pythons ({error}); the {target.side} side got its own"
        emit(Notice(note))
        return WheelSet(alone.requirements, alone.folder, (*alone.notes, note))


def resolve_one(requirements: Sequence[str], target: Target, settings: Settings, pins: Sequence[str]) -> WheelSet:
    """The wheels for one Python, from the cache or downloaded. Raises RequirementsError, CacheError."""
    if not requirements:
        return WheelSet((), "")
    cache, config = Cache(settings.cache_dir), read_index_config()
    key = _key(requirements, pins, target.facts.tag, config, settings.as_of)
    folder = cache.room("wheels") / key
    kept = _read(folder)
    if kept is not None:
        return kept
    if settings.offline:
        raise RequirementsError(
            f"the build requirements ({', '.join(requirements)}) are not in the cache and pydiff is offline",
            hint="run once without --offline",
        )
    with cache.lock(f"wheels-{key}"):
        kept = _read(folder)
        return kept if kept is not None else _fetch(requirements, target, pins, config, settings.as_of, folder)


def _key(requirements: Sequence[str], pins: Sequence[str], tag: str, config: IndexConfig, as_of: date | None) -> str:
    question = [list(requirements), sorted(pins), tag, config.key(), str(as_of)]
    return hashlib.sha256(json.dumps(question).encode()).hexdigest()


def _fetch(
    requirements: Sequence[str],
    target: Target,
    pins: Sequence[str],
    config: IndexConfig,
    as_of: date | None,
    folder: Path,
) -> WheelSet:
    bench = target.open_bench()
    try:
        wheels, notes = download(bench, (target.python, target.facts), requirements, pins, config, as_of)
    except PipError as error:
        raise RequirementsError(
            f"the build requirements ({', '.join(requirements)}) cannot be resolved for Python {target.facts.version}: {error}",
            hint=f"pip's whole output is in {bench.log}; it looks where `pip config list` says, and takes wheels only",
        ) from error
    found = tuple(sorted((describe(wheel) for wheel in wheels), key=lambda one: one.name))
    cache_room = folder.parent
    with explained("keeping wheels", folder):
        part = cache_room / f".{folder.name}-{target.side}.part"
        _empty(part)
        for wheel in wheels:
            (part / wheel.name).write_bytes(wheel.read_bytes())
        manifest = {
            "requirements": [[one.name, one.version, one.sha256, one.filename] for one in found],
            "notes": notes,
        }
        (part / _MANIFEST).write_text(json.dumps(manifest))
        _empty(folder)
        folder.rmdir()
        part.replace(folder)
    return WheelSet(found, str(folder), tuple(notes))


def _empty(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for child in folder.iterdir():
        child.unlink()


def describe(wheel: Path) -> Requirement:
    name, version, _build, _tags = parse_wheel_filename(wheel.name)
    with wheel.open("rb") as file:
        return Requirement(name, str(version), hashlib.file_digest(file, "sha256").hexdigest(), wheel.name)


def _read(folder: Path) -> WheelSet | None:
    """A kept set whose files are all there and unchanged."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_bytes())
        requirements = tuple(Requirement(*fields) for fields in manifest["requirements"])
        notes = tuple(str(note) for note in manifest["notes"])
        if all(describe(folder / one.filename) == one for one in requirements):
            return WheelSet(requirements, str(folder), notes)
    except (OSError, ValueError, TypeError, KeyError):
        pass
    return None


def missing(wanted: Sequence[str], have: Sequence[Requirement]) -> list[str]:
    """The requirements of `wanted` that no pinned one meets already. Extras always count as missing."""
    versions = {canonicalize_name(one.name): one.version for one in have}
    absent = []
    for text in wanted:
        specifier = Specifier(text)
        version = versions.get(canonicalize_name(specifier.name))
        if (
            specifier.extras
            or specifier.url
            or version is None
            or not specifier.specifier.contains(version, prereleases=True)
        ):
            absent.append(text)
    return absent


def differences(sets: dict[str, WheelSet]) -> list[str]:
    """Notes on what the sides' requirements do not share."""
    if len(sets) < 2:
        return []
    versions = {side: {one.name: one.version for one in found.requirements} for side, found in sets.items()}
    names = sorted({name for found in versions.values() for name in found})
    notes = []
    for name in names:
        each = {side: found.get(name, "not needed") for side, found in versions.items()}
        if len(set(each.values())) > 1:
            notes.append(
                f"build requirement {name}: " + ", ".join(f"{side} {version}" for side, version in sorted(each.items()))
            )
    return notes
