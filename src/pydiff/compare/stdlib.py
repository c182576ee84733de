"""The standard libraries of two versions of Python, which are two: said once, and not file by file."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from pydiff.compare.found import Found

# Without what whoever builds or installs a Python puts there, which other families tell.
_FILE = re.compile(
    r"(lib(?:64)?/python\{X\.Y\}|Lib)/(?!(?:site|dist)-packages/|lib-dynload/|config[^/]*/|_sysconfigdata_|build-details\.json|EXTERNALLY-MANAGED).+"
)

FileFacts = Mapping[str, Mapping[str, Any]]
"""Path with roles -> fact of the family `files`."""


def files(facts: FileFacts) -> frozenset[str]:
    """Those that come with the version of Python, whoever built it; folders are none."""
    return frozenset(path for path, fact in facts.items() if fact["kind"] != "dir" and _FILE.fullmatch(path))


def of_two_versions(
    ours: AbstractSet[str],
    theirs: AbstractSet[str],
    alike: Callable[[str], bool],
    names: Callable[[str, Collection[str]], str],
) -> Iterator[Found]:
    """One difference for all of both, if there is any. `alike` is asked of paths that both have; `names` writes a list of them."""
    changed = [path for path in ours & theirs if not alike(path)]
    parts = (("other contents", changed), ("only left", ours - theirs), ("only right", theirs - ours))
    if not any(paths for _, paths in parts):
        return
    root = _FILE.sub(r"\1/", min(ours | theirs))
    told = "; ".join(f"{said}: {names(root, paths)}" for said, paths in parts if paths)
    count = sum(len(paths) for _, paths in parts)
    yield Found("files", root, f"{len(ours)} files", f"{len(theirs)} files", "cosmetic", told, stands_for=count)
