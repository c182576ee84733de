"""What differs between two trees; between two builds, `pydiff.compare.builds`. Pure: data in, data out."""

from __future__ import annotations

from pydiff.compare.backends import backend_names, declared, ordered, readers_of, works_through
from pydiff.compare.legend import legend
from pydiff.compare.trees import compare_trees

__all__ = ["backend_names", "compare_trees", "declared", "legend", "ordered", "readers_of", "works_through"]
