"""pbs-installer, the library through which pdm and poetry choose, download and unpack; its release, not theirs, decides what they get.

Neither pins it, so the one that was current on the day (or is the newest known) is assumed, within what they require.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydiff import data
from pydiff.errors import NoSuchBuildError, SpecError
from pydiff.managers.archive_manager import Question
from pydiff.managers.fixed_list import asset_of, fixed_list, pick
from pydiff.managers.versions import Eras, key
from pydiff.model.resolution import Prebuilt, Unpacking
from pydiff.model.settings import Settings

TABLE = "pbs-installer"
FIRST = "2024.3.26"
# As by Python's own `tarfile` up to 3.13; that of 3.14 has the data filter for default, as backports.zstd has. (PBS releases have no modes
# that it would alter.)
UNPACKING = Eras(Unpacking("tarfile", "install"), (("2024.4.1", Unpacking("tarfile", "whole")),))
PREFERS_BACKPORTS = Eras(before=False, steps=(("2026.5.4", True),))
"""Unpacks by backports.zstd, if that is installed; before, zstandard was needed and only for full archives."""
NAMES_FREE_THREADED = Eras(before=False, steps=(("2025.6.6", True),))
"""`cpython@3.13.1t`; before, the free-threaded Python had the name of the other."""
KNOWS_FREE_THREADED = "2024.10.10"


@dataclass(frozen=True, slots=True)
class Installer:
    release: str
    note: str
    """Which one, and why."""


def installer(settings: Settings, manager: str, *, below: str = "") -> Installer:
    """The newest pbs-installer of the day (or known), older than `below` where that is given. Raises SpecError before the first."""
    allowed = [
        (release, day)
        for release, day in data.releases(TABLE)
        if key(release) >= key(FIRST) and (not below or key(release) < key(below))
    ]
    if settings.as_of is None:
        newest = f"the newest known below {below}" if below else "the newest known"
        return Installer(allowed[-1][0], f"{manager} takes what pbs-installer has: {allowed[-1][0]} is {newest}")
    current = [release for release, day in allowed if day <= settings.as_of.isoformat()]
    if not current:
        raise SpecError(
            f"on {settings.as_of} there was no pbs-installer that {manager} could install a Python with",
            hint=f"pbs-installer {allowed[0][0]} is of {allowed[0][1]}; take a later day",
        )
    return Installer(
        current[-1], f"{manager} takes what pbs-installer has: {current[-1]} was current on {settings.as_of}"
    )


def unpacking(release: str, *, zstd: bool) -> Unpacking:
    """`zstd`: what its extra `install` brings, which unpacks full archives, is installed too."""
    found = UNPACKING.at(release)
    return replace(found, modes="tarfile+data") if zstd and PREFERS_BACKPORTS.at(release) else found


def select(question: Question, chosen: Installer) -> Prebuilt:
    """What `get_download_link` of that pbs-installer answers. Raises NoSuchBuildError."""
    request, manager = question.request, question.choice.name
    if request.variant == "freethreaded" and key(chosen.release) < key(KNOWS_FREE_THREADED):
        raise NoSuchBuildError(
            f"{manager} with pbs-installer {chosen.release} cannot be asked for {request}",
            hint=f"pbs-installer knows free-threaded builds since {KNOWS_FREE_THREADED}",
        )
    offered = fixed_list(TABLE, chosen.release, request.minor_text)
    build = pick(offered, request, question.spec.target, manager)
    asset, about = asset_of(
        build, offered, lambda name: f"{offered.label} has no hash for {name}, so it would not be verified"
    )
    return question.answer(asset, chosen.note, *about)
