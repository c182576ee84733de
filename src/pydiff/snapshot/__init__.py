"""An installation's facts, as plain data: collected by parsing, never by importing or running what is in the tree.

`contradictions` finds where the facts of one tree do not fit together; `probe` adds what the interpreter says when it runs.
"""

from __future__ import annotations

from pydiff.snapshot.both import both
from pydiff.snapshot.take import snapshot

__all__ = ["both", "snapshot"]
