"""mise's list of precompiled Pythons: names of PBS archives, and how each era of mise picks one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydiff.errors import DownloadError
from pydiff.managers import eras, names_list
from pydiff.managers.names_list import NamesList
from pydiff.model.settings import Settings
from pydiff.model.target import Target

# The list began with install_only archives alone; the others came with the setting for flavors, of mise 2024.12.10.
_ALL_FLAVORS_SINCE = "20241214"
_FINAL = re.compile(r"cpython-(\d+\.\d+\.\d+)\+(\d+)", re.ASCII)
_ANY = re.compile(r"cpython-(\d+\.\d+\.[\da-z]+)\+(\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listed:
    version: str
    tag: str
    name: str


def platform(version: str, target: Target) -> str:
    """What this mise asks for on such a machine, which is not always a triple of PBS; "" where it has no precompiled Pythons.

    A micro-architecture level is only asked for when told to (`python.precompiled_arch`).
    """
    if target.os == "windows":
        tail = eras.MISE_WINDOWS.at(version)
        arch = eras.MISE_AARCH64_WINDOWS.at(version) if target.arch == "aarch64" else "x86_64"
        return f"{arch}-{tail}" if tail and target.arch != "x86" else ""
    if target.os == "macos":
        return target.triple.replace("x86_64", eras.MISE_X86_64_MACOS.at(version))
    arch = eras.MISE_ARCHITECTURES.get(target.arch, target.arch)
    if target.arch == "x86_64":
        arch = f"x86_64_{target.variant}" if target.variant else eras.MISE_X86_64_LINUX.at(version)
    return f"{arch}-unknown-linux-{'musl' if target.libc == 'musl' else 'gnu'}"


def exists(asked: str, target: Target) -> bool:
    """Whether that is a name PBS gives to a platform, or mise's own, which matches nothing."""
    return asked == target.triple or bool(names_list.shipped(asked).names)


def offered(version: str, asked: str, settings: Settings) -> NamesList:
    """The names that this mise would see for the platform, or the nearest that can be had, with a note."""
    day = settings.as_of.strftime("%Y%m%d") if settings.as_of else ""
    found = names_list.mirrored(asked, settings)
    if found is None and (not day or day > names_list.newest_tag()):
        found = _live(version, asked, settings)
    elif found is None:
        found = names_list.shipped(asked)
        note = f"chosen from {found.source}, cut at {settings.as_of}: mise's own list is not kept by date"
        found = NamesList(found.names, found.source, (note,))
    if not day:
        return found
    names = tuple(name for name in found.names if _seen_on(name, day))
    return NamesList(names, f"mise's list of {settings.as_of}", found.notes)


def _live(version: str, asked: str, settings: Settings) -> NamesList:
    own = eras.MISE_LISTS.at(version).format(triple=asked)
    try:
        return names_list.live(list(dict.fromkeys([own, names_list.NEWEST.format(triple=asked)])), settings)
    except DownloadError:
        found = names_list.shipped(asked)
        note = f"mise's list could not be had; chosen from {found.source} instead, so a newer build may be missed"
        return NamesList(found.names, found.source, (note,))


def _seen_on(name: str, day: str) -> bool:
    match = _ANY.match(name)
    if match is None or match[2] > day:
        return False
    return day >= _ALL_FLAVORS_SINCE or "install_only" in name


def readable(names: Sequence[str], version: str, asked: str) -> list[Listed]:
    """What this mise makes of a list: names of other forms are passed over without a word."""
    pattern = _ANY if eras.MISE_KNOWS_PRERELEASES.at(version) else _FINAL
    skip = "freethreaded" if eras.MISE_SKIPS_FREETHREADED.at(version) else "\0"
    return [
        Listed(match[1], match[2], name)
        for name in names
        if asked and asked in name and skip not in name and (match := pattern.match(name))
    ]


def pick(rows: Iterable[Listed], python: str, version: str) -> Listed | None:
    """The archive for exactly that version of Python."""
    fitting = [row for row in rows if row.version == python]
    if eras.MISE_RANKS.at(version):
        # `min` keeps the order of the list among equals, as mise's stable sort does.
        return min(fitting, key=lambda row: (-int(row.tag), _rank(row.name)), default=None)
    # The last line; the shipped names are in the order of mise's list, in which `pgo` archives come last.
    return fitting[-1] if fitting else None


def _rank(name: str) -> int:
    if "install_only_stripped" in name:
        return 0
    return 1 if "install_only" in name else 2
