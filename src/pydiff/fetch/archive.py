"""Asset -> verified archive: from a path, from the cache, or from the net."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from pydiff.cache import Cache
from pydiff.errors import DownloadError, HashMismatchError
from pydiff.events import DownloadProgress, emit
from pydiff.fetch.hosts import urls_of
from pydiff.fetch.shelf import Kept, Shelf, sha256_of
from pydiff.fetch.sums import published
from pydiff.model.asset import Asset
from pydiff.model.resolution import Archive
from pydiff.model.settings import Settings
from pydiff.web import OnProgress, Received, is_local, printable, stream_to

# Enough for a smooth bar, and few enough not to be felt.
SECONDS_BETWEEN_EVENTS = 0.05
_MAGIC = {".gz": b"\x1f\x8b", ".zst": b"\x28\xb5\x2f\xfd"}


def from_path(asset: Asset) -> Archive:
    """A local archive. It is hashed, and checked when its hash is known. Raises DownloadError and HashMismatchError."""
    path = Path(asset.path)
    try:
        sha256 = sha256_of(path)
    except OSError as error:
        raise DownloadError(
            f"cannot read the archive {path}: {error.strerror}", hint="give the path of a .tar.gz or .tar.zst"
        ) from error
    if asset.sha256:
        _require(asset.name, sha256, asset.sha256, asset.hash_source, f"the file {path}")
    return Archive(str(path.absolute()), sha256, asset, asset.hash_source if asset.sha256 else "")


def from_hosts(asset: Asset, settings: Settings) -> Archive:
    """An archive that is downloaded once and then kept. Raises DownloadError, HashMismatchError, CacheError, ArchiveError."""
    urls = urls_of(asset, settings.mirror)
    shelf = Shelf.of(Cache(settings.cache_dir), asset.name, *((asset.sha256,) if asset.sha256 else urls))
    kept = shelf.get()
    if kept is None:
        with shelf.cache.lock(f"archive-{shelf.key}"):
            kept = shelf.get() or _download(asset, urls, shelf, settings)
    return Archive(str(shelf.path), kept.sha256, replace(asset, urls=urls), kept.verified)


def _download(asset: Asset, urls: tuple[str, ...], shelf: Shelf, settings: Settings) -> Kept:
    expected, source = asset.sha256 or "", asset.hash_source
    if not expected and (not settings.offline or all(map(is_local, urls))):
        expected, source = published(asset, urls, settings)
    shelf.make()

    def check(received: Received, path: Path) -> None:
        if not expected:
            _require_shape(asset.name, path, received)
            return
        _require(asset.name, received.sha256, expected, source, f"{printable(received.url)}{_encoded(received)}")

    received = stream_to(urls, settings, shelf.path, on_progress=_reporter(asset.name), check=check)
    emit(DownloadProgress(asset.name, received.size, received.size))
    kept = Kept(received.sha256, source if expected else "")
    shelf.put(kept)
    return kept


def _require(name: str, actual: str, expected: str, source: str, origin: str) -> None:
    if actual != expected.lower():
        raise HashMismatchError(
            f"{name} from {origin} is not the file that was published:\n"
            f"  sha256 expected {expected} ({source or 'given'})\n"
            f"  sha256 received {actual}",
            hint="do not use it; a mirror or proxy may hold an old or altered copy, so ask another host (--mirror)",
        )


def _require_shape(name: str, path: Path, received: Received) -> None:
    """What can be asked of a file without a published hash: to be whole, and no page of a login portal."""
    with path.open("rb") as file:
        start = file.read(60)
    if start.startswith(_MAGIC.get(Path(name).suffix, b"")) and received.delimited:
        return
    why = f"it begins with {start!r}" if received.delimited else "the server did not say where it ends"
    raise DownloadError(
        f"{name} from {printable(received.url)}{_encoded(received)} cannot be taken for the archive: no hash is published for it, and {why}",
        hint="a proxy or portal may have answered in place of the host; open the URL in a browser, or ask another host (--mirror)",
    )


def _encoded(received: Received) -> str:
    if not received.encoding:
        return ""
    return f" (sent with Content-Encoding: {received.encoding}, although it was asked for as it is)"


def _reporter(name: str) -> OnProgress:
    """Emit progress at most 20 times a second; the end is for the caller to tell."""
    last = 0.0

    def report(received: int, total: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_EVENTS and received != total:
            last = now
            emit(DownloadProgress(name, received, total))

    return report
