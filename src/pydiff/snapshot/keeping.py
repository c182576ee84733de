"""Where snapshots are kept, by the digest of what they are of."""

from __future__ import annotations

from pathlib import Path

from pydiff.cache import Cache
from pydiff.model.resolution import Installation, Packed
from pydiff.model.settings import Settings
from pydiff.model.snapshot import SNAPSHOT_SCHEMA


def digest_of(python: Installation | Packed, cache: Cache) -> str:
    """Of an archive that of its installation; empty for an interpreter in place, which may change under us."""
    if isinstance(python, Installation):
        return python.digest
    from pydiff.install import Place  # noqa: PLC0415 (what is on disk needs none of it)

    return Place.of(python.resolution, python.archive, cache).digest


def kept_at(python: Installation | Packed, cache: Cache) -> Path:
    """Of a Python that has a digest."""
    passed = ".archive" if isinstance(python, Packed) else ""
    return cache.room("snapshots") / f"{digest_of(python, cache)}-{SNAPSHOT_SCHEMA}{passed}.json"


def is_kept(python: Installation | Packed, settings: Settings) -> bool:
    """Whether a snapshot need not be taken."""
    cache = Cache(settings.cache_dir)
    return bool(digest_of(python, cache)) and kept_at(python, cache).exists()
