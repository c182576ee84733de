"""What differs: between two trees, and between two builds. Pure: data in, data out."""

from __future__ import annotations

from pydiff.compare.backends import backend_names, declared, ordered, readers_of, works_through
from pydiff.compare.builds import commands_differ, compare_builds
from pydiff.compare.legend import legend
from pydiff.compare.readers import with_readers
from pydiff.compare.trees import compare_trees
from pydiff.compare.wheels import compare_wheels

__all__ = [
    "backend_names",
    "commands_differ",
    "compare_builds",
    "compare_trees",
    "compare_wheels",
    "declared",
    "legend",
    "ordered",
    "readers_of",
    "with_readers",
    "works_through",
]
