"""A snapshot whose paths and values are written with roles, so that it can be laid beside another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pydiff.model.roles import Roles
from pydiff.model.snapshot import Fact, Facts, Snapshot

Fields = dict[str, str]
"""Field -> normalised text. A fact that is no table has one field, ""."""
LONGEST = 500
"""Characters of a value in a report."""

# A free-threaded or debug build adds letters to the version in its folders: lib/python3.13t is the same room as lib/python3.13.
_ABI_LETTERS = re.compile(r"(python|python-|config-|cpython-)(\{X\.Y\}|\{XY\})(?:td|t|d|m)(?=[/.-]|$)")


@dataclass(frozen=True, slots=True)
class Side:
    snapshot: Snapshot
    paths: Roles
    """For paths inside the tree: version and architecture always become roles."""
    values: Roles
    """For values: the architecture becomes a role only where the sides differ in it, so that `x86_64-linux-gnu-gcc` stays readable."""

    def facts(self, family: str) -> Facts:
        return self.snapshot.families.get(family, {})

    @property
    def minor(self) -> str:
        """3.9"""
        return ".".join(self.snapshot.python_version.split(".")[:2])

    _folders: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Folder -> the same with roles: thousands of files share a few hundred."""

    def path(self, path: str) -> str:
        """A path relative to the prefix, or the target of a link, with roles."""
        folder, slash, name = path.rpartition("/")
        if not slash or path.startswith("/"):
            return self._aligned(path)
        if folder not in self._folders:
            self._folders[folder] = self._aligned(folder)
        return f"{self._folders[folder]}/{self._aligned(name)}"

    def _aligned(self, text: str) -> str:
        roles = self.paths.normalise(text)
        return _ABI_LETTERS.sub(r"\1\2", roles) if "{" in roles else roles

    def fields(self, fact: Fact) -> Fields:
        """Every value of a fact as normalised text, whitespace in one form."""
        if isinstance(fact, dict):
            return {name: self._text(value) for name, value in fact.items()}
        return {"": self._text(fact)}

    def _text(self, value: str | float | list[str] | None) -> str:
        text = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
        return self.values.normalise(" ".join(text.split()))


def align(left: Snapshot, right: Snapshot) -> tuple[Side, Side]:
    """Both sides, with the roles that each one's own prefix, version and architecture give."""
    same = _multiarch(left) == _multiarch(right)
    one, two = (Side(one, _roles(one, multiarch=True), _roles(one, multiarch=not same)) for one in (left, right))
    return one, two


def _roles(snapshot: Snapshot, *, multiarch: bool) -> Roles:
    places = {
        "prefix": snapshot.prefix,
        "X.Y": ".".join(snapshot.python_version.split(".")[:2]),
        "X.Y.Z": snapshot.python_version,
    }
    return Roles({**places, "multiarch": _multiarch(snapshot)} if multiarch else places)


def _multiarch(snapshot: Snapshot) -> str:
    value = snapshot.families.get("sysconfig", {}).get("MULTIARCH")
    return value if isinstance(value, str) else ""


def cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
