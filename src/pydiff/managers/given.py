"""Requests that need no list: a local interpreter to be repacked, and an archive by path or URL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from pydiff.errors import SpecError
from pydiff.managers import interpreters
from pydiff.managers.assets import FORM, parse_asset_name
from pydiff.managers.interface import Python, python_of
from pydiff.managers.uv_list import known_hash
from pydiff.model.asset import Asset
from pydiff.model.change import Change
from pydiff.model.resolution import UNPACKED_AS_UV, ManagerChoice, Prebuilt, Repack, Resolution, Unpacking
from pydiff.model.spec import ArchiveRequest, HostRequest, InterpreterRequest, Request, Spec, VersionRequest
from pydiff.model.target import Target

_RELEASES = "/python-build-standalone/releases/download/"
_HOSTS = ("github.com", "releases.astral.sh")


@dataclass(frozen=True, slots=True)
class Treatment:
    """What one version of a manager does with any archive it is given."""

    choice: ManagerChoice
    changes: Callable[[Python], tuple[Change, ...]]
    install_name: Callable[[Python], str]
    notes: Callable[[Python], tuple[str, ...]] = lambda _python: ()
    unpacking: Unpacking = UNPACKED_AS_UV


REQUESTS: tuple[type[Request], ...] = (VersionRequest, HostRequest, ArchiveRequest)
"""What every manager of archives can answer."""


def resolution(spec: Spec, treatment: Treatment, select: Callable[[VersionRequest], Resolution]) -> Resolution:
    """The answer of a manager of archives; `select` chooses from its list. Raises SpecError, and what `select` raises."""
    match spec.request:
        case HostRequest() as request:
            return repack(spec, request, treatment)
        case ArchiveRequest() as request:
            return archive(spec, request, treatment)
        case VersionRequest() as request:
            return select(request)
        case InterpreterRequest():
            raise AssertionError(spec.request)  # the parser checks `requests`


def repack(spec: Spec, request: HostRequest, treatment: Treatment) -> Repack:
    """A local interpreter, to be treated as if it were a release. Raises SpecError when there is none."""
    found = interpreters.host(request.minor_text)
    # A repacked interpreter has no release tag, so nothing that depends on one (uv's BUILD file) is imitated.
    python = Python(found.version, found.variant, "", spec.target)
    return Repack(
        spec=spec,
        manager=treatment.choice,
        interpreter=str(found.path),
        version=found.version,
        changes=treatment.changes(python),
        install_name=treatment.install_name(python),
        notes=("a local interpreter repacked in the form of a release, not a release", *treatment.notes(python)),
        unpacking=treatment.unpacking,
    )


def archive(spec: Spec, request: ArchiveRequest, treatment: Treatment) -> Prebuilt:
    """An archive that was named. Raises SpecError when it is not there or its name is not that of a PBS archive."""
    asset = _located(request.location)
    target = Target.from_triple(asset.triple)
    if target != spec.target and spec.text.endswith(f"#{spec.target}"):
        raise SpecError(
            f"{asset.name} is for {target}, not for {spec.target}", hint="leave the target out: the name says it"
        )
    return prebuilt(replace(spec, target=target), asset, treatment)


def prebuilt(
    spec: Spec, asset: Asset, treatment: Treatment, notes: tuple[str, ...] = (), python: Python | None = None
) -> Prebuilt:
    """`python` is what the manager takes the archive for; by default what its name says."""
    python = python or python_of(asset)
    return Prebuilt(
        spec=spec,
        manager=treatment.choice,
        asset=asset,
        changes=treatment.changes(python),
        install_name=treatment.install_name(python),
        notes=(*notes, *treatment.notes(python)),
        unpacking=treatment.unpacking,
    )


def _located(location: str) -> Asset:
    if location.startswith(("http://", "https://")):
        parts = urlsplit(location)
        asset = _named(parts.path.rpartition("/")[2])
        released = parts.hostname in _HOSTS and _RELEASES in parts.path
        sha256, source = known_hash(asset.name) if released else (None, "")
        return replace(asset, urls=(location,), sha256=sha256, hash_source=source)
    path = Path(location).absolute()
    if not path.is_file():
        raise SpecError(
            f"no archive at {location}",
            hint="give the path or URL of a .tar.gz or .tar.zst of PBS, or a version such as 3.9",
        )
    return replace(_named(path.name), path=str(path))


def _named(name: str) -> Asset:
    try:
        return parse_asset_name(name)
    except ValueError as error:
        raise SpecError(
            f"{name} is not named as a PBS archive, so its version and platform are unknown",
            hint=f"rename it in the form {FORM}; `pydiff pack` makes such an archive of a local interpreter",
        ) from error
