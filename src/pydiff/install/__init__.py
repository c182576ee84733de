"""Archive and changes -> installation: a Python on disk as the manager would leave it."""

from __future__ import annotations

from pathlib import Path

from pydiff.cache import Cache
from pydiff.errors import InstallError, NotInstallableError
from pydiff.install.layout import DESCRIPTION, Laid, Place
from pydiff.install.runnable import runnable
from pydiff.install.streamed import streamed
from pydiff.install.tree import FolderTree
from pydiff.interpreter import ask
from pydiff.model.resolution import Archive, Compiled, InPlace, Installation, Prebuilt, Repack, Resolution
from pydiff.model.settings import Settings

__all__ = ["DESCRIPTION", "FolderTree", "Place", "install", "installed", "runnable", "streamed"]


def install(resolution: Resolution, archive: Archive | None, settings: Settings) -> Installation:
    """The tree of `resolution` on disk; one that is there already is reused. `archive` is what `fetch` gave, None for InPlace.

    Raises ArchiveError (hostile or damaged archive), InstallError (a change fails, an interpreter does not answer), CacheError,
    NotInstallableError (the manager compiles this Python).
    """
    match resolution:
        case Compiled():
            raise NotInstallableError(
                f"{resolution.spec.text}: {resolution.manager} has no archive of Python {resolution.version}: {resolution.reason}",
                hint=f"compile it with pyenv and use `pyenv:{resolution.version}` in its place",
            )
        case InPlace():
            return _in_place(resolution)
        case Prebuilt() | Repack():
            if archive is None:
                raise InstallError(f"{resolution.spec.text}: nothing was fetched to install")
            return _from_archive(resolution, archive, Cache(settings.cache_dir))


def _in_place(resolution: InPlace) -> Installation:
    """The interpreter is kept as it was named; of a venv, the prefix is its base's, where headers and libraries are."""
    python = Path(resolution.interpreter).absolute()
    said = ask(python)
    return Installation(
        prefix=str(said.prefix), python=str(python), version=said.version, digest="", resolution=resolution
    )


def installed(resolution: Prebuilt | Repack, archive: Archive, settings: Settings) -> Installation | None:
    """What `install` would reuse; None when it would have to unpack the archive. Raises CacheError."""
    place = Place.of(resolution, archive, Cache(settings.cache_dir))
    laid = place.laid()
    return _installation(resolution, archive, place, laid) if laid else None


def _from_archive(resolution: Prebuilt | Repack, archive: Archive, cache: Cache) -> Installation:
    place = Place.of(resolution, archive, cache)
    laid = place.laid()
    if laid is None:
        with cache.lock(f"install-{place.digest[:16]}"):
            laid = place.laid() or place.build(resolution, archive, cache)
    return _installation(resolution, archive, place, laid)


def _installation(resolution: Prebuilt | Repack, archive: Archive, place: Place, laid: Laid) -> Installation:
    return Installation(
        prefix=str(laid.prefix),
        python=str(laid.python),
        version=archive.asset.version,
        digest=place.digest,
        resolution=resolution,
        archive=archive,
        changed=laid.changed,
    )
