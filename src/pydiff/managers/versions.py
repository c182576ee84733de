"""Versions of the managers themselves: how they compare, which exist, and which one a run imitates."""

from __future__ import annotations

import re
import shutil
import subprocess
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Generic, TypeVar

from pydiff import data
from pydiff.errors import SpecError
from pydiff.model.resolution import ManagerChoice
from pydiff.model.settings import Settings
from pydiff.model.spec import Spec

T = TypeVar("T")
Key = tuple[int, ...]
SECONDS = 5.0
_NUMBER = re.compile(r"\b\d+\.\d+\.\d+\b")


@lru_cache(maxsize=4096)
def key(version: str) -> Key:
    """Sorts versions of managers, which are three numbers and nothing else."""
    return tuple(int(part) for part in version.split("."))


@dataclass(frozen=True, slots=True)
class Eras(Generic[T]):
    """Facts by first version: `(("0.5.9", a), ("0.5.10", b))` is a for 0.5.9, b from 0.5.10 on, `before` for all earlier ones."""

    before: T
    steps: tuple[tuple[str, T], ...]

    def at(self, version: str) -> T:
        firsts = [key(first) for first, _ in self.steps]
        place = bisect(firsts, key(version))
        return self.steps[place - 1][1] if place else self.before


@dataclass(frozen=True, slots=True)
class Tool:
    """A manager whose version matters."""

    name: str
    first: str
    """The oldest version that can be imitated."""
    why_first: str
    """What was different before."""
    find: Callable[[], str]
    """The version on PATH, or ""."""


def choose(tool: Tool, spec: Spec, settings: Settings) -> ManagerChoice:
    """Given, else current on `as_of`, else found on PATH, else the newest known. Raises SpecError."""
    if spec.manager_version:
        for given in (spec.manager_version, *spec.manager_again):
            _check_given(tool, given)
        return ManagerChoice(tool.name, spec.manager_version, "given", spec.manager_again)
    releases = data.releases(tool.name)
    if settings.as_of is not None:
        version = _current_on(settings.as_of, releases)
        if version is None or key(version) < key(tool.first):
            raise SpecError(
                f"on {settings.as_of} the newest {tool.name} was {version or 'not released yet'}; {tool.why_first}",
                hint=f"{tool.name} {tool.first} is of {dict(releases)[tool.first]}; take a later day",
            )
        return ManagerChoice(tool.name, version, f"current on {settings.as_of}")
    if found := tool.find():
        if key(found) < key(tool.first):
            raise SpecError(
                f"the {tool.name} on PATH is {found}; {tool.why_first}",
                hint=f"name a version, as in {tool.name}@{tool.first}:",
            )
        return ManagerChoice(tool.name, found, "found on PATH")
    return ManagerChoice(tool.name, releases[-1][0], "newest known to pydiff")


def released_after(choice: ManagerChoice, day: date) -> tuple[str, ...]:
    """A note for each version that was not there yet on `day`; a version that was given is imitated all the same."""
    releases = data.releases(choice.name)
    released, (last, known_until) = dict(releases), releases[-1]
    notes = []
    for version in (choice.version, *choice.again):
        if released.get(version, known_until) <= day.isoformat():
            continue
        if version in released:
            notes.append(f"{choice.name} {version} was released on {released[version]}, after {day}")
        else:
            notes.append(f"{choice.name} {version} is newer than {last} of {known_until}, so of after {day}")
    return tuple(notes)


def on_path(program: str) -> str:
    """What `program --version` says, or "" when it is not there, fails or takes more than 5 s."""
    path = shutil.which(program)
    if path is None:
        return ""
    try:
        answer = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=SECONDS, check=True, errors="replace"
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    # mise may print a banner, and a notice of a newer release on stderr.
    match = _NUMBER.search(answer.stdout)
    return match[0] if match else ""


def _current_on(day: date, releases: Sequence[tuple[str, str]]) -> str | None:
    before = [version for version, released in releases if released <= day.isoformat()]
    return max(before, key=key, default=None)


def _check_given(tool: Tool, version: str) -> None:
    known = [name for name, _ in data.releases(tool.name)]
    wanted = key(version)
    if wanted < key(tool.first):
        raise SpecError(
            f"{tool.name} {version} cannot be imitated: {tool.why_first}",
            hint=f"the oldest that can is {tool.name}@{tool.first}",
        )
    if version in known or wanted > key(known[-1]):
        return  # later ones bring their own list (see `lists`)
    place = bisect([key(name) for name in known], wanted)
    raise SpecError(
        f"there is no {tool.name} {version}",
        hint=f"nearest: {known[place - 1]} and {known[place]}; pydiff knows {tool.first} to {known[-1]}",
    )
