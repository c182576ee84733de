"""The snapshot of an archive as the installation it would become: one pass, nothing unpacked to disk, nothing executed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from pydiff import events
from pydiff.cache import Cache
from pydiff.model.resolution import Archive, Installation, Packed, Prebuilt, Repack
from pydiff.model.settings import Settings
from pydiff.model.snapshot import Snapshot
from pydiff.model.tree import Entry
from pydiff.snapshot.keeping import digest_of, kept_at

if TYPE_CHECKING:
    from pydiff.snapshot.survey import Item


@dataclass(frozen=True, slots=True)
class _Kept:
    snapshot: Snapshot
    changed: tuple[str, ...]


def snapshot_of_archive(packed: Packed, settings: Settings) -> tuple[Installation, Snapshot]:
    """The facts that `snapshot` would find after `install`, and an Installation that is not on disk (`python` is empty).

    Kept by the same digest. Raises ArchiveError, InstallError (a change fails) and CacheError.
    """
    resolution, archive = packed.resolution, packed.archive
    with events.stage("snapshot", resolution.spec.text):
        cache = Cache(settings.cache_dir)
        path = kept_at(packed, cache)
        try:
            kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError):
            kept = _taken(resolution, archive, settings)
            cache.write(path, msgspec.json.encode(kept))
    version = archive.asset.version
    digest = digest_of(packed, cache)
    return Installation(kept.snapshot.prefix, "", version, digest, resolution, archive, kept.changed), kept.snapshot


def _taken(resolution: Prebuilt | Repack, archive: Archive, settings: Settings) -> _Kept:
    from pydiff.install import streamed  # noqa: PLC0415 (not needed for a kept snapshot)
    from pydiff.snapshot.registry import wanted  # noqa: PLC0415
    from pydiff.snapshot.survey import item, made_by_running  # noqa: PLC0415
    from pydiff.snapshot.take import facts  # noqa: PLC0415

    def see(entry: Entry, data: bytes | None, prefix: str) -> Item | None:
        return None if made_by_running(entry.path) else item((entry, data), prefix, wanted)

    def again(seen: Item | None, entry: Entry) -> Item | None:
        return replace(seen, entry=entry) if seen else None

    passed = streamed(resolution, archive, settings, see, again)
    return _Kept(
        facts(
            filter(None, passed.seen.values()),
            prefix=passed.prefix,
            version=archive.asset.version,
            released=passed.released,
        ),
        passed.changed,
    )
