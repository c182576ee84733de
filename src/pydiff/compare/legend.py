"""What the roles in a run stand for, on each side: without it `{prefix}/lib` is a riddle to whoever has only the report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from pydiff.compare.places import MEANINGS, places
from pydiff.model.record import Difference, Role
from pydiff.model.roles import Roles
from pydiff.model.snapshot import Snapshot

if TYPE_CHECKING:
    from pydiff.model.build import BuildRecord

# `${prefix}` is a reference of a Makefile or a .pc file, and no role.
_ROLE = re.compile(r"(?<!\$)\{([A-Za-z.~:/\\-]{1,40})\}")
_OF_BUILDS: Mapping[str, str] = {
    "prefix": "where this Python is installed, as the build saw it",
    "src": "source of the package",
    "venv": "environment in which the package was built",
    "home": "home folder of the build",
    "tmp": "temporary folder of the build",
}
"""Role of `BuildRecord.places` -> what it stands for."""
_SPELLED = "in another spelling"


def legend(
    trees: Sequence[Snapshot],
    differences: Sequence[Difference],
    builds: Sequence[BuildRecord] = (),
    said: Iterable[object] = (),
) -> list[Role]:
    """The roles that occur: of the trees in `differences`, of the builds in what was `said` about them. Pure.

    `trees` and `builds` are left and right, or one side alone, or none; `said` are parts of the run record.
    """
    found = list(_rows(differences, [Roles(places(tree)).values for tree in trees], MEANINGS))
    known = {(row.role, row.left, row.right) for row in found}
    rows = _rows(said, [Roles(build.places).values for build in builds], _OF_BUILDS)
    return [*found, *(row for row in rows if (row.role, row.left, row.right) not in known)]


def _rows(said: Iterable[object], sides: Sequence[Mapping[str, str]], meanings: Mapping[str, str]) -> Iterator[Role]:
    occurring = set(_ROLE.findall(msgspec.json.encode(list(said)).decode().replace("\\\\", "\\"))) if sides else set()
    order = {role: number for number, role in enumerate(meanings)}
    known = {role for values in sides for role in values if role in occurring}
    for role in sorted(known, key=lambda role: (order.get(role.partition(":")[0], len(order)), role)):
        name, spelled, _ = role.partition(":")
        meaning = meanings.get(name, "")
        left, right = (*(values.get(role) for values in sides), None)[:2]
        yield Role(role=f"{{{role}}}", left=left, right=right, meaning=f"{meaning}, {_SPELLED}" if spelled else meaning)
