"""Two builds side by side: their commands in pairs, how a pair parts ways, and the sentence that says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydiff.compare.builds.actions import Call
from pydiff.compare.builds.pairs import Pair
from pydiff.model.build import BuildRecord, TimedOut

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")

# What a failure is about, wherever in the source it happened: `x.c:12: fatal error: y.h: ...` from the word on.
_COMPLAINT = re.compile(r"(?:fatal error|error|undefined reference|cannot find|No such file|not found).{0,300}")

_COMPILER = re.compile(r"(?:^|[-/])(?:cc|gcc|g\+\+|c\+\+|cpp|clang|clang\+\+|clang-cpp|icx|icpx)(?:-[\d.]+)?$")

BUT_FOR = "but for the"
"""In the summary of a divergence: what the commands that agree do not agree in."""


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


def alike_summary(meeting: Meeting, one: Pair) -> str:
    """What both sides did at a step that they run with other arguments, in the words of how it ended."""
    left, right = one.both or (surely(one, "left"), surely(one, "right"))
    if left.status != right.status:
        happened = (_what_happened(meeting, side, surely(one, side)) for side in SIDES)
        return "; ".join(happened)
    match left.status:
        case "done":
            return f"Both sides succeed {left.doing}"
        case "failed":
            return f"Both sides fail {left.doing}"
        case "absent":
            return f"Neither side finds the program it calls, {left.doing}"
        case "killed":
            return f"Both sides were stopped {left.doing}"


def agreement(pairs: Sequence[Pair]) -> str:
    """`agree but for the compiler (`cc` / `clang`)` where commands that agree were run by other programs, else `agree`."""
    both = [one.both for one in pairs if one.both is not None]
    names = dict.fromkeys((left.tool, right.tool) for left, right in both if left.tool != right.tool)
    if not names:
        return "agree"
    compilers = all(_COMPILER.search(tool) for pair_ in names for tool in pair_)
    shown = ", ".join(f"`{left}` / `{right}`" for left, right in list(names)[:3]) + (", …" if len(names) > 3 else "")
    return f"agree {BUT_FOR} {'compiler' if compilers else 'tools'} ({shown})"


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
