"""uv's download list (`download-metadata.json`): the shipped rows of a release, or a list from elsewhere.

One JSON object; each value has `name, arch, os, libc, major, minor, patch, url` and, depending on the uv that wrote it, `prerelease`,
`variant`, `sha256`, `build`; `arch` is a string before 0.5.8 and an object with `family` and `variant` since. Keys are ignored, and entries
that cannot be read are skipped, as uv does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from pydiff import data
from pydiff.data import ListedBuild
from pydiff.errors import DownloadError
from pydiff.managers import shipped
from pydiff.managers.lists import FOREVER, Fetched, fetched, from_mirror
from pydiff.managers.versions import key
from pydiff.model.settings import Settings

AT_TAG = "https://raw.githubusercontent.com/astral-sh/uv/{version}/crates/uv-python/download-metadata.json"
_OS_NAMES = {"darwin": "macos"}
_ARCH_NAMES = {"i686": "x86"}


@dataclass(frozen=True, slots=True)
class UvList:
    """What one uv has to offer of one minor version of Python."""

    label: str
    """"uv 0.5.5's list"."""
    builds: tuple[ListedBuild, ...]
    minors: tuple[str, ...]
    """The minor versions it offers, where `builds` is empty."""
    notes: tuple[str, ...] = ()


def uv_list(version: str, minor: str, settings: Settings) -> UvList:
    """The list that uv of this version would choose from, or the nearest that can be had, with a note. Raises DownloadError.

    DownloadError only when the user named a list that cannot be read.
    """
    if settings.downloads_json:
        named = fetched([settings.downloads_json], settings, keep=0)
        return _from_elsewhere(named, minor, f"the list {named.source}", ("chosen from the list that was given",))
    own = from_mirror("download-metadata.json", settings)
    if own is not None:
        return _from_elsewhere(own, minor, "the mirror's list", (f"chosen from the mirror's own list, {own.source}",))
    known = [name for name, _ in data.releases("uv")]
    if version in known:
        return _shipped(version, minor, f"uv {version}'s list")
    try:
        at_tag = fetched([AT_TAG.format(version=version)], settings, keep=FOREVER)
    except DownloadError as error:
        nearest = max((name for name in known if key(name) < key(version)), key=key)
        reason = str(error).rpartition(": ")[2]
        note = (
            f"uv {version} is newer than pydiff's tables and its list could not be had ({reason}); "
            f"chosen from the list of uv {nearest}, which may lack newer builds"
        )
        return _shipped(nearest, minor, f"uv {nearest}'s list", (note,))
    return _from_elsewhere(
        at_tag, minor, f"uv {version}'s list", (f"chosen from uv {version}'s own list, {at_tag.source}",)
    )


def _shipped(version: str, minor: str, label: str, notes: tuple[str, ...] = ()) -> UvList:
    builds = shipped.offered(data.UV_FOLDER, version, minor)
    # Only an error message asks for the other minors, and reading them all takes a third of a second.
    minors = () if builds else shipped.minors(data.UV_FOLDER, version)
    return UvList(label, builds, minors, notes)


def _from_elsewhere(source: Fetched, minor: str, label: str, notes: tuple[str, ...]) -> UvList:
    try:
        metadata = json.loads(source.body)
        builds = tuple(parse_metadata(metadata))
    except (ValueError, AttributeError) as error:
        raise DownloadError(
            f"{source.source} is not a download list of uv: {error}",
            hint="it is one JSON object, in the form of uv's download-metadata.json",
        ) from error
    minors = sorted({minor_of(build.version) for build in builds}, key=lambda name: tuple(map(int, name.split("."))))
    return UvList(label, tuple(build for build in builds if minor_of(build.version) == minor), tuple(minors), notes)


def minor_of(version: str) -> str:
    return ".".join(version.split(".")[:2])


def parse_metadata(metadata: dict[str, Any]) -> Iterator[ListedBuild]:
    """The CPython builds of a list, of any schema. Entries that do not fit are skipped."""
    for entry in metadata.values():
        try:
            build = _build(entry)
        except (KeyError, TypeError, ValueError):
            continue
        if entry["name"] == "cpython":
            yield build


def _build(entry: dict[str, Any]) -> ListedBuild:
    arch = entry["arch"]
    family = str(arch["family"] if isinstance(arch, dict) else arch)
    level = str((isinstance(arch, dict) and arch.get("variant")) or "")
    return ListedBuild(
        version=f"{int(entry['major'])}.{int(entry['minor'])}.{int(entry['patch'])}{entry.get('prerelease') or ''}",
        variant=entry.get("variant") or "",
        target=target_name(entry["os"], family, level, entry["libc"]),
        url=entry["url"],
        sha256=entry.get("sha256") or None,
        spans=(),
    )


def target_name(os_name: str, arch: str, level: str, libc: str) -> str:
    """The words of a list, which changed over time, in the form of `model.target`: linux-x86_64_v3-gnu."""
    parts = [_OS_NAMES.get(os_name, os_name), _ARCH_NAMES.get(arch, arch) + (f"_{level}" if level else "")]
    return "-".join(parts if libc == "none" else [*parts, libc])


def file_name(url: str) -> str:
    """The name in a URL, with a literal `+`."""
    return unquote(url.rpartition("/")[2])


def known_hash(name: str) -> tuple[str | None, str]:
    """(sha256, "uv 0.5.5's list") of a release's archive from any list of uv that has it, else (None, "")."""
    minor = minor_of(name.removeprefix("cpython-").partition("+")[0].partition("-")[0])
    encoded = name.replace("+", "%2B")
    for build in data.uv_builds(minor):
        if build.sha256 and build.url.endswith(encoded):
            return build.sha256, f"uv {build.spans[-1][1]}'s list"
    return None, ""
