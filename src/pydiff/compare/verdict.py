"""Same, divergent or inconclusive, and the one sentence that says so (design, section 6)."""

from __future__ import annotations

from collections.abc import Sequence

from pydiff.model.build import Built, Failed, NotRun, Outcome, TimedOut
from pydiff.model.record import Difference, Verdict


def of_trees(left: str, right: str, differences: Sequence[Difference]) -> tuple[Verdict, str]:
    """The verdict on two trees alone: a difference in what no common build backend reads does not make them diverge."""
    breaking = sum(difference.count for difference in differences if difference.severity == "breaks")
    changing = sum(difference.count for difference in differences if difference.severity == "changes")
    if breaking or changing:
        parts = [
            f"{breaking:,} that can break a build" if breaking else "",
            f"{changing:,} that can change what is built" if changing else "",
        ]
        return "divergent", f"{left} and {right} differ: {' and '.join(part for part in parts if part)}"
    if differences:
        return "same", f"{left} and {right} differ only in what no common build backend reads"
    return "same", f"{left} and {right} are the same for a build"


def of_builds(  # noqa: PLR0911 - one return for each pair of outcomes reads best
    package: str,
    labels: tuple[str, str],
    outcomes: tuple[Outcome, Outcome],
    *,
    same_failure: bool,
    wheels_differ: bool,
    commands_differ: bool,
) -> tuple[Verdict, str]:
    """The verdict on two builds. `same_failure` is asked only where both failed, the other two where both built.

    Other commands that lead to a wheel of the same meaning are no divergence, but the headline says that there are some.
    """
    left, right = labels
    match outcomes:
        case (NotRun(reason=reason), _) | (_, NotRun(reason=reason)):
            return "inconclusive", f"{package} was not built on both sides: {reason}"
        case (TimedOut(limit=limit), TimedOut()):
            return "inconclusive", f"{package} ran out of time ({limit:.0f} s) under both {left} and {right}"
        case (Built(), Built()):
            if wheels_differ:
                return "divergent", f"{package} builds under both {left} and {right}, but the wheels differ in meaning"
            if commands_differ:
                return "same", (
                    f"{package} builds under both {left} and {right} into wheels with the same meaning, by commands that differ"
                )
            return "same", f"{package} builds alike under {left} and {right}"
        case (Failed(), Failed()):
            if same_failure:
                return "same", f"{package} fails alike under {left} and {right}"
            return "divergent", f"{package} fails under both {left} and {right}, for different reasons"
        case (one, other):
            return "divergent", f"{package} {_verb(one)} under {left} and {_verb(other)} under {right}"


def _verb(outcome: Outcome) -> str:
    match outcome:
        case Built():
            return "builds"
        case Failed():
            return "fails"
        case TimedOut(limit=limit):
            return f"runs out of time ({limit:.0f} s)"
        case NotRun():
            return "was not built"


def of_one(package: str, label: str, outcome: Outcome) -> tuple[Verdict, str]:
    """One build alone has nothing to be the same as."""
    return "inconclusive", f"{package} {_verb(outcome)} under {label}; it was built on this side alone"
