"""Differences between `.pc` files by what they mean: `${exec_prefix}/lib` and `/opt/py/lib` can be one folder."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from pydiff.compare import severity
from pydiff.compare.aligned import Side
from pydiff.compare.found import Found
from pydiff.compare.variables import Pair, differ

Value = str | int | list[str]
_FAMILY = "pkgconfig"
_REFERENCE = re.compile(r"\$\{([A-Za-z0-9_.]+)\}")
_PATH = re.compile(r"/[^\s:,;'\"]+")
_LONGEST = 4_000
"""Characters of an expanded value; a hostile file can double one at each line. Real ones have some hundred."""


def of_pkgconfig(left: Side, right: Side) -> Iterator[Found]:
    """What means another thing keeps its severity, and is shown expanded; what is only written otherwise is cosmetic, and shown as it is."""
    one, other = _by_path(left), _by_path(right)
    for path in sorted(one.keys() & other.keys()):
        written = [side.fields(known[path][1]) for side, known in ((left, one), (right, other))]
        meant = [side.fields(_meaning(side, *known[path])) for side, known in ((left, one), (right, other))]
        for field in sorted(written[0].keys() | written[1].keys()):
            spelled = differ(written[0].get(field), written[1].get(field), left, right)
            if spelled:
                meaning = differ(meant[0].get(field), meant[1].get(field), left, right)
                yield _told(path, field, spelled, meaning, meant[0].get(field, ""))


def _by_path(side: Side) -> dict[str, tuple[str, dict[str, Value]]]:
    """Path with roles -> path in the tree, and the fields of the file."""
    return {side.path(path): (path, fact) for path, fact in side.facts(_FAMILY).items() if isinstance(fact, dict)}


def _told(path: str, field: str, spelled: Pair, meaning: Pair | None, meant: str) -> Found:
    subject = f"{path}:{field}"
    if meaning:
        removed, added = meaning.changed
        worst = severity.of_field(_FAMILY, path, field, [*removed, *added])
        return meaning.told(_FAMILY, subject, worst, within=field)
    key = (field, spelled.left, spelled.right)
    return Found(_FAMILY, subject, spelled.left, spelled.right, "cosmetic", f"both mean {meant}", key)


def _meaning(side: Side, path: str, fields: dict[str, Value]) -> dict[str, Value]:
    """The fields expanded in the order in which they stand, as pkg-config does; its own `pcfiledir` is the folder of the file."""
    known = {"pcfiledir": f"{side.snapshot.prefix}/{posixpath.dirname(path)}"}
    for field, text in fields.items():
        known[field] = _expanded(str(text), known)
    return {field: _PATH.sub(_straight, known[field]) for field in fields}


def _expanded(text: str, known: Mapping[str, str]) -> str:
    """As it stands where it would be too long; so does a reference to what no line before has."""
    length = len(text) + sum(len(known.get(name, "")) for name in _REFERENCE.findall(text))
    return text if length > _LONGEST else _REFERENCE.sub(lambda match: known.get(match[1], match[0]), text)


def _straight(match: re.Match[str]) -> str:
    """Without `..`, doubled slashes and a last one."""
    return posixpath.normpath(match[0])
