"""Differences between what two interpreters say when they are run, but for those that their files told already."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydiff.compare.aligned import Side
from pydiff.compare.found import Found
from pydiff.model.record import Severity

FAMILY = "runtime"
_MODULE = "module/"
_VARIABLE = "variable."
# Subject -> severity, the first that matches; None: how it was asked, or what follows from what the files say.
_TABLE: tuple[tuple[re.Pattern[str], Severity | None], ...] = (
    (re.compile(r"sandbox|executable|implementation|cache_tag|hash|unanswered\..*|tags\.count"), None),
    (re.compile(r"abiflags|gil|platform|suffixes|libpython|paths\.(?:plat)?include|ssl\..*|tags\..*"), "changes"),
    (re.compile(r".*\.version|readline|libc"), "changes"),
    (re.compile(r"version|encoding\..*|paths\..*|(?:base_|exec_)?prefix"), "cosmetic"),
)


def of_runtime(left: Side, right: Side) -> Iterator[Found]:
    """Nothing where a side was not run; where one gave no answer, that alone."""
    one, other = _answers(left), _answers(right)
    if "skipped" in one or "skipped" in other:
        return
    if "error" in one or "error" in other:
        if one.get("error") != other.get("error"):
            texts = [side.get("error", "it answers") for side in (one, other)]
            yield Found(FAMILY, "error", texts[0], texts[1], "breaks")
        return
    for subject in dict.fromkeys([*one, *other]):
        here, there = one.get(subject), other.get(subject)
        if here != there and not _from_the_files(subject, left, right):
            worst = _severity(subject, here, there)
            if worst:
                yield Found(FAMILY, subject, here, there, worst, same_as=(here, there) if worst != "breaks" else None)


def _answers(side: Side) -> dict[str, str]:
    return {name: side.fields(fact).get("", "") for name, fact in side.facts(FAMILY).items()}


def _severity(subject: str, here: str | None, there: str | None) -> Severity | None:
    if subject.startswith(_MODULE):
        # From the one place or the other, what is imported is the same.
        return None if _imports(here) == _imports(there) else "breaks"
    if subject.startswith(_VARIABLE):
        return "changes"
    if not here or not there:  # the module that would know is missing, or there is no such library: told as that
        return None
    if subject == "ssl.certificates":
        return "breaks" if "none" in {here, there} else None
    return next((severity for pattern, severity in _TABLE if pattern.fullmatch(subject)), None)


def _imports(answer: str | None) -> bool:
    return answer in {"shared", "builtin"}


def _from_the_files(subject: str, left: Side, right: Side) -> bool:
    """Whether each side's own files say the same as its interpreter, or make it plain why the two differ."""
    if subject.startswith(_MODULE):
        return any(_state(side, subject.removeprefix(_MODULE)) == "absent" for side in (left, right))
    if subject.startswith(_VARIABLE):
        name = subject.removeprefix(_VARIABLE)
        return all(_field(side, "sysconfig", name) == _field(side, FAMILY, subject) for side in (left, right))
    family, _, name = subject.partition(".")
    if family == "tags":
        return left.minor != right.minor or left.facts(family).get(name) != right.facts(family).get(name)
    return False


def _state(side: Side, module: str) -> str:
    """A module that one version of Python does not have at all is absent from it."""
    fact = side.facts("extensions").get(module)
    return str(fact.get("state", "")) if isinstance(fact, dict) else "absent"


def _field(side: Side, family: str, name: str) -> str:
    return side.fields(side.facts(family).get(name)).get("", "")
