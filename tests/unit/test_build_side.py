"""What a side says of its own record."""

from __future__ import annotations

import pytest

from pydiff.build.side import silent
from pydiff.model.build import BinaryFacts, Built, Failed, Outcome, TimedOut, WheelFacts

COMPILED = Built(WheelFacts("a-1-cp311-cp311-linux_x86_64.whl", "0" * 64, binaries=(BinaryFacts("a.so"),)), "/w")


def test_a_compiled_wheel_without_a_command_is_said() -> None:
    (note,) = silent("left", COMPILED)
    assert note.startswith("left: no command was recorded although the wheel holds compiled files")


@pytest.mark.parametrize(
    "outcome",
    [
        Built(WheelFacts("a-1-py3-none-any.whl", "0" * 64), "/w"),
        Failed("build_wheel", "exit status 1"),
        TimedOut("build_wheel", 5.0),
        None,
    ],
)
def test_where_none_was_needed_nothing_is_said(outcome: Outcome | None) -> None:
    assert silent("left", outcome) == ()
