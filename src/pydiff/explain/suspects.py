"""From the arguments of a failed command back to the sysconfig variables they came from. Suspicion only: nothing here is a proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydiff.compare.flags import split
from pydiff.explain.interface import Match
from pydiff.model.build import BuildRecord
from pydiff.model.record import Difference, Suspect
from pydiff.model.roles import Roles
from pydiff.model.snapshot import Snapshot

_PROGRAM_VARIABLES = ("CC", "CXX", "AR", "LDSHARED", "LDCXXSHARED", "BLDSHARED", "LINKCC", "CPP", "RANLIB")


@dataclass(frozen=True, slots=True)
class Side:
    """What one side knows of the variables."""

    record: BuildRecord | None
    tree: Snapshot | None
    roles: Roles

    @classmethod
    def of(cls, record: BuildRecord | None, tree: Snapshot | None) -> Side:
        places = dict(record.places) if record is not None else {}
        if tree is not None:
            places.setdefault("prefix", tree.prefix)
        return cls(record, tree, Roles(places))

    def values(self) -> dict[str, str]:
        """Variable -> value with roles in place of paths: what the build read, and for the rest what the tree says."""
        facts = self.tree.families.get("sysconfig", {}) if self.tree is not None else {}
        found = {
            name: self.roles.normalise(str(value)) for name, value in facts.items() if isinstance(value, str | int)
        }
        for read in self.record.reads if self.record is not None else ():
            found[read.name] = self.roles.normalise(read.value)
        return found

    def readers(self) -> dict[str, list[str]]:
        """Variable -> who asked for it by name, in order."""
        found: dict[str, list[str]] = {}
        for read in self.record.reads if self.record is not None else ():
            if read.reader not in found.setdefault(read.name, []):
                found[read.name].append(read.reader)
        return found


def suspects(
    match: Match, failed: Side, other: Side, differences: tuple[Difference, ...], *, failed_is_left: bool
) -> list[Suspect]:
    """The variables that the failed build read, that differ from the other side's, and whose value explains `match`."""
    ours, theirs = failed.values(), other.values()
    for difference in differences:
        if difference.family == "sysconfig":
            here, there = (difference.left, difference.right) if failed_is_left else (difference.right, difference.left)
            for name in (difference.subject, *difference.also):
                if here is not None:
                    ours.setdefault(name, here)
                if there is not None:
                    theirs.setdefault(name, there)
    found: list[tuple[int, Suspect]] = []
    for name, readers in failed.readers().items():
        value, counterpart = ours.get(name), theirs.get(name)
        # A variable that the other side was never asked for, and that no tree was read for, cannot be said to differ.
        if not value or counterpart is None or value == counterpart:
            continue
        if reason := _reason(name, value, match):
            rank, why = reason
            left, right = (value, counterpart) if failed_is_left else (counterpart, value)
            found.append(
                (rank, Suspect(kind="sysconfig", name=name, left=left, right=right, why=why, read_by=readers[:5]))
            )
    best = min((rank for rank, _ in found), default=0)
    return [suspect for rank, suspect in found if rank == best]


def _reason(name: str, value: str, match: Match) -> tuple[int, str] | None:
    """(how loosely it fits, 0 best; why)."""
    words = split(value)
    if match.tool:
        if words and words[0] == match.tool:
            # CC and LDSHARED both begin with the program; the one that the command was made of has no word more than the command.
            rank = 0 if match.command and set(words) <= set(match.command) else 1 if name in _PROGRAM_VARIABLES else 2
            return rank, f"its first word is `{match.tool}`, the program that does not exist here"
        return None
    for token in match.tokens:
        if value == token or token in words:
            return 0, f"it holds `{token}`, an argument of the command that failed"
        if value.startswith("/") and len(value) > 1 and _path_of(token) == value:
            return 0, f"`{token}` in the command that failed is this folder"
    for token in match.tokens:
        if value.startswith("/") and len(value) > 2 and _path_of(token).startswith(f"{value}/"):
            return 1, f"`{token}` in the command that failed lies in this folder"
    return None


def _path_of(token: str) -> str:
    start = token.find("/")
    return token[start:] if start >= 0 else ""


def environment(match: Match, found: list[Suspect], *, failed_is_left: bool) -> Mapping[str, str]:
    """The variables of the environment that would stand in for the suspects, with the other side's program."""
    if match.topic not in {"CC", "CXX"}:
        return match.env
    env = {}
    for suspect in found:
        other = split((suspect.right if failed_is_left else suspect.left) or "")
        if suspect.name in {"CC", "CXX"} and other:
            env[suspect.name] = other[0]
    return env
