"""How the answer to one spec changed over the releases of its manager: one row for each stretch of releases that answer alike."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pydiff import data
from pydiff.errors import NoSuchBuildError, SpecError
from pydiff.managers.interface import Manager
from pydiff.managers.registry import MANAGERS, named
from pydiff.model.asset import Asset
from pydiff.model.resolution import (
    UNPACKED_AS_UV,
    Compiled,
    InPlace,
    ManagerChoice,
    Prebuilt,
    Repack,
    Resolution,
    Unpacking,
)
from pydiff.model.settings import Settings
from pydiff.model.spec import Spec

HashKnown = Literal["own", "elsewhere", ""]


@dataclass(frozen=True, slots=True)
class Release:
    """One release of a manager."""

    version: str
    day: str
    """ISO date: 2024-12-13."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The release has no such build, or cannot be asked for it."""

    reason: str
    hint: str


Answer = Resolution | Refused


@dataclass(frozen=True, slots=True)
class Row:
    """Releases one after the other that give the same answer."""

    first: Release
    last: Release
    releases: int
    """How many: 1 when `first` is `last`."""
    answer: Answer
    """As `first` gives it. Where a sentence in it names a release or a day, it is that one's."""


@dataclass(frozen=True, slots=True)
class History:
    spec: Spec
    rows: tuple[Row, ...]
    """Oldest first, without gaps: each begins with the release after the last of the one before."""
    notes: tuple[str, ...] = ()


def history(spec: Spec, settings: Settings) -> History:
    """The answer of every release of the spec's manager, up to `settings.as_of`, with equal neighbours made one row.

    Two answers are the same when archive, URLs, changes and manner of unpacking are, and the manager has (or lacks) the hash itself in
    both; refusals, when their reason is. Each release is asked as of the day it came out, which matters for managers that fetch their
    list. Only the tables and lists on this machine are asked: never the network, a mirror, or a list of the user's own.

    Raises SpecError (the manager has no versions, or the spec names one) and, when no release has an answer, NoSuchBuildError.
    """
    manager = named(spec.manager)
    _check(manager, spec)
    alone = replace(settings, mirror="", downloads_json="", offline=True)
    asked = _imitable(manager, spec, alone)
    rows: list[Row] = []
    starts: list[_Start] = []
    for release, choice in asked:
        answer = _answer(manager, spec, choice, _on(alone, release))
        gist = _gist(answer, release, spec.manager)
        if rows and starts[-1].gist == gist:
            rows[-1] = replace(rows[-1], last=release, releases=rows[-1].releases + 1)
        else:
            rows.append(Row(release, release, 1, answer))
            starts.append(_Start(release, choice, gist))
    if all(isinstance(row.answer, Refused) for row in rows):
        raise _nothing(spec, rows)
    return History(
        spec, tuple(rows), (*_given_up(settings), *_of_their_day(manager, spec, alone, starts, asked[-1][0].day))
    )


def hash_known(answer: Resolution) -> HashKnown:
    """Whether the list that the manager chose from has the archive's hash, only others have it ("elsewhere"), or none ("").

    What a list lacks is looked up in uv's lists (`uv_list.known_hash`), so a hash from one of those that is not the manager's own is a
    borrowed one. pdm's and poetry's own list is that of pbs-installer.
    """
    if not isinstance(answer, Prebuilt) or not answer.asset.sha256:
        return ""
    borrowed = answer.asset.hash_source.startswith("uv ")
    own = answer.asset.hash_source == f"{answer.manager.name} {answer.manager.version}'s list"
    return "elsewhere" if borrowed and not own else "own"


def _check(manager: Manager, spec: Spec) -> None:
    versioned = [one.name for one in MANAGERS if one.versioned]
    if not manager.versioned:
        raise SpecError(
            f"{manager.name} has no versions, so {spec.text!r} has no history",
            hint=f"{', '.join(versioned)} have one; `--at DATE` asks for the answer of a day",
        )
    if spec.manager_version:
        raise SpecError(
            f"a history goes over every release of {manager.name}, and {spec.text!r} names one",
            hint=f"write `{manager.name}:{spec.request}`; `--at DATE` ends the history on a day",
        )


@dataclass(frozen=True, slots=True)
class _Start:
    """The first release of a row, and what makes the others give the same answer."""

    release: Release
    choice: ManagerChoice
    gist: object


Asked = tuple[Release, ManagerChoice]


def _imitable(manager: Manager, spec: Spec, settings: Settings) -> list[Asked]:
    """Every release up to the day that pydiff can imitate, oldest first. Raises SpecError when there is none."""
    until = settings.as_of.isoformat() if settings.as_of else "9999"
    found: list[Asked] = []
    for version, day in data.releases(manager.name):
        if day > until:
            continue
        try:
            choice = manager.choose_version(replace(spec, manager_version=version), settings)
        except SpecError:
            continue  # before the first that pydiff can imitate
        found.append((Release(version, day), replace(choice, why=f"released on {day}")))
    if not found:
        manager.choose_version(spec, settings)  # says why there is none on that day
        raise SpecError(f"pydiff knows no release of {manager.name} that it can imitate", hint="name a version of it")
    return found


def _on(settings: Settings, release: Release) -> Settings:
    return replace(settings, as_of=date.fromisoformat(release.day))


def _answer(manager: Manager, spec: Spec, choice: ManagerChoice, settings: Settings) -> Answer:
    try:
        return manager.resolve(replace(spec, manager_version=choice.version), choice, settings)
    except NoSuchBuildError as error:
        return Refused(str(error), error.hint)


def _gist(answer: Answer, release: Release, manager: str) -> object:
    """What makes two answers the same."""
    match answer:
        case Prebuilt():
            known = hash_known(answer)
            asset: Asset = replace(answer.asset, hash_source=known)
            return "prebuilt", asset, answer.changes, answer.install_name, _unpacking(answer)
        case Repack():
            return "repack", answer.interpreter, answer.changes, answer.install_name, _unpacking(answer)
        case InPlace():
            return "in place", answer.interpreter, answer.version
        case Compiled():
            return "compiled", answer.version, _reason(answer.reason, release, manager)
        case Refused():
            return "refused", _reason(answer.reason, release, manager)


def _unpacking(answer: Prebuilt | Repack) -> Unpacking:
    """What is done with full archives matters to those alone."""
    full = isinstance(answer, Prebuilt) and answer.asset.flavor == "full"
    return answer.unpacking if full else replace(answer.unpacking, full=UNPACKED_AS_UV.full)


def _reason(sentence: str, release: Release, manager: str) -> str:
    """Without the release and the day it was asked of, and without parentheses, which list what there is instead."""
    sentence = re.sub(rf"\b{re.escape(manager)} {re.escape(release.version)}(?![\d.]*\d)", manager, sentence)
    return re.sub(r" \([^()]*\)", "", sentence.replace(release.day, "that day"))


def _nothing(spec: Spec, rows: list[Row]) -> NoSuchBuildError:
    last = rows[-1]
    assert isinstance(last.answer, Refused)  # noqa: S101  # the caller saw nothing else
    return NoSuchBuildError(
        f"no release of {spec.manager} from {rows[0].first.version} to {last.last.version} has an answer to {spec.text!r}: "
        f"{last.answer.reason}",
        hint=last.answer.hint,
    )


def _given_up(settings: Settings) -> tuple[str, ...]:
    if settings.mirror or settings.downloads_json:
        return (
            "a history is made from the managers' own lists: the mirror, or the list that was given, was not asked",
        )
    return ()


def _of_their_day(
    manager: Manager, spec: Spec, settings: Settings, starts: list[_Start], last_day: str
) -> tuple[str, ...]:
    """Say so where a release answers otherwise on the last day; the oldest that does is the example."""
    for start in starts:
        late = Release(start.release.version, last_day)
        later = _answer(manager, spec, start.choice, _on(settings, late))
        if _gist(later, late, spec.manager) != start.gist:
            example = f"{spec.manager} {late.version} {_briefly(later)} when it is asked as of {last_day}"
            return (
                f"each release of {spec.manager} is asked as of the day it came out, since its list goes on growing: {example}",
            )
    return ()


def _briefly(answer: Answer) -> str:
    match answer:
        case Prebuilt(asset=asset):
            return f"takes {asset.name}"
        case Compiled(version=version):
            return f"compiles {version}"
        case _:
            return "answers otherwise"
