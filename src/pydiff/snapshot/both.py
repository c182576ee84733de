"""The snapshots of two Pythons at once."""

from __future__ import annotations

from pydiff.aside import aside
from pydiff.model.resolution import Installation, Packed
from pydiff.model.settings import Settings
from pydiff.model.snapshot import Snapshot
from pydiff.snapshot.archived import snapshot_of_archive
from pydiff.snapshot.keeping import is_kept
from pydiff.snapshot.take import snapshot

Seen = tuple[Installation, Snapshot]


def both(left: Installation | Packed, right: Installation | Packed, settings: Settings) -> tuple[Seen, Seen]:
    """Of what is installed as `snapshot` takes it, of what is in an archive as that passes by; an installation from that one is not on disk.

    Two that must be taken are taken at the same time. Raises ArchiveError, InstallError (a change fails) and CacheError.
    """
    if is_kept(left, settings) or is_kept(right, settings):
        return _seen(left, settings), _seen(right, settings)
    with aside(_seen, right, settings) as other:
        return _seen(left, settings), other()


def _seen(python: Installation | Packed, settings: Settings) -> Seen:
    if isinstance(python, Packed):
        return snapshot_of_archive(python, settings)
    return python, snapshot(python, settings)
