"""An installation's facts, as plain data: collected by parsing, never by importing or running what is in the tree."""

from __future__ import annotations

from pydiff.snapshot.archived import snapshot_of_archive
from pydiff.snapshot.contradictions import contradictions
from pydiff.snapshot.probe import probe
from pydiff.snapshot.take import snapshot

__all__ = ["contradictions", "probe", "snapshot", "snapshot_of_archive"]
