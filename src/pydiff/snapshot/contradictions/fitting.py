"""Which of the known ways out can help the Python at hand: not a release or a manager that is already new enough."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pydiff.model.resolution import InPlace, ManagerChoice, Prebuilt, Repack, Resolution
from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.contradictions.versions import newer

_RELEASES = re.compile(r"releases from (\d{8}) on ")
_NEWER = re.compile(r"(.*?) and newer ")
_MANAGER = re.compile(r"(uv|mise|pdm):? (\d[\d.]*)")
_ABOUT_MANAGERS = re.compile(
    r"(?:uv|mise|rye|pdm|poetry|hatch|pipx)\b[:, ]|python-build-standalone: |take the release "
)
_NEWER_RELEASE = ": take a newer release"


def fitting(found: Iterable[Contradiction], resolution: Resolution) -> list[Contradiction]:
    """The findings, without remedies that cannot help. Of an interpreter that was given by its path nothing is known, and all stay."""
    return [replace(one, remedies=tuple(_helping(one.remedies, resolution))) for one in found]


def _helping(remedies: tuple[str, ...], resolution: Resolution) -> Iterable[str]:
    match resolution:
        case Repack():
            return [one for one in remedies if not _is_about_releases(one)]
        case InPlace(manager=ManagerChoice(name="pyenv")):
            return [one for one in remedies if not _is_about_releases(one)]
        case Prebuilt(manager=manager, asset=asset):
            releases = [match for one in remedies if (match := _RELEASES.match(one))]
            newest = bool(asset.tag) and any(asset.tag >= match[1] for match in releases)
            kept = (one for one in remedies if not (_RELEASES.match(one) and newest))
            kept = (one for one in kept if not _is_new_enough(one, manager))
            return (one.removesuffix(_NEWER_RELEASE) if newest else one for one in kept)
        case _:
            return remedies


def _is_about_releases(remedy: str) -> bool:
    return bool(_RELEASES.match(remedy) or _ABOUT_MANAGERS.match(remedy))


def _is_new_enough(remedy: str, manager: ManagerChoice) -> bool:
    """Whether the manager has done already what the remedy says of its newer versions. Where some of those did not, the remedy stays."""
    match = _NEWER.match(remedy)
    if match is None or "(not " in remedy or ", not " in remedy:
        return False
    since: dict[str, str] = dict(_MANAGER.findall(match[1]))
    version = (manager.again or (manager.version,))[-1]
    return manager.name in since and (version == since[manager.name] or newer(version, since[manager.name]))
