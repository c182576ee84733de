"""What differs between two builds: which command diverged first, what the wheels hold, what was read of the Python. Pure.

records ── actions.py: what each command means ── pairs.py: which belongs to which ── meeting.py: in what two differ
── divergence.py: the first that matters ── wheels.py, readers.py
"""

from __future__ import annotations

from pydiff.compare.builds.actions import asked_for
from pydiff.compare.builds.divergence import commands_differ, compare_builds
from pydiff.compare.builds.meeting import BUT_FOR
from pydiff.compare.builds.readers import with_readers
from pydiff.compare.builds.wheels import compare_wheels

__all__ = ["BUT_FOR", "asked_for", "commands_differ", "compare_builds", "compare_wheels", "with_readers"]
