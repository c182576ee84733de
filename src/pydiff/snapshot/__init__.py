"""An installation's facts, as plain data: collected by parsing, never by importing or running what is in the tree."""

from __future__ import annotations

from pydiff.snapshot.contradictions import contradictions
from pydiff.snapshot.take import snapshot

__all__ = ["contradictions", "snapshot"]
