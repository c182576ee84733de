"""Which of the recorded differences a report shows. What is recorded never depends on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from pydiff.model.record import SEVERITIES, Severity


@dataclass(frozen=True, slots=True)
class Candidate:
    """What can be selected: a difference, a contradiction, a fact."""

    family: str
    names: Sequence[str]
    severity: Severity | None = None
    """None for a fact, which has none."""
    readers: Sequence[str] = ()


Test = Callable[[Candidate], bool]


@dataclass(frozen=True, slots=True)
class Selection:
    """Nothing given: what fits one screen. Values of one field are alternatives; every field that is given must hold."""

    everything: bool = False
    """Nothing is left out for length."""
    families: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    """Globs over the names of variables and files."""
    severity: Severity | None = None
    """At least so severe."""
    readers: tuple[str, ...] = ()
    """Build backends that ask for it, or globs over the scripts that read it in a build: `setuptools`, `setup.py`."""

    @property
    def narrows(self) -> bool:
        """Whether it picks some differences out of all, which are then shown whole."""
        return bool(self.families or self.subjects or self.severity or self.readers)

    def wishes(self) -> dict[str, Test]:
        """What is asked for, in words -> whether something of a family, with these names, severity and readers, is that."""
        found: dict[str, Test] = {}
        if self.families:
            found[f"family {_either(self.families)}"] = lambda one: one.family in self.families
        if self.subjects:
            found[f"subject {_either(self.subjects)}"] = lambda one: _any_match(one.names, self.subjects)
        if self.severity is not None:
            among = SEVERITIES[: SEVERITIES.index(self.severity) + 1]
            found[f"severity {_either(among)}"] = lambda one: one.severity is None or one.severity in among
        if self.readers:
            found[f"read by {_either(self.readers)}"] = lambda one: _any_match(one.readers, self.readers)
        return found

    def alone(self) -> list[Selection]:
        """Of each field that is given a selection without the others."""
        given = [
            replace(NOTHING_SELECTED, families=self.families),
            replace(NOTHING_SELECTED, subjects=self.subjects),
            replace(NOTHING_SELECTED, severity=self.severity),
            replace(NOTHING_SELECTED, readers=self.readers),
        ]
        return [one for one in given if one.narrows]

    def named(self, names: Iterable[str]) -> list[str]:
        """Those of `names` that are asked for; all of them where no name is."""
        return [name for name in names if not self.subjects or _any_match((name,), self.subjects)]

    def holds(self, one: Candidate) -> bool:
        return all(test(one) for test in self.wishes().values())


def _any_match(names: Sequence[str], patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)


def _either(words: Sequence[str]) -> str:
    return " or ".join(words)


NOTHING_SELECTED = Selection()
