"""Rooms of an installation that other layouts have elsewhere: `Lib` of Windows is `lib/python{X.Y}`, so that the files in them meet.

A new layout is one entry of the table.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pydiff.model.roles import Roles


@dataclass(frozen=True, slots=True)
class Layout:
    signs: tuple[str, ...]
    """Any of these paths, with roles, says that a tree is laid out so."""
    rooms: dict[str, str]
    """Folder or file of this layout -> the one of CPython's own `make install`; both with roles."""


_STDLIB, _PACKAGES = "lib/python{X.Y}", "lib/python{X.Y}/site-packages"
LAYOUTS = (
    # CPython on Windows: PCbuild, the installer, python-build-standalone, NuGet.
    Layout(
        ("Lib/os.py",),
        {
            "Lib": _STDLIB,
            "DLLs": f"{_STDLIB}/lib-dynload",
            "include": "include/python{X.Y}",
            "Include": "include/python{X.Y}",
            "Scripts": "bin",
            "tcl": "lib",
            "LICENSE.txt": f"{_STDLIB}/LICENSE.txt",
        },
    ),
    # Debian and what comes of it, where libraries of several architectures live side by side.
    Layout(
        ("lib/{multiarch}", "include/{multiarch}"),
        {"lib/{multiarch}": "lib", "include/{multiarch}/python{X.Y}": "include/python{X.Y}"},
    ),
    # Debian's folder for packages: `python3` for those of the system, `pythonX.Y` below /usr/local.
    Layout(
        ("lib/python3/dist-packages", f"{_STDLIB}/dist-packages"),
        {"lib/python3/dist-packages": _PACKAGES, f"{_STDLIB}/dist-packages": _PACKAGES},
    ),
    # Fedora, openSUSE: sys.platlibdir (--with-platlibdir).
    Layout(("lib64/python{X.Y}/os.py",), {"lib64": "lib"}),
)
FORWARDING = frozenset({"include/python{X.Y}/pyconfig.h"})
"""Debian keeps a file there that only includes the one of the architecture, which is the one to compare."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """The rooms of one tree that have another place in CPython's own layout; none for a tree that is laid out so."""

    moves: tuple[tuple[str, str], ...] = ()
    """The longest first."""

    def usual(self, path: str) -> str:
        """Where `path` (with roles) is in CPython's own layout."""
        for room, usual in self.moves:
            if path == room or path.startswith(f"{room}/"):
                return f"{usual}{path[len(room) :]}"
        return path


def rooms_of(paths: Collection[str], roles: Roles) -> Rooms:
    """`paths` are all paths of a tree as they stand."""
    moves: dict[str, str] = {}
    for layout in LAYOUTS:
        if any(roles.restore(sign) in paths for sign in layout.signs):
            moves |= layout.rooms
    return Rooms(tuple(sorted(moves.items(), key=lambda move: (-len(move[0]), move))))


def parted(left: str, right: str) -> tuple[str, str]:
    """The folders in which two paths part ways: `Lib/json/tool.py`, `lib/python{X.Y}/json/tool.py` -> `Lib`, `lib/python{X.Y}`."""
    ours, theirs = left.split("/"), right.split("/")
    ours.pop()
    theirs.pop()
    while ours and theirs and ours[-1] == theirs[-1]:
        ours.pop()
        theirs.pop()
    return "/".join(ours), "/".join(theirs)
