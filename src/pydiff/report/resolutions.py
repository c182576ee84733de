"""What `pydiff resolve` says: asset, URL, hash and changes of each spec."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydiff.model.asset import Asset
from pydiff.model.resolution import Compiled, InPlace, Prebuilt, Repack, Resolution
from pydiff.report.sheet import Section, Sheet, render_sheet


def render_resolutions(resolutions: Sequence[Resolution], format_name: str, width: int | None = None) -> str:
    sections = tuple(_section(resolution) for resolution in resolutions)
    return render_sheet(Sheet(sections, [_data(resolution) for resolution in resolutions]), format_name, width)


def _section(resolution: Resolution) -> Section:
    manager = f"{resolution.manager} ({resolution.manager.why})" if resolution.manager.why else str(resolution.manager)
    rows = [("manager", manager), *_answer(resolution)]
    return Section(resolution.spec.text, tuple(rows), notes=resolution.notes)


def _answer(resolution: Resolution) -> list[tuple[str, str]]:
    match resolution:
        case Prebuilt(asset=asset):
            hash_text = f"{asset.sha256} ({asset.hash_source})" if asset.sha256 else "none known before the download"
            urls = [("url", url) for url in asset.urls] or [("file", asset.path)]
            return [("asset", asset.name), *urls, ("sha256", hash_text), *_laid_out(resolution)]
        case Repack(interpreter=interpreter, version=version):
            return [("repacks", f"{interpreter} ({version}), a local interpreter"), *_laid_out(resolution)]
        case InPlace(interpreter=interpreter, version=version):
            return [("in place", f"{interpreter} ({version}), nothing is changed")]
        case Compiled(version=version, reason=reason):
            return [("compiled", f"Python {version} from source: {reason}")]


def _laid_out(resolution: Prebuilt | Repack) -> list[tuple[str, str]]:
    changes = [("changes", change.describe()) for change in resolution.changes]
    return [("laid out as", resolution.install_name), *(changes or [("changes", "nothing")])]


def _data(resolution: Resolution) -> dict[str, Any]:
    common: dict[str, Any] = {
        "spec": resolution.spec.text,
        "manager": {
            "name": resolution.manager.name,
            "version": resolution.manager.version,
            "why": resolution.manager.why,
        },
        "notes": list(resolution.notes),
    }
    match resolution:
        case Prebuilt(asset=asset, changes=changes, install_name=name):
            described = [change.describe() for change in changes]
            return {**common, "kind": "prebuilt", "asset": _asset(asset), "changes": described, "install_name": name}
        case Repack(interpreter=interpreter, version=version, changes=changes, install_name=name):
            described = [change.describe() for change in changes]
            local = {"interpreter": interpreter, "version": version}
            return {**common, "kind": "repack", **local, "changes": described, "install_name": name}
        case InPlace(interpreter=interpreter, version=version):
            return {**common, "kind": "in-place", "interpreter": interpreter, "version": version}
        case Compiled(version=version, reason=reason):
            return {**common, "kind": "compiled", "version": version, "reason": reason}


def _asset(asset: Asset) -> dict[str, Any]:
    return {
        "name": asset.name,
        "version": asset.version,
        "tag": asset.tag,
        "triple": asset.triple,
        "flavor": asset.flavor,
        "build_options": list(asset.build_options),
        "urls": list(asset.urls),
        "sha256": asset.sha256,
        "hash_source": asset.hash_source,
    }
