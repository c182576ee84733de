"""A snapshot whose paths and values are written with roles, so that it can be laid beside another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from pydiff.compare.places import COMPILING, NOTICED, OWN, places, told_apart
from pydiff.compare.rooms import Rooms, rooms_of
from pydiff.model.roles import Roles
from pydiff.model.snapshot import Fact, Facts, Snapshot

Fields = dict[str, str]
"""Field -> normalised text. A fact that is no table has one field, ""."""
LONGEST = 200_000
"""Characters of a value in the record, from any file at all; real ones have some thousand."""

# A free-threaded or debug build adds letters to the version in its folders: lib/python3.13t is the same room as lib/python3.13.
_ABI_LETTERS = re.compile(r"(python|python-|config-|cpython-)(\{X\.Y\}|\{XY\})(?:td|t|d|m)(?=[/.-]|$)")


@dataclass(frozen=True, slots=True)
class Side:
    snapshot: Snapshot
    paths: Roles
    """For paths inside the tree: version and architecture always become roles."""
    values: Roles
    """For values: the architecture becomes a role only where the sides differ in it, so that `x86_64-linux-gnu-gcc` stays readable."""
    rooms: Rooms
    own: Roles
    """What the tree itself is, its prefix and its version: in this light, two equal texts can mean two things."""

    def facts(self, family: str) -> Facts:
        return self.snapshot.families.get(family, {})

    @property
    def minor(self) -> str:
        """3.9"""
        return ".".join(self.snapshot.python_version.split(".")[:2])

    _folders: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Folder -> the same with roles: thousands of files share a few hundred."""

    def path(self, path: str) -> str:
        """A path relative to the prefix, or the target of a link, with roles, in the room where CPython's own layout has it."""
        folder, slash, name = path.rpartition("/")
        if not slash or path.startswith("/"):
            return self.rooms.usual(self._aligned(path))
        if folder not in self._folders:
            self._folders[folder] = self.rooms.usual(self._aligned(folder))
        return f"{self._folders[folder]}/{self._aligned(name)}"

    def place(self, path: str) -> str:
        """As `path`, but where this tree has it; "" where that is the same."""
        folder = path.rpartition("/")[0]
        if not self.rooms.moves or (folder in self._folders and self._folders[folder] == self._aligned(folder)):
            return ""
        return self._aligned(path)

    def _aligned(self, text: str) -> str:
        roles = self.paths.normalise(text)
        return _ABI_LETTERS.sub(r"\1\2", roles) if "{" in roles else roles

    def fields(self, fact: Fact) -> Fields:
        """Every value of a fact as normalised text, whitespace in one form."""
        if isinstance(fact, dict):
            return {name: self._text(value) for name, value in fact.items()}
        return {"": self._text(fact)}

    def said(self, text: str) -> tuple[str, str]:
        """What the tree holds for a normalised text, and what that says of the tree itself.

        Where both are equal on two sides, only the role of a place outside the trees (`.` is the source of one) tells the texts apart.
        `/opt/a` in a tree at /opt/a and in its copy at /opt/b is one text as well, but right in one and wrong in the other.
        """
        raw = self.values.restore(text)
        return raw, self.own.normalise(raw)

    def _text(self, value: str | float | list[str] | None) -> str:
        text = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
        return self.values.normalise(" ".join(text.split()))


def align(left: Snapshot, right: Snapshot) -> tuple[Side, Side]:
    """Both sides, with the roles that each one's own prefix, version, architecture and build give."""
    both = (places(left), places(right))
    plain = {role for role in NOTICED if not told_apart(role, both[0][role], both[1][role])}
    one, two = (_side(snapshot, known, plain) for snapshot, known in zip((left, right), both, strict=True))
    if one.rooms == two.rooms:
        # They meet as they are, and are best known by their own names.
        return replace(one, rooms=Rooms()), replace(two, rooms=Rooms())
    return one, two


def _side(snapshot: Snapshot, known: Mapping[str, str], plain: AbstractSet[str]) -> Side:
    """`plain`: roles that values do without."""
    paths = Roles({role: text for role, text in known.items() if role not in COMPILING})
    values = Roles({role: text for role, text in known.items() if role not in plain})
    own = Roles({role: text for role, text in known.items() if role in OWN})
    return Side(snapshot, paths, values, rooms_of(snapshot.families.get("files", {}), paths), own)


def cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
