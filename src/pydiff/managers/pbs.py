"""The archive as PBS released it, with nothing changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydiff import data
from pydiff.errors import DownloadError, NoSuchBuildError
from pydiff.managers import given, names_list
from pydiff.managers.assets import FLAVOR_ORDER, parse_asset_name, release_url, speed_rank
from pydiff.managers.given import Treatment
from pydiff.managers.interface import Python
from pydiff.managers.names_list import NEWEST, NamesList
from pydiff.managers.uv_list import file_name, known_hash
from pydiff.managers.wanted import is_final, listed, newest
from pydiff.model.asset import Asset
from pydiff.model.resolution import ManagerChoice, Resolution
from pydiff.model.settings import Settings
from pydiff.model.spec import Request, Spec, VersionRequest


@dataclass(frozen=True, slots=True)
class Pbs:
    name: str = "pbs"
    versioned: bool = False
    requests: tuple[type[Request], ...] = given.REQUESTS

    def choose_version(self, _spec: Spec, _settings: Settings) -> ManagerChoice:
        return ManagerChoice(self.name, "", "as released")

    def resolve(self, spec: Spec, choice: ManagerChoice, settings: Settings) -> Resolution:
        treatment = Treatment(choice, changes=lambda _python: (), install_name=install_name)

        def select(request: VersionRequest) -> Resolution:
            offered = _names(request, spec.target.triple, settings)
            asset = pick(offered, request, spec)
            sha256, source = known_hash(asset.name)
            url = release_url(asset.tag, asset.name)
            asset = replace(asset, urls=(url,), sha256=sha256, hash_source=source)
            return given.prebuilt(spec, asset, treatment, offered.notes)

        return given.resolution(spec, treatment, select)


PBS = Pbs()


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


def _names(request: VersionRequest, triple: str, settings: Settings) -> NamesList:
    offered = names_list.mirrored(triple, settings) or _shipped(request.minor_text, triple)
    if request.tag > names_list.newest_tag() and not settings.mirror:
        try:
            offered = names_list.live([NEWEST.format(triple=triple)], settings)
        except DownloadError as error:
            raise NoSuchBuildError(
                f"release {request.tag} is newer than pydiff's table of archives, and no newer table could be had: {error}",
                hint="give the archive's own URL or path instead of its version",
            ) from error
    if settings.as_of is None:
        return offered
    day = settings.as_of.strftime("%Y%m%d")
    names = tuple(name for name in offered.names if _tag(name) <= day)
    return NamesList(names, f"the PBS releases up to {day}", offered.notes)


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
