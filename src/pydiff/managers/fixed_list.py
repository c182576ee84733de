"""Lists of downloads that are fixed by the release of a tool, as rye, hatch and pbs-installer have: shipped rows, by release."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pydiff import data
from pydiff.data import ListedBuild
from pydiff.errors import NoSuchBuildError
from pydiff.managers import shipped
from pydiff.managers.assets import parse_asset_name
from pydiff.managers.uv_list import file_name, known_hash
from pydiff.managers.versions import key
from pydiff.managers.wanted import listed, minors_listed, newest
from pydiff.model.asset import Asset
from pydiff.model.spec import VersionRequest
from pydiff.model.target import Target


@dataclass(frozen=True, slots=True)
class FixedList:
    """What one release of a tool has to offer of one minor version of Python."""

    table: str
    """The tool, which is also the name of its folder in `data`: rye, hatch, pbs-installer."""
    release: str
    """The release whose rows these are."""
    minor: str
    builds: tuple[ListedBuild, ...]
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """As messages name it: rye 0.44.0's list."""
        return f"{self.table} {self.release}'s list"


def fixed_list(table: str, release: str, minor: str) -> FixedList:
    """The list of that release; of one newer than the tables, the newest known, with a note."""
    newest_known = data.releases(table)[-1][0]
    if key(release) <= key(newest_known):
        return FixedList(table, release, minor, shipped.offered(table, release, minor))
    note = (
        f"{table} {release} is newer than pydiff's tables; chosen from the list of {table} {newest_known}, "
        "which may lack newer builds"
    )
    return FixedList(table, newest_known, minor, shipped.offered(table, newest_known, minor), (note,))


def pick(offered: FixedList, request: VersionRequest, target: Target, manager: str) -> ListedBuild:
    """The newest build for that target. Raises NoSuchBuildError, which says what there is instead; `manager` is for messages."""
    variant = [build for build in offered.builds if build.variant == request.variant]
    here = [build for build in variant if build.target == str(target)]
    chosen = newest(here, request, lambda build: build.version)
    if chosen is None:
        raise NoSuchBuildError(
            f"{offered.label} has no {request} for {target}", hint=_what_there_is(offered, variant, request, target)
        )
    if request.tag and chosen.tag != request.tag:
        raise NoSuchBuildError(
            f"{manager} cannot be asked for a build date: {request}",
            hint=f"it takes {chosen.version}+{chosen.tag}; `pbs:{request}` takes the archive itself",
        )
    return chosen


def _what_there_is(offered: FixedList, variant: Sequence[ListedBuild], request: VersionRequest, target: Target) -> str:
    here = [build.version for build in variant if build.target == str(target)]
    elsewhere = sorted({build.target for build in variant if newest([build], request, lambda each: each.version)})
    span = shipped.release_span(offered.table, request, target)
    ever = f"; {request} is in the lists of {offered.table} {span[0]} to {span[1]}" if span else ""
    if elsewhere:
        return f"it is there for {', '.join(elsewhere)}{ever}"
    if here:
        return f"it has {listed(here)}{ever}"
    if variant:
        return f"it has {listed(build.version for build in variant)}, none of them for {target}{ever}"
    minors = shipped.minors(offered.table, offered.release)
    return f"it has Python {minors_listed(minors)}{', but not in this variant' if offered.builds else ''}{ever}"


def asset_of(build: ListedBuild, offered: FixedList, unverified: Callable[[str], str]) -> tuple[Asset, tuple[str, ...]]:
    """The archive of a row. Where the list has no hash, one known from elsewhere, and what `unverified(name)` says of that."""
    name = file_name(build.url)
    asset = replace(parse_asset_name(name), urls=(build.url,), sha256=build.sha256, hash_source=offered.label)
    asset = replace(asset, tag=asset.tag or build.tag)
    if build.sha256 is not None:
        return asset, offered.notes
    sha256, source = known_hash(name)
    return replace(asset, sha256=sha256, hash_source=source), (*offered.notes, unverified(name))
