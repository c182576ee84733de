"""Finding the sdist of a package on the index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from pydiff.build.index import package_finder, read_index_config
from pydiff.cache import explained
from pydiff.errors import DownloadError, PackageError
from pydiff.events import DownloadProgress, emit

if TYPE_CHECKING:
    from unearth import Package

_SHOWN = 12
"""Versions named in a hint."""
_CHUNK = 1 << 18
_LARGEST = 2_000_000_000
STRONG_HASHES = ("sha256", "sha384", "sha512")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An sdist that can be downloaded."""

    label: str
    url: str
    """May hold credentials."""
    filename: str
    hashes: dict[str, str] = field(default_factory=dict)
    """Algorithm -> hex digest, as the index publishes them; strong ones only."""
    notes: tuple[str, ...] = ()
    requires_python: str = ""


def find_candidate(requirement: Requirement, as_of: date | None, pythons: Sequence[str]) -> Candidate:
    """The newest sdist that fits. Raises PackageError when there is none, DownloadError when the index does not answer."""
    with package_finder(read_index_config()) as (finder, complaints), _reaching():
        packages = list(finder.find_all_packages(requirement.name, allow_yanked=True))
    return choose(requirement, packages, as_of, pythons, complaints)


def choose(
    requirement: Requirement,
    packages: Sequence[Package],
    as_of: date | None,
    pythons: Sequence[str],
    complaints: Sequence[str] = (),
) -> Candidate:
    """Pure part of `find_candidate`."""
    if not packages:
        _refuse_unknown(requirement.name, complaints)
    notes: list[str] = []
    if as_of is not None:
        packages = _uploaded_by(packages, as_of, notes, requirement.name)
    fitting = _fitting(requirement, packages)
    if not fitting:
        versions = sorted({Version(one.version) for one in packages if one.version}, reverse=True)
        newest = ", ".join(str(version) for version in versions[:_SHOWN])
        more = f" and {len(versions) - _SHOWN} older" if len(versions) > _SHOWN else ""
        raise PackageError(
            f"{requirement.name} has no version that fits `{requirement.specifier}`", hint=f"there are {newest}{more}"
        )
    sdists = [one for one in fitting if not one.link.is_wheel]
    if not sdists:
        raise PackageError(
            f"{requirement.name} {fitting[0].version} has only wheels: there is no source to build",
            hint=f"name a version that has an sdist{_others(packages)}, or its source folder or repository (git+…)",
        )
    if sdists[0].version != fitting[0].version:
        notes.append(
            f"{requirement.name} {fitting[0].version} has only wheels; {sdists[0].version} is the newest with an sdist"
        )
    chosen = _for_pythons(sdists, pythons)
    hashes = {name: values[0] for name, values in (chosen.link.hash_option or {}).items() if name in STRONG_HASHES}
    label = f"{requirement.name}=={chosen.version}"
    url, requires = chosen.link.url_without_fragment, chosen.link.requires_python or ""
    return Candidate(label, url, chosen.link.filename, hashes, tuple(notes), requires)


def _refuse_unknown(name: str, complaints: Sequence[str]) -> None:
    troubles = [text for text in complaints if "Client Error(404)" not in text]
    if troubles:
        raise DownloadError(
            f"the package index could not be read while looking for {name}: {troubles[0]}",
            hint="check the index that pip is configured for (`pip config list`), or name an sdist file",
        )
    raise PackageError(
        f"there is no package called {name} where pip is configured to look",
        hint="check the spelling, and PIP_INDEX_URL, PIP_FIND_LINKS and PIP_NO_INDEX (`pip config list` shows them)",
    )


def _uploaded_by(packages: Sequence[Package], as_of: date, notes: list[str], name: str) -> list[Package]:
    end = datetime.combine(as_of, time.max, UTC)
    dated = [one for one in packages if one.link.upload_time is not None]
    if not dated:
        notes.append(f"--as-of was not applied to {name}: the index does not say when its files were uploaded")
        return list(packages)
    kept = [one for one in dated if one.link.upload_time is not None and one.link.upload_time <= end]
    if not kept:
        raise PackageError(f"{name} had no release by {as_of}", hint="take a later --as-of, or none")
    return kept


def _fitting(requirement: Requirement, packages: Sequence[Package]) -> list[Package]:
    """Newest first; final releases before pre-releases, and yanked ones only when they are asked for by version."""
    pinned = any(one.operator in {"==", "==="} for one in requirement.specifier)
    offered = [one for one in packages if one.version and (pinned or not one.link.is_yanked)]
    for prereleases in (bool(requirement.specifier.prereleases), True):
        found = [
            one
            for one in offered
            if one.version and requirement.specifier.contains(one.version, prereleases=prereleases)
        ]
        if found:
            return sorted(found, key=lambda one: Version(one.version or "0"), reverse=True)
    return []


def _others(packages: Sequence[Package]) -> str:
    versions = sorted({Version(one.version) for one in packages if one.version and not one.link.is_wheel}, reverse=True)
    return f" ({', '.join(str(version) for version in versions[:_SHOWN])})" if versions else " (none has)"


def _for_pythons(sdists: list[Package], pythons: Sequence[str]) -> Package:
    """The first that allows every Python; failing that the first."""
    fitting = (one for one in sdists if all(allows(one.link.requires_python or "", python) for python in pythons))
    one = next(fitting, sdists[0])
    # pip prefers .tar.gz where a version has both; so does the index for new uploads.
    same = [other for other in sdists if other.version == one.version]
    return next((other for other in same if other.link.filename.endswith(".tar.gz")), one)


def allows(requires: str, python: str) -> bool:
    """Whether `Requires-Python: REQUIRES` allows the version `python`; one that cannot be read allows every version."""
    try:
        return SpecifierSet(requires).contains(python, prereleases=True)
    except InvalidSpecifier:
        return True


def save(found: Candidate, path: Path) -> None:
    """Download to `path`, with the index's credentials. Raises DownloadError, CacheError."""
    with (
        package_finder(read_index_config()) as (finder, _complaints),
        _reaching(),
        finder.session.get_stream(found.url) as response,
        explained("downloading", path),
        path.open("wb") as file,
    ):
        if response.status_code >= 400:
            raise DownloadError(
                f"{found.filename}: the index answered {response.status_code}", hint="try again, or name an sdist file"
            )
        length = response.headers.get("content-length", "")
        total = int(length) if length.isdecimal() else None
        received = 0
        for chunk in response.iter_bytes(_CHUNK):
            file.write(chunk)
            received += len(chunk)
            emit(DownloadProgress(found.filename, received, total))
            if received > _LARGEST:
                raise DownloadError(
                    f"{found.filename} is larger than {_LARGEST // 10**9} GB", hint="name a smaller sdist"
                )


@contextmanager
def _reaching() -> Iterator[None]:
    """Turn the index client's network errors into one that says what to do."""
    import httpx2  # noqa: PLC0415 - what unearth's client raises; slow, and only needed here

    try:
        yield
    except httpx2.HTTPError as error:
        raise DownloadError(
            f"the package index cannot be reached: {error or type(error).__name__}",
            hint="check the network and the index that pip is configured for (`pip config list`), or name an sdist file",
        ) from error
