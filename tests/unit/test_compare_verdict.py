"""Every pair of outcomes has a verdict and a headline that says just that."""

from __future__ import annotations

import itertools

import pytest
from msgspec.structs import replace

from pydiff.compare import verdict
from pydiff.model.build import Built, Failed, NotRun, Outcome, TimedOut, WheelFacts
from pydiff.model.record import Difference

BUILT = Built(WheelFacts("a.whl", "0"), "a.whl")
FAILED = Failed("build_wheel", "exited with status 1")
TIMED_OUT = TimedOut("build_wheel", 60.0)
NOT_RUN = NotRun("interrupted")


@pytest.mark.parametrize(
    ("outcomes", "same_failure", "wheels_differ", "expected"),
    [
        ((BUILT, FAILED), False, False, "divergent"),
        ((FAILED, BUILT), False, False, "divergent"),
        ((BUILT, TIMED_OUT), False, False, "divergent"),
        ((FAILED, TIMED_OUT), False, False, "divergent"),
        ((BUILT, BUILT), False, False, "same"),
        ((BUILT, BUILT), False, True, "divergent"),
        ((FAILED, FAILED), True, False, "same"),
        ((FAILED, FAILED), False, False, "divergent"),
        ((TIMED_OUT, TIMED_OUT), False, False, "inconclusive"),
        ((NOT_RUN, BUILT), False, False, "inconclusive"),
        ((FAILED, NOT_RUN), False, False, "inconclusive"),
    ],
)
def test_builds(outcomes: tuple[Outcome, Outcome], same_failure: bool, wheels_differ: bool, expected: str) -> None:
    answer, headline = verdict.of_builds(
        "p==1", ("L", "R"), outcomes, same_failure=same_failure, wheels_differ=wheels_differ, commands_differ=False
    )
    assert answer == expected
    assert "p==1" in headline


def test_every_pair_has_a_headline() -> None:
    every: tuple[Outcome, ...] = (BUILT, FAILED, TIMED_OUT, NOT_RUN)
    for left, right in itertools.product(every, every):
        _, headline = verdict.of_builds(
            "p", ("L", "R"), (left, right), same_failure=False, wheels_differ=False, commands_differ=False
        )
        assert headline


def test_the_headline_of_the_ticket() -> None:
    _, headline = verdict.of_builds(
        "uwsgi==2.0.28",
        ("mise 2024.12.15", "uv 0.5.5"),
        (BUILT, FAILED),
        same_failure=False,
        wheels_differ=False,
        commands_differ=False,
    )
    assert headline == "uwsgi==2.0.28 builds under mise 2024.12.15 and fails under uv 0.5.5"


def test_commands_that_differ_are_in_the_headline_but_not_in_the_verdict() -> None:
    answer, headline = verdict.of_builds(
        "p", ("L", "R"), (BUILT, BUILT), same_failure=False, wheels_differ=False, commands_differ=True
    )
    assert answer == "same"
    assert headline == "p builds under both L and R into wheels with the same meaning, by commands that differ"
    answer, headline = verdict.of_builds(
        "p", ("L", "R"), (BUILT, BUILT), same_failure=False, wheels_differ=True, commands_differ=True
    )
    assert (answer, "the wheels differ" in headline) == ("divergent", True)


def difference(severity: str) -> Difference:
    return Difference(family="sysconfig", subject="CC", left="cc", right="clang", severity=severity)  # type: ignore[arg-type]


def test_a_large_number_is_readable() -> None:
    many = replace(difference("breaks"), count=1403)
    assert verdict.of_trees("L", "R", [many])[1] == "L and R differ: 1,403 that can break a build"


def test_trees_differ_only_when_a_build_can_notice() -> None:
    assert verdict.of_trees("L", "R", [])[0] == "same"
    assert verdict.of_trees("L", "R", [difference("cosmetic")])[0] == "same"
    answer, headline = verdict.of_trees("L", "R", [difference("breaks"), difference("changes"), difference("changes")])
    assert answer == "divergent"
    assert "1 that can break a build and 2 that can change what is built" in headline
