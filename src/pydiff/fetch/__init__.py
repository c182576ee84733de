"""Resolution -> verified archive on disk; and the making of archives from local interpreters."""

from __future__ import annotations

from pydiff.fetch.archive import from_hosts, from_path
from pydiff.fetch.pack import pack
from pydiff.fetch.repack import repacked
from pydiff.model.resolution import Archive, Prebuilt, Repack
from pydiff.model.settings import Settings

__all__ = ["fetch", "pack"]


def fetch(resolution: Prebuilt | Repack, settings: Settings) -> Archive:
    """The archive of `resolution`: a local file as it is, a released one from the cache or the net, a repacked interpreter made once.

    Raises DownloadError (which hosts were tried and why they failed), HashMismatchError, ArchiveError, CacheError, PackError.
    """
    match resolution:
        case Repack():
            return repacked(resolution, settings)
        case Prebuilt(asset=asset):
            return from_path(asset) if asset.path else from_hosts(asset, settings)
