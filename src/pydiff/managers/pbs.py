"""The archive as PBS released it, with nothing changed.

Which list answers is decided by what it costs. The shipped names answer in milliseconds and know every release up to the day they were
made; a release newer than they are can only be meant by its tag, and then PBS's own index is asked (tens of megabytes, once an hour), and
where that cannot be had, mise's list of names. What that index said is kept, so that from then on `pbs:3.9` without a tag knows of it too.
A request without a tag never goes to the network by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydiff import data
from pydiff.errors import DownloadError, NoSuchBuildError
from pydiff.managers import names_list, pbs_index
from pydiff.managers.archive_manager import ArchiveManager, Question
from pydiff.managers.assets import FLAVOR_ORDER, parse_asset_name, release_url, speed_rank
from pydiff.managers.given import Treatment
from pydiff.managers.interface import Python
from pydiff.managers.names_list import NEWEST, NamesList
from pydiff.managers.uv_list import file_name, known_hash
from pydiff.managers.wanted import is_final, listed, newest
from pydiff.model.asset import Asset
from pydiff.model.resolution import ManagerChoice, Resolution
from pydiff.model.settings import Settings
from pydiff.model.spec import Spec, VersionRequest


def treat(choice: ManagerChoice, _settings: Settings) -> Treatment:
    return Treatment(choice, changes=lambda _python: (), install_name=install_name)


def select(question: Question) -> Resolution:
    spec, request = question.spec, question.request
    offered = _offered(request, spec.target.triple, question.settings)
    asset = pick(offered.names, request, spec)
    newer = asset.name in offered.newer
    sha256, source = (offered.newer[asset.name], pbs_index.SOURCE) if newer else known_hash(asset.name)
    url = release_url(asset.tag, asset.name)
    asset = replace(asset, urls=(url,), sha256=sha256, hash_source=source if sha256 else "")
    notes = (f"chosen from {offered.index}",) if newer else offered.names.notes
    return question.answer(asset, *notes)


def install_name(python: Python) -> str:
    variant = f"+{python.variant}" if python.variant else ""
    tag = f"+{python.tag}" if python.tag else ""
    return f"cpython-{python.version}{variant}{tag}-{python.target}"


def pick(offered: NamesList, request: VersionRequest, spec: Spec) -> Asset:
    """Newest version, newest release, then the flavor managers prefer, then the fastest options. Raises NoSuchBuildError."""
    there = [asset for asset in _assets(offered, request, spec.target.triple) if _variant(asset) == request.variant]
    fitting = [asset for asset in there if not request.tag or asset.tag == request.tag]
    chosen = newest(fitting, request, lambda asset: asset.version)
    if chosen is None:
        raise NoSuchBuildError(
            f"{offered.source} have no {request} for {spec.target}", hint=_what_there_is(there, request, spec)
        )
    return min(
        (asset for asset in fitting if asset.version == chosen.version),
        key=lambda asset: (-int(asset.tag), FLAVOR_ORDER.index(asset.flavor), speed_rank(asset)),
    )


@dataclass(frozen=True, slots=True)
class _Offered:
    names: NamesList
    newer: Mapping[str, str | None] = field(default_factory=dict)
    """Those of the names that only the index knows, with their sha256."""
    index: str = ""
    """Where `newer` is from, for notes."""


def _offered(request: VersionRequest, triple: str, settings: Settings) -> _Offered:
    day = settings.as_of.strftime("%Y%m%d") if settings.as_of else "99999999"
    mirrored = names_list.mirrored(triple, settings)
    if mirrored is not None:
        found = _Offered(mirrored)
    elif settings.mirror or day <= names_list.newest_tag():
        found = _Offered(_shipped(request.minor_text, triple))
    elif names_list.newest_tag() < request.tag <= day:
        found = _newest(request, triple, settings)
    else:
        found = _with(pbs_index.kept(settings), request.minor_text, triple)
    if settings.as_of is None:
        return found
    names = tuple(name for name in found.names.names if _tag(name) <= day)
    return replace(found, names=NamesList(names, f"the PBS releases up to {day}", found.names.notes))


def _newest(request: VersionRequest, triple: str, settings: Settings) -> _Offered:
    """For a release newer than the shipped names: the index, else mise's list. Raises NoSuchBuildError when neither can be had."""
    try:
        index: pbs_index.Index | None = pbs_index.asked(settings)
    except DownloadError:
        index = None
    if index is not None and index.knows(request.tag):
        return _with(index, request.minor_text, triple)
    try:
        return _Offered(names_list.live([NEWEST.format(triple=triple)], settings))
    except DownloadError as error:
        if index is not None:
            return _with(index, request.minor_text, triple)
        raise NoSuchBuildError(
            f"release {request.tag} is newer than pydiff's table of archives, and no newer table could be had: {error}",
            hint="give the archive's own URL or path instead of its version",
        ) from error


def _with(index: pbs_index.Index | None, minor: str, triple: str) -> _Offered:
    """The shipped names and what the index adds to them."""
    shipped = _shipped(minor, triple)
    newer = {name: sha256 for name, sha256 in index.hashes.items() if f"-{triple}-" in name} if index else {}
    if index is None or not newer:
        return _Offered(shipped)
    last = max(parse_asset_name(name).tag for name in newer)
    names = replace(shipped, names=(*shipped.names, *newer), source=f"the PBS releases up to {last}")
    return _Offered(names, newer, index.source)


def _shipped(minor: str, triple: str) -> NamesList:
    """All that were ever released: uv's lists remember archives of releases that were withdrawn later."""
    offered = names_list.shipped(triple)
    remembered = {file_name(build.url) for build in data.uv_builds(minor)}
    return replace(offered, names=tuple(sorted(remembered.union(offered.names))))


def _assets(offered: NamesList, request: VersionRequest, triple: str) -> list[Asset]:
    prefix = f"cpython-{request.minor_text}."
    found = []
    for name in offered.names:
        if name.startswith(prefix):
            try:
                asset = parse_asset_name(name)
            except ValueError:
                continue  # a list from elsewhere
            if asset.triple == triple and asset.tag:
                found.append(asset)
    return found


def _tag(name: str) -> str:
    try:
        return parse_asset_name(name).tag
    except ValueError:
        return ""


def _variant(asset: Asset) -> str:
    """`static` is not a variant anyone asks for: such builds are passed over."""
    if "static" in asset.build_options:
        return "static"
    return "+".join(option for option in ("freethreaded", "debug") if option in asset.build_options)


def _what_there_is(there: list[Asset], request: VersionRequest, spec: Spec) -> str:
    if not there:
        return f"no Python {request.minor_text} was released for {spec.target} in this variant"
    same = [asset for asset in there if newest([asset], replace(request, tag=""), lambda each: each.version)]
    if request.tag and same:
        finals = [asset for asset in same if is_final(asset.version)] or same
        return f"releases that have it: {', '.join(sorted({asset.tag for asset in finals}))}"
    return f"there are {listed(asset.version for asset in there)}"


PBS = ArchiveManager("pbs", treat, select)
