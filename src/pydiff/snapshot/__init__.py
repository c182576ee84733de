"""An installation's facts, as plain data: collected by parsing; only `with_runtime` and `probe` run what is in the tree."""

from __future__ import annotations

from pydiff.snapshot.archived import snapshot_of_archive
from pydiff.snapshot.contradictions import contradictions
from pydiff.snapshot.keeping import is_kept
from pydiff.snapshot.probe import probe, with_runtime
from pydiff.snapshot.take import snapshot

__all__ = ["contradictions", "is_kept", "probe", "snapshot", "snapshot_of_archive", "with_runtime"]
