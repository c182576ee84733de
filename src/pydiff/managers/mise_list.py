"""mise's list of precompiled Pythons: names of PBS archives, and how each era of mise picks one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydiff import data
from pydiff.errors import DownloadError
from pydiff.managers import eras, names_list
from pydiff.managers.names_list import NamesList
from pydiff.managers.wanted import is_final, order
from pydiff.model.settings import Settings
from pydiff.model.target import Target

# The list began with install_only archives alone; the others came with the setting for flavors of 2024.12.10.
_ALL_FLAVORS_SINCE = "20241210"
_FINAL = re.compile(r"cpython-(\d+\.\d+\.\d+)\+(\d+)", re.ASCII)
_ANY = re.compile(r"cpython-(\d+\.\d+\.[\da-z]+)\+(\d+)", re.ASCII)
# Last releases of the minor versions that ended before PBS, or were dropped by PBS early; python-build has them all.
_ENDED = {"2.7": 18, "3.5": 10, "3.6": 15, "3.7": 17}


@dataclass(frozen=True, slots=True)
class Listed:
    version: str
    tag: str
    name: str


def offered(version: str, target: Target, settings: Settings) -> NamesList:
    """The names that this mise would see for the target, or the nearest that can be had, with a note."""
    triple = target.triple
    found = names_list.mirrored(triple, settings)
    if found is None and settings.as_of is None:
        found = _live(version, triple, settings)
    elif found is None:
        found = names_list.shipped(triple)
        note = f"chosen from {found.source}, cut at {settings.as_of}: mise's own list is not kept by date"
        found = NamesList(found.names, found.source, (note,))
    if settings.as_of is None:
        return found
    day = settings.as_of.strftime("%Y%m%d")
    names = tuple(name for name in found.names if _seen_on(name, day))
    return NamesList(names, f"mise's list of {settings.as_of}", found.notes)


def _live(version: str, triple: str, settings: Settings) -> NamesList:
    own = eras.MISE_LISTS.at(version).format(triple=triple)
    try:
        return names_list.live(list(dict.fromkeys([own, names_list.NEWEST.format(triple=triple)])), settings)
    except DownloadError:
        found = names_list.shipped(triple)
        note = f"mise's list could not be had; chosen from {found.source} instead, so a newer build may be missed"
        return NamesList(found.names, found.source, (note,))


def _seen_on(name: str, day: str) -> bool:
    match = _ANY.match(name)
    if match is None or match[2] > day:
        return False
    return day >= _ALL_FLAVORS_SINCE or "install_only" in name


def platform(version: str, target: Target) -> str:
    """The text that a name must contain; "" where this mise has no precompiled Pythons."""
    if target.os != "windows":
        return target.triple
    tail = eras.MISE_WINDOWS.at(version)
    return f"{target.triple.partition('-')[0]}-{tail}" if tail else ""


def readable(names: Sequence[str], version: str, target: Target) -> list[Listed]:
    """What this mise makes of a list: names of other forms are passed over without a word."""
    wanted = platform(version, target)
    pattern = _ANY if eras.MISE_KNOWS_PRERELEASES.at(version) else _FINAL
    skip = "freethreaded" if eras.MISE_SKIPS_FREETHREADED.at(version) else "\0"
    return [
        Listed(match[1], match[2], name)
        for name in names
        if wanted and wanted in name and skip not in name and (match := pattern.match(name))
    ]


def pick(rows: Iterable[Listed], python: str, version: str) -> Listed | None:
    """The archive for exactly that version of Python."""
    fitting = [row for row in rows if row.version == python]
    if eras.MISE_RANKS.at(version):
        # `min` keeps the order of the list among equals, as mise's stable sort does.
        return min(fitting, key=lambda row: (-int(row.tag), _rank(row.name)), default=None)
    # The last line; lists were sorted by version, date and name. It was written for a list of install_only archives only.
    archives = [row for row in fitting if "install_only" in row.name]
    return max(
        archives, key=lambda row: (int(row.tag), row.name.replace("install_only.", "install_only-")), default=None
    )


def _rank(name: str) -> int:
    if "install_only_stripped" in name:
        return 0
    return 1 if "install_only" in name else 2


def known_pythons(minor: str, names: Iterable[str], settings: Settings) -> set[str]:
    """Every final CPython of that minor version that existed, as far as the releases of PBS for any platform tell."""
    day = settings.as_of.strftime("%Y%m%d") if settings.as_of else "99999999"
    prefix = f"cpython-{minor}."
    found = {f"{minor}.{_ENDED[minor]}"} if minor in _ENDED else set()
    for name in (*data.pbs_assets(), *names):
        if name.startswith(prefix):
            # Names from before 2022 have no tag here, and are older than every day that can be asked for.
            version, _, tag = name.removeprefix("cpython-").partition("-")[0].partition("+")
            if is_final(version) and tag <= day:
                found.add(version)
    return found


def newest_known(known: Iterable[str]) -> str:
    return max(known, key=order, default="")
