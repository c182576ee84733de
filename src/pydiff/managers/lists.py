"""Lists that managers choose from, when the shipped tables do not answer: fetched, kept for a while, and named in notes."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydiff.errors import DownloadError
from pydiff.model.settings import Settings

HOUR = 3600.0
FOREVER = float("inf")
"""For a list at a release tag, which cannot change."""
_LIMIT = 64_000_000


@dataclass(frozen=True, slots=True)
class Fetched:
    body: bytes
    source: str
    """The URL that answered, without credentials."""


def fetched(urls: Sequence[str], settings: Settings, *, keep: float) -> Fetched:
    """The first list that can be had: kept from an earlier run (at most `keep` seconds, any age when offline), else from the network.

    When the network fails, a list kept from earlier is better than none. Raises DownloadError.
    """
    from pydiff import cache, web  # noqa: PLC0415  # 30 ms that the shipped tables do not need

    for url in urls:
        body = read_kept(_place(url, settings), FOREVER if settings.offline else keep)
        if body is not None:
            return Fetched(body, web.printable(url))
    try:
        body, url = web.read(urls, settings, limit=_LIMIT)
    except DownloadError:
        for url in urls:
            body = read_kept(_place(url, settings), FOREVER)
            if body is not None:
                return Fetched(body, f"{web.printable(url)} (from an earlier run)")
        raise
    if not web.is_local(url):
        kept = cache.Cache(settings.cache_dir)
        kept.room("lists")
        kept.write(_place(url, settings), body)
    return Fetched(body, web.printable(url))


def from_mirror(name: str, settings: Settings) -> Fetched | None:
    """A list that the mirror itself holds, so that a mirror of a few builds can say what it has."""
    if not settings.mirror:
        return None
    try:
        return fetched([f"{settings.mirror.rstrip('/')}/{name}"], settings, keep=0)
    except DownloadError:
        # Most mirrors have archives only. One that cannot be reached will say so when the archive is asked for.
        return None


def read_kept(path: Path, age: float) -> bytes | None:
    """What an earlier run left in that file, at most `age` seconds old; None when there is no such file that can be read."""
    try:
        return path.read_bytes() if time.time() - path.stat().st_mtime <= age else None
    except OSError:
        return None


def _place(url: str, settings: Settings) -> Path:
    # Only http(s) answers are ever kept, so a path of this machine finds nothing here.
    return settings.cache_dir / "lists" / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.list"
