"""Why a build failed: a class from evidence, the variables that are suspected, what may help. Pure: data in, data out."""

from __future__ import annotations

import re
from typing import Literal

from pydiff.explain.classes import CLASSES
from pydiff.explain.failure import failure_of
from pydiff.explain.interface import Evidence, Failure, FailureClass, Match
from pydiff.explain.releases import newer_release
from pydiff.explain.suspects import Side, environment, suspects
from pydiff.model.build import BuildRecord
from pydiff.model.record import Finding, Remedy, Suspect
from pydiff.model.roles import Roles
from pydiff.model.snapshot import Contradiction

__all__ = ["CLASSES", "Evidence", "Failure", "FailureClass", "Match", "classify", "explain", "same_failure"]

_EVIDENCE_KEPT = 8
_EVIDENCE_LENGTH = 600
# What differs between two runs of one and the same failure.
_CHANCE = (
    (re.compile(r"0x[0-9a-fA-F]{4,16}"), "0x*"),
    (re.compile(r"(?<![A-Za-z0-9])(\.?tmp)[A-Za-z0-9_]{6,8}(?![A-Za-z0-9_])"), r"\1*"),
    (re.compile(r"(?<=/)cc[A-Za-z0-9]{6}(?=\.[a-z])"), "cc*"),
    (re.compile(r"(?:cpython-|python|cp)3\.?\d{1,2}\b"), "python{X.Y}"),
    (re.compile(r"\b\d+(?:\.\d+)? ?(?:s|ms|seconds?)\b"), "* s"),
)


def explain(evidence: Evidence) -> list[Finding]:
    """One finding for each side that failed, one for both where they failed alike; none where nothing failed.

    No finding has a cause: that takes an experiment. Remedies are suggestions, `verified` is always False here.
    """
    found: list[Finding] = []
    if evidence.left is not None and evidence.right is not None and same_failure(evidence.left, evidence.right):
        found += _side(evidence, "left", alike=True)
        return found
    for side in ("left", "right"):
        found += _side(evidence, side)
    return found


def classify(record: BuildRecord) -> tuple[str, str]:
    """(failure class, the line that tells most) of one build; ("", "") when it did not fail or was not run."""
    failure = failure_of(record)
    if failure is None:
        return "", ""
    name, match = _matched(failure)
    return name, (match.evidence[0] if match.evidence else match.title)[:_EVIDENCE_LENGTH]


def same_failure(left: BuildRecord, right: BuildRecord) -> bool:
    """True when both failed with the same class and the same error line, paths, temporary names and the Python's version aside."""
    ours, theirs = classify(left), classify(right)
    if not ours[0] or ours[0] != theirs[0]:
        return False
    return _line_of(left, ours[1]) == _line_of(right, theirs[1])


def _line_of(record: BuildRecord, line: str) -> str:
    line = Roles(record.places).normalise(line)
    for pattern, name in _CHANCE:
        line = pattern.sub(name, line)
    return " ".join(line.split())


def _matched(failure: Failure) -> tuple[str, Match]:
    for one in CLASSES:
        if (match := one.match(failure)) is not None:
            return one.name, match
    raise AssertionError("the class `unknown` matches everything")


def _side(evidence: Evidence, side: Literal["left", "right"], *, alike: bool = False) -> list[Finding]:
    is_left = side == "left"
    record, other = (evidence.left, evidence.right) if is_left else (evidence.right, evidence.left)
    failure = failure_of(record) if record is not None else None
    if record is None or failure is None:
        return []
    name, match = _matched(failure)
    tree, other_tree = (
        (evidence.left_tree, evidence.right_tree) if is_left else (evidence.right_tree, evidence.left_tree)
    )
    here = Side.of(record, tree)
    found = (
        [] if alike else suspects(match, here, Side.of(other, other_tree), evidence.differences, failed_is_left=is_left)
    )
    lines = [here.roles.normalise(line)[:_EVIDENCE_LENGTH] for line in match.evidence]
    if name == "link-libpython-not-found" and (where := _where_libpython_is(here)):
        lines.append(where)
    lines += _borne_out(found, evidence.left_contradictions if is_left else evidence.right_contradictions)
    label = evidence.left_label if is_left else evidence.right_label
    return [
        Finding(
            class_=name,
            title=here.roles.normalise(match.title),
            side="both" if alike else side,
            evidence=list(dict.fromkeys(lines))[:_EVIDENCE_KEPT],
            suspects=found,
            remedy=_remedy(
                match, dict(environment(match, found, failed_is_left=is_left)), label, suspected=bool(found)
            ),
        )
    ]


def _remedy(match: Match, env: dict[str, str], label: str, *, suspected: bool) -> Remedy | None:
    # Without a suspect, nothing says that the manager's change would have mended this.
    action = (newer_release(label, match.topic) if suspected else "") or ("" if suspected and env else match.advice)
    if not env and not action:
        return None
    return Remedy(env=env or None, action=action or None, verified=False)


def _borne_out(found: list[Suspect], contradictions: tuple[Contradiction, ...]) -> list[str]:
    """`sysconfig LIBDIR says /install/lib: no such folder`, for each suspect that the tree itself contradicts."""
    names = {suspect.name for suspect in found}
    return [
        f"{one.family} {name} says {one.said[name]}: {one.found}"
        for one in contradictions
        if one.family == "sysconfig"
        for name in one.said
        if name in names
    ]


def _where_libpython_is(side: Side) -> str:
    """`libpython3.9.so is in {prefix}/lib`, when the tree was read and holds one."""
    files = side.tree.families.get("files", {}) if side.tree is not None else {}
    for path in files:
        folder, _, name = path.rpartition("/")
        if name.startswith("libpython3.") and (name.endswith((".so", ".dylib"))):
            return f"{name} is in {{prefix}}/{folder}"
    return ""
