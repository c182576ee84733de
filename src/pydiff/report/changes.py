"""One difference in words: what became of a value, token by token, and which of many are one and the same change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydiff.compare.flags import FlagKind, changed, tokenise
from pydiff.model.record import Difference, Severity
from pydiff.model.selection import Candidate

ABSENT = "(absent)"
_FILE = re.compile(r"([\d,]+) bytes, sha256 [0-9a-f]+")
_IN = re.compile(r"([\d,]+) files (?:in )?(.*)")
_COUNTED = re.compile(r"[\d,]+ files")
_OPTION = re.compile(r"-[A-Za-z]|-Wl,[a-z-]+,")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The flags of two values that do not agree, in their order."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    moved: tuple[str, ...]
    """On both sides, in another place."""
    kinds: tuple[tuple[str, FlagKind], ...]
    """Each of them with what it is for."""

    def by_kind(self) -> list[tuple[FlagKind, list[str]]]:
        """(what they are for, `- flag`, `+ flag` and `~ flag` for one that moved), in the order they come."""
        found: dict[FlagKind, list[str]] = {}
        kinds = dict(self.kinds)
        for sign, flags in (("-", self.removed), ("+", self.added), ("~", self.moved)):
            for flag in flags:
                found.setdefault(kinds[flag], []).append(f"{sign} {flag}")
        return list(found.items())


def tokens(one: Difference) -> Tokens | None:
    """None where the values are no flags, or one of them is not there, or both are single words."""
    if one.left is None or one.right is None or not one.detail.startswith(("-", "+")):
        return None
    removed, added = changed(tokenise(one.left), tokenise(one.right))
    kinds = tuple((flag.text, flag.kind) for flag in (*removed, *added))
    gone, came = [flag.text for flag in removed], [flag.text for flag in added]
    moved = tuple(dict.fromkeys(flag for flag in gone if flag in came))
    return Tokens(
        _without(gone, came),
        _without(came, gone),
        moved,
        kinds,
    )


def _without(flags: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """What is left once each of `others` has taken one of its like: a flag given twice instead of once is one more."""
    rest = list(others)
    found = []
    for flag in flags:
        if flag in rest:
            rest.remove(flag)
        else:
            found.append(flag)
    return tuple(found)


def replacement(one: Difference) -> tuple[str, str] | None:
    """(`/install`, `{prefix}`) where that is all that happened to a value; None where it is more than one thing."""
    if one.left is None or one.right is None or one.family == "files":
        return None
    removed, added = changed(tokenise(one.left), tokenise(one.right))
    if not removed or len(removed) != len(added):
        return None
    pairs = {_stems(old.text, new.text) for old, new in zip(removed, added, strict=True)}
    return pairs.pop() if len(pairs) == 1 else None


def _stems(old: str, new: str) -> tuple[str, str]:
    """What is left of two flags without the option, and the end of the path, that they have in common."""
    lead = _OPTION.match(old)
    if lead and new.startswith(lead[0]):
        old, new = old.removeprefix(lead[0]), new.removeprefix(lead[0])
    one, other = old.split("/"), new.split("/")
    while len(one) > 1 and len(other) > 1 and one[-1] == other[-1]:
        del one[-1], other[-1]
    stems = "/".join(one), "/".join(other)
    # `/install` and `{prefix}` say more than "" and `{prefix}`.
    return stems if all(stems) else (old, new)


_LISTS = re.compile(r"(?:^|; )(other contents|only left|only right): ")


def names(one: Difference) -> list[str]:
    """Every name that is known of a difference: those that share it, and the files that it tells together."""
    return [one.subject, *one.also, *files_of(one)]


def candidate(one: Difference) -> Candidate:
    """As it can be selected; a script by `uwsgiconfig.py` as well as by `/build/uwsgiconfig.py:39`."""
    scripts = [re.sub(r"(\.\w+):.*", r"\1", reader) for reader in one.read_by]
    readers = [*one.asked_by, *one.read_by, *scripts, *(path.rpartition("/")[2] for path in scripts)]
    return Candidate(one.family, names(one), one.severity, readers)


def files_of(one: Difference) -> list[str]:
    """The files that a difference tells together, as far as it names them; a comma in a name divides it."""
    if one.family != "files" or not one.subject.endswith("/"):
        return []
    return [f"{one.subject}{name}" for told in lists_of(one).values() for name in told]


def lists_of(one: Difference) -> dict[str, list[str]]:
    """`other contents`, `only left`, `only right` -> the files of a folder that `detail` names; of one side's files alone, "" -> them."""
    if one.left is None or one.right is None:
        return {"": one.detail.split(", ")} if one.detail else {}
    parts = _LISTS.split(one.detail)[1:]
    return {what: told.split(", ") for what, told in zip(parts[::2], parts[1::2], strict=True) if told}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a summary: a difference, or several that are one and the same change."""

    severity: Severity
    family: str
    names: tuple[str, ...]
    count: int
    """Of names, those counted that are not named."""
    says: tuple[str, ...]
    """One text, or what the left has and what the right has."""
    readers: tuple[str, ...]


def told(differences: Sequence[Difference]) -> list[Told]:
    """In the order they come; those of one family and severity whose values became others in the same way as one.

    So are the files that only one side has.
    """
    groups: dict[object, list[Difference]] = {}
    for number, one in enumerate(differences):
        how = _missing(one) or replacement(one)
        groups.setdefault((one.family, one.severity, how) if how else number, []).append(one)
    return [_told(group) for group in groups.values()]


def _missing(one: Difference) -> tuple[str, str] | None:
    """Which side lacks a file."""
    if one.family != "files" or (one.left is not None and one.right is not None):
        return None
    return (ABSENT, "there") if one.left is None else ("there", ABSENT)


def _told(group: Sequence[Difference]) -> Told:
    first = group[0]
    every = [name for one in group for name in (one.subject, *one.also)]
    # Files that are told together are counted in the value, not by name.
    count = len(every) if first.family == "files" else sum(one.count for one in group)
    readers = dict.fromkeys(reader for one in group for reader in readers_of(one))
    said = says(first)
    if len(group) > 1:
        files = f"{sum(one.count for one in group):,} files"
        missing = _missing(first)
        said = tuple(files if text == "there" else text for text in missing) if missing else replacement(first) or said
    return Told(first.severity, first.family, tuple(every), count, said, tuple(readers))


def readers_of(one: Difference) -> list[str]:
    """The scripts of these builds that read it, by the last part of their path; else the backends that are known to ask for it."""
    return list(dict.fromkeys(reader.rpartition("/")[2] for reader in one.read_by)) or one.asked_by


def says(one: Difference) -> tuple[str, ...]:
    """Shortest first: flags that came or went, else what it was and what it is."""
    if one.family == "files":
        return _of_files(one)
    found = tokens(one)
    if found is None:
        return (_value(one.left), _value(one.right))
    removed, added, moved = found.removed, found.added, found.moved
    if removed and added:
        return (" ".join(removed), " ".join(added))
    signs = [("-", removed), ("+", added), ("in another place:", moved)]
    return (" ".join(f"{sign} {' '.join(flags)}" for sign, flags in signs if flags),)


def _of_files(one: Difference) -> tuple[str, ...]:
    left, right = one.left, one.right
    if left is None or right is None:
        which = ", ".join(name.removeprefix(one.subject) for name in files_of(one))
        text = f"{_value(left)} → {_value(right)}"
        return (f"{text}: {which}",) if which else (_value(left), _value(right))
    sizes = [_FILE.fullmatch(text) for text in (left, right)]
    if sizes[0] and sizes[1]:
        old, new = (f"{int(size[1].replace(',', '')):,}" for size in sizes if size)
        return (f"other contents, {old} bytes" if old == new else f"other contents, {old} and {new} bytes",)
    if one.detail.startswith(("moved", "the same room")):
        where = [_IN.fullmatch(text) for text in (left, right)]
        count = f"{where[0][1]} files " if where[0] else ""
        return (f"{count}moved to {where[1][2] if where[1] else right}{one.detail.removeprefix('moved')}",)
    if _COUNTED.fullmatch(left) and _COUNTED.fullmatch(right):
        return (f"{one.count:,} files differ" if one.detail.startswith("other contents") else f"{left} and {right}",)
    return (left, right)


def _value(text: str | None) -> str:
    return ABSENT if text is None else text or "(empty)"
