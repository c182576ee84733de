"""One Python, from what was asked to what is on disk: the stages that come before its snapshot."""

from __future__ import annotations

from pydiff import fetch, install, managers
from pydiff.errors import NotInstallableError
from pydiff.events import stage
from pydiff.model.resolution import Archive, Compiled, Installation, Packed, Prebuilt, Repack, Resolution
from pydiff.model.settings import Settings
from pydiff.model.spec import Spec
from pydiff.model.target import this_machine


def require_buildable(spec: Spec) -> None:
    """Raises NotInstallableError for a Python of another platform."""
    if not install.runnable(spec.target):
        here = this_machine()
        raise NotInstallableError(
            f"{spec.text}: a Python for {spec.target} can be diffed here, but nothing can be built with it on {here}",
            hint="leave the package out to compare the trees, or run pydiff on a machine that can run this Python",
        )


def resolved(spec: Spec, settings: Settings) -> Resolution:
    """Raises what `managers.resolve` raises."""
    with stage("resolve", spec.text):
        return managers.resolve(spec, settings)


def installed(resolution: Resolution, settings: Settings) -> Installation:
    """Fetch and install. Raises what those stages raise, and NotInstallableError for what a manager would compile."""
    text = resolution.spec.text
    if isinstance(resolution, Compiled):
        raise NotInstallableError(
            f"{text}: {resolution.manager} compiles Python {resolution.version} from source: {resolution.reason}",
            hint=f"compare a Python that was compiled here instead: `pyenv:{resolution.version}` or `path:/usr/bin/python3`",
        )
    archive = _fetched(resolution, settings) if isinstance(resolution, Prebuilt | Repack) else None
    with stage("install", text):
        return install.install(resolution, archive, settings)


def at_hand(resolution: Resolution, settings: Settings) -> Installation | Packed:
    """What can be looked at with the least work: nothing is installed that is not yet. Raises as `installed`."""
    if not isinstance(resolution, Prebuilt | Repack):
        return installed(resolution, settings)
    archive = _fetched(resolution, settings)
    return install.installed(resolution, archive, settings) or Packed(resolution, archive)


def _fetched(resolution: Prebuilt | Repack, settings: Settings) -> Archive:
    with stage("fetch", resolution.spec.text):
        return fetch.fetch(resolution, settings)
