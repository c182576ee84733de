"""Differences between variables, and between the fields of files that hold variables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Final

from pydiff.compare import severity
from pydiff.compare.aligned import Side
from pydiff.compare.flags import Flag
from pydiff.compare.found import Found, as_text, token_changes
from pydiff.model.record import Severity

_NOT_THERE: Final = ((), ())


def of_sysconfig(left: Side, right: Side) -> Iterator[Found]:
    """One difference per variable that can break a build, since those are looked up by name; equal ones of the rest as one."""
    for name, found in _variables(left, right, "sysconfig").items():
        removed, added = found.changed
        # `sysconfig.get_config_var` gives nothing to build with for an empty variable and for none.
        worst = "cosmetic" if found.empty else severity.of_variable(name, [*removed, *added])
        yield found.told("sysconfig", name, worst, alone=worst == "breaks")


def of_copy(family: str, left: Side, right: Side) -> Iterator[Found]:
    """What a copy of the variables (the Makefile, the JSON file of 3.14) says and sysconfig does not say in the same way."""
    told = {name: found.changed for name, found in _variables(left, right, "sysconfig").items()}
    for name, found in _variables(left, right, family).items():
        removed, added = found.changed
        if told.get(name) != found.changed:
            yield found.told(family, name, severity.of_copy(name, [*removed, *added]))


def of_macros(left: Side, right: Side) -> Iterator[Found]:
    for name, found in _variables(left, right, "pyconfig_h").items():
        yield found.told("pyconfig_h", name, "changes")


def of_plain(family: str, left: Side, right: Side) -> Iterator[Found]:
    """Families whose every difference counts for itself; a table's fields as `name:field`."""
    for name, found in _variables(left, right, family).items():
        yield found.told(family, name, severity.of_plain(family, name))


def of_headers(left: Side, right: Side) -> Iterator[Found]:
    """The contents of all headers as one difference: which of them differ, the `files` family says."""
    pairs = _variables(left, right, "headers")
    digest = pairs.pop("digest", None)
    pairs.pop("files", None)
    if digest:
        one, other = (
            f"{side.facts('headers').get('files')} files, sha256 {str(side.facts('headers').get('digest'))[:12]}"
            for side in (left, right)
        )
        worst = severity.of_headers("digest", same_minor=left.minor == right.minor)
        yield Found("headers", "digest", one, other, worst)
    for name, found in pairs.items():
        yield found.told("headers", name, severity.of_plain("headers", name))


def of_tags(left: Side, right: Side) -> Iterator[Found]:
    """The floor stands for the platforms that follow from it; what follows from another version of Python is not told."""
    pairs = _variables(left, right, "tags")
    implied = {"platforms"} if "floor" in pairs else set()
    if left.minor != right.minor:
        implied.add("accepts")
    for name, found in pairs.items():
        if name not in implied:
            yield found.told("tags", name, severity.of_plain("tags", name))


def of_extensions(left: Side, right: Side) -> Iterator[Found]:
    states = [
        {name: fact.get("state") for name, fact in side.facts("extensions").items() if isinstance(fact, dict)}
        for side in (left, right)
    ]
    for name in sorted(states[0].keys() | states[1].keys()):
        # A module that one version of Python does not have at all is absent from it.
        one, other = (str(state.get(name, "absent")) for state in states)
        same = left.minor == right.minor
        worst = severity.of_extension(name, {one, other}, same_minor=same) if one != other else None
        if worst:
            yield Found("extensions", name, one, other, worst, same_as=(one, other))


def of_fields(family: str, left: Side, right: Side, *, elsewhere: Collection[str] = ()) -> Iterator[Found]:
    """Families of files with fields, without those told `elsewhere`. A file that is only on one side is for `files` to tell."""
    one, other = (
        {side.path(path): side.fields(fact) for path, fact in side.facts(family).items()} for side in (left, right)
    )
    for path in sorted(one.keys() & other.keys()):
        for field in sorted((one[path].keys() | other[path].keys()) - set(elsewhere)):
            found = differ(one[path].get(field), other[path].get(field), left, right)
            if found:
                removed, added = found.changed
                subject = f"{path}:{field}" if field else path
                yield found.told(
                    family, subject, severity.of_field(family, path, field, [*removed, *added]), within=field
                )


class Pair:
    """Two values that differ."""

    __slots__ = ("changed", "left", "right")

    def __init__(self, left: str | None, right: str | None, changed: tuple[tuple[Flag, ...], tuple[Flag, ...]]) -> None:
        self.left = left
        self.right = right
        self.changed = changed

    @property
    def empty(self) -> bool:
        return not self.left and not self.right

    def told(self, family: str, subject: str, worst: Severity, *, alone: bool = False, within: str = "") -> Found:
        removed, added = self.changed
        both = self.left is not None and self.right is not None
        # Two single words say everything by themselves.
        flags = both and max(len((self.left or "").split()), len((self.right or "").split())) > 1
        several = "" if both or within else "macros" if family == "pyconfig_h" else "variables"
        key = (within, self.changed) if both else (within, self.left, self.right) if within else (self.left is None,)
        detail = as_text(removed, added) if flags else ""
        return Found(family, subject, self.left, self.right, worst, detail, None if alone else key, several)


def _variables(left: Side, right: Side, family: str) -> dict[str, Pair]:
    one, other = (
        {
            f"{name}:{field}" if field else name: text
            for name, fact in side.facts(family).items()
            for field, text in side.fields(fact).items()
        }
        for side in (left, right)
    )
    pairs: dict[str, Pair] = {}
    for name in sorted(one.keys() | other.keys()):
        found = differ(one.get(name), other.get(name), left, right)
        if found:
            pairs[name] = found
    return pairs


def differ(ours: str | None, theirs: str | None, left: Side, right: Side) -> Pair | None:
    if ours == theirs:
        return None
    if ours is None or theirs is None:
        return Pair(ours, theirs, _NOT_THERE)
    removed, added = _without_one_text(*token_changes(ours, theirs), left, right)
    # Nothing but spelling: `-L x` for `-Lx`, quotes.
    return Pair(ours, theirs, (tuple(removed), tuple(added))) if removed or added else None


def _without_one_text(removed: list[Flag], added: list[Flag], left: Side, right: Side) -> tuple[list[Flag], list[Flag]]:
    """Without the pairs that are one text in both trees, and look like two by a role alone. A flag that moved stays in both."""
    theirs: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, flag in enumerate(added):
        theirs[right.said(flag.text)].append(position)
    kept: list[Flag] = []
    paired: set[int] = set()
    for flag in removed:
        same = theirs.get(left.said(flag.text))
        if same and added[same[-1]].text != flag.text:
            paired.add(same.pop())
        else:
            kept.append(flag)
    return kept, [flag for position, flag in enumerate(added) if position not in paired]
