"""Two builds side by side: their commands in pairs, how a pair parts ways, and the sentence that says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydiff.compare.actions import Call
from pydiff.compare.pairs import Pair
from pydiff.model.build import BuildRecord, TimedOut

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")

# What a failure is about, wherever in the source it happened: `x.c:12: fatal error: y.h: ...` from the word on.
_COMPLAINT = re.compile(r"(?:fatal error|error|undefined reference|cannot find|No such file|not found).{0,300}")


@dataclass(frozen=True, slots=True)
class Meeting:
    left: BuildRecord
    right: BuildRecord
    pairs: Sequence[Pair]
    labels: tuple[str, str]
    """What to call the sides in a sentence."""

    def label(self, side: Side) -> str:
        return self.labels[0] if side == "left" else self.labels[1]

    def record(self, side: Side) -> BuildRecord:
        return self.left if side == "left" else self.right


def other(side: Side) -> Side:
    return "left" if side == "right" else "right"


def of(one: Pair, side: Side) -> Call | None:
    return one.left if side == "left" else one.right


def surely(one: Pair, side: Side) -> Call:
    """As `of`, for a pair that is known to have that side. Raises ValueError."""
    call = of(one, side)
    if call is None:
        raise ValueError(f"the {side} side never ran this")
    return call


def complaint(call: Call) -> str:
    """The first error the command wrote, without the place in the source; empty when it wrote none."""
    found = _COMPLAINT.search(call.said)
    return found[0] if found else ""


def outcomes_differ(one: Pair) -> bool:
    return one.both is not None and one.both[0].status != one.both[1].status


def parts_ways(one: Pair) -> bool:
    """True when the other side's command ended otherwise, or failed for another reason, or is not there."""
    if one.both is None or outcomes_differ(one):
        return True
    left, right = one.both
    return left.status == "failed" and complaint(left) != complaint(right)


def outcome_summary(meeting: Meeting, index: int) -> str:
    """The sentence for a pair that parts ways."""
    one = meeting.pairs[index]
    if one.both is None:
        side: Side = "right" if one.left is None else "left"
        return f"{_what_happened(meeting, side, surely(one, side))}; {meeting.label(other(side))} has no such command."
    left, right = one.both
    if left.status == right.status:
        return f"Both sides fail {left.doing}, each with another error."
    worse: Side = "right" if left.status == "done" else "left"
    happened = _what_happened(meeting, worse, surely(one, worse))
    return f"{happened}; the same step under {meeting.label(other(worse))} {_ended(one, other(worse))}."


def _what_happened(meeting: Meeting, side: Side, call: Call) -> str:
    label = meeting.label(side)
    outcome = meeting.record(side).outcome
    match call.status:
        case "absent":
            return f"{label} calls `{call.tool}`, which does not exist here (exit status 127)"
        case "killed" if isinstance(outcome, TimedOut):
            return f"{label} was still {call.doing} when its {outcome.limit:.0f} s were over"
        case "killed":
            return f"{label} was stopped {call.doing}"
        case "failed":
            return f"{label} fails {call.doing} (exit status {call.action.exit_code})"
        case "done":
            return f"{label} succeeds {call.doing}"


def _ended(one: Pair, side: Side) -> str:
    call = surely(one, side)
    match call.status:
        case "done":
            return "succeeds" if call.name == surely(one, other(side)).name else f"succeeds with `{call.name}`"
        case "absent":
            return f"finds no `{call.tool}`"
        case "failed":
            return "fails in another way"
        case "killed":
            return "was stopped"
