"""Where two builds of one package part: the first command, in causal order, whose outcome or meaning differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from pydiff.compare.builds.actions import Call, calls, dates, same_order, same_words, token_changes
from pydiff.compare.builds.meeting import (
    SIDES,
    Meeting,
    Side,
    agreement,
    alike_summary,
    complaint,
    of,
    other,
    outcome_summary,
    outcomes_differ,
    parts_ways,
    surely,
)
from pydiff.compare.builds.pairs import Pair, pair
from pydiff.compare.builds.wheels import compare_wheels
from pydiff.model.build import BuildRecord, Built, Failed, NotRun, TimedOut
from pydiff.model.record import ActionRecord, Divergence

Kind = Literal["outcome", "missing", "meaning", "order", "wheel"]

_BEFORE_THE_BUILD = frozenset({"create-environment", "install-requirements"})
_TOKENS_KEPT = 200
_TOKEN_LENGTH = 2_000


def compare_builds(
    left: BuildRecord, right: BuildRecord, *, labels: tuple[str, str] = ("the left side", "the right side")
) -> Divergence | None:
    """The first divergence, or None where the builds agree or one was not run.

    A difference in outcome comes before one in meaning, and that before one in order only. Where one side's build failed, the
    command that matters is the one it failed at, not a probe whose failure it survived. `labels` name the sides in the summary.
    """
    if isinstance(left.outcome, NotRun) or isinstance(right.outcome, NotRun):
        return None
    meeting = Meeting(left, right, pair(calls(left), calls(right)), labels)
    for look in (_preparation, _outcome, _never_reached, _outcome_of_the_whole, _meaning, _order, _wheel):
        if (found := look(meeting)) is not None:
            return found
    return None


def commands_differ(left: BuildRecord, right: BuildRecord) -> bool:
    """True when a command that leaves something behind ended otherwise, has other arguments, or ran on one side only."""
    pairs = pair(calls(left), calls(right))
    return any(
        not _is_probe(one) and (one.both is None or outcomes_differ(one) or not same_words(*one.both)) for one in pairs
    )


def _preparation(meeting: Meeting) -> Divergence | None:
    """One side failed before its build could begin."""
    failures = [
        (side, outcome)
        for side in SIDES
        if isinstance(outcome := meeting.record(side).outcome, Failed) and outcome.phase in _BEFORE_THE_BUILD
    ]
    if len(failures) != 1:
        return None
    side, outcome = failures[0]
    return Divergence(
        phase=outcome.phase,
        kind="outcome",
        left=None,
        right=None,
        summary=f"{meeting.label(side)} fails in {outcome.phase}, before the build itself ran any command.",
    )


def _outcome(meeting: Meeting) -> Divergence | None:
    """The command at which one side failed while the other's went well, or the probe that went differently in two good builds."""
    found = [index for side in SIDES if (index := _decisive(meeting, side)) is not None]
    if not found and isinstance(meeting.left.outcome, Built) and isinstance(meeting.right.outcome, Built):
        found = [index for index, one in enumerate(meeting.pairs) if outcomes_differ(one)][:1]
    if not found:
        return None
    return _divergence(meeting, min(found), outcome_summary(meeting, min(found)))


def _decisive(meeting: Meeting, side: Side) -> int | None:
    """The pair whose command ended this side's build, when the other side did not end the same way there."""
    if isinstance(meeting.record(side).outcome, Built):
        return None
    bad = [
        index
        for index, one in enumerate(meeting.pairs)
        if (call := of(one, side)) is not None and call.status != "done" and not _survived(meeting, call, side)
    ]
    if isinstance(meeting.record(other(side)).outcome, Built):
        # What fails on both sides did not keep the other side from being built.
        bad = [index for index in bad if parts_ways(meeting.pairs[index])]
    if not bad:
        return None
    bad.sort(key=lambda index: surely(meeting.pairs[index], side).action.started)
    last = surely(meeting.pairs[bad[-1]], side)
    # The same trouble may have shown earlier: the first call of a compiler that does not exist, the first of ten objects.
    alike = [index for index in bad if _same_trouble(surely(meeting.pairs[index], side), last)]
    return next((index for index in alike if parts_ways(meeting.pairs[index])), None)


def _survived(meeting: Meeting, call: Call, side: Side) -> bool:
    """A probe may fail, as long as something was made afterwards. So may a compiler's absence, when another was found."""
    if not call.probe or call.status == "killed":
        return False
    return any(
        later is not None and later.status == "done" and not later.probe and later.action.started > call.action.started
        for later in (of(one, side) for one in meeting.pairs)
    )


def _same_trouble(one: Call, other: Call) -> bool:
    if one.status != other.status:
        return False
    if one.status == "absent":
        return one.tool == other.tool
    return one.status == "killed" or (bool(complaint(one)) and complaint(one) == complaint(other)) or one is other


def _never_reached(meeting: Meeting) -> Divergence | None:
    """One side's build ended, without a command that failed, before it ran what the other side ran."""
    ended = [side for side in SIDES if not isinstance(meeting.record(side).outcome, Built)]
    if len(ended) != 1:
        return None
    side = ended[0]
    index = next((i for i, one in enumerate(meeting.pairs) if of(one, side) is None), None)
    if index is None:
        return None
    call = surely(meeting.pairs[index], other(side))
    record = meeting.record(side)
    how = f"ran out of time ({record.outcome.limit:.0f} s)" if isinstance(record.outcome, TimedOut) else "failed"
    ran = sum(1 for one in meeting.pairs if of(one, side) is not None)
    after = f"after {ran} commands, and no failed command accounts for it" if ran else "before it ran any command"
    summary = f"{meeting.label(side)} {how} {after}; {meeting.label(other(side))} went on {call.doing}."
    return _divergence(meeting, index, summary, kind="missing")


def _outcome_of_the_whole(meeting: Meeting) -> Divergence | None:
    """The commands agree, the builds do not: what failed is not a compiler, linker or archiver."""
    ended = [side for side in SIDES if not isinstance(meeting.record(side).outcome, Built)]
    if len(ended) != 1:
        return None
    outcome = meeting.record(ended[0]).outcome
    phase = outcome.phase if isinstance(outcome, Failed | TimedOut) else ""
    agreed = _agreed(meeting.pairs)
    ran = (
        f"all {agreed} recorded commands {agreement(meeting.pairs)}"
        if agreed == len(meeting.pairs) and agreed
        else "no command accounts for it"
    )
    summary = f"{meeting.label(ended[0])} fails in {phase}, outside any compiler, linker or archiver call ({ran})."
    return Divergence(phase=phase, kind="outcome", left=None, right=None, summary=summary, agreed=agreed)


def _meaning(meeting: Meeting) -> Divergence | None:
    """The first command with other arguments, or that only one side ran; what lasts before what only asks."""
    ended_alike = type(meeting.left.outcome) is type(meeting.right.outcome)
    both_built = ended_alike and isinstance(meeting.left.outcome, Built)

    def differs(one: Pair) -> bool:
        # In builds that both broke off, which of several parallel jobs were still begun is chance.
        return both_built if one.both is None else not same_words(*one.both)

    index = _first(meeting.pairs, lambda one: differs(one) and not _is_probe(one))
    if index is None:
        index = _first(meeting.pairs, differs)
    if index is None:
        return None
    one = meeting.pairs[index]
    if one.both is None:
        side: Side = "left" if one.right is None else "right"
        summary = f"Only {meeting.label(side)} runs this: {surely(one, side).doing}."
        return _divergence(meeting, index, summary, kind="missing")
    count = sum(1 for pair_ in meeting.pairs if differs(pair_))
    more = f"; {count} of the {len(meeting.pairs)} steps differ" if count > 1 else ""
    summary = f"{alike_summary(meeting, one)}, with other arguments{more}."
    return _divergence(meeting, index, summary, kind="meaning")


def _order(meeting: Meeting) -> Divergence | None:
    """Equal arguments in another order. The order of the commands is not looked at: in a parallel build it is chance."""
    index = _first(meeting.pairs, lambda one: one.both is not None and not same_order(*one.both))
    if index is None:
        return None
    left = surely(meeting.pairs[index], "left")
    return _divergence(meeting, index, f"The arguments {left.doing} are the same, in another order.", kind="order")


def _wheel(meeting: Meeting) -> Divergence | None:
    changes = compare_wheels(meeting.left, meeting.right)
    if not changes:
        return None
    dated = sorted({name for one in meeting.pairs if one.both for name in dates(*one.both)})
    noise = f" (not counting dates: {', '.join(dated)})" if dated else ""
    return Divergence(
        phase="build_wheel",
        kind="wheel",
        left=None,
        right=None,
        summary=f"All {len(meeting.pairs)} commands {agreement(meeting.pairs)}{noise}, but the wheels differ in {len(changes)} points.",
        agreed=len(meeting.pairs),
        tokens=_bounded(changes),
    )


def _divergence(meeting: Meeting, index: int, summary: str, *, kind: Kind = "outcome") -> Divergence:
    one = meeting.pairs[index]
    call = one.left or one.right
    tokens: list[str] = []
    if one.both is not None:
        left, right = one.both
        tokens = [f"- {left.tool}", f"+ {right.tool}"] if left.tool != right.tool else []
        tokens += token_changes(left, right)
    before = [pair_ for pair_ in meeting.pairs[:index] if _agrees(pair_)]
    if (words := agreement(before)) != "agree":
        summary += (
            f" The {len(before)} before it {words}."
            if len(before) > 1
            else f" The one before it {words.replace('agree', 'agrees', 1)}."
        )
    return Divergence(
        phase=call.action.phase if call else "",
        kind="missing" if one.both is None else kind,
        left=_as_record(one.left),
        right=_as_record(one.right),
        summary=summary[0].upper() + summary[1:] if summary.startswith("the ") else summary,
        agreed=len(before),
        tokens=_bounded(tokens),
    )


def _bounded(tokens: Sequence[str]) -> list[str]:
    return [token[:_TOKEN_LENGTH] for token in tokens[:_TOKENS_KEPT]]


def _as_record(call: Call | None) -> ActionRecord | None:
    """With roles in place of paths; the recording in the run folder has it verbatim."""
    if call is None:
        return None
    action = call.action
    return ActionRecord(
        index=action.index,
        phase=action.phase,
        tool=action.tool,
        argv=[call.tool, *call.arguments],
        cwd=call.cwd,
        exit_code=action.exit_code,
        seconds=action.seconds,
        stderr=call.said,
    )


def _agreed(pairs: Sequence[Pair]) -> int:
    """How many of the pairs agree; the compiler's name and dates aside."""
    return sum(1 for one in pairs if _agrees(one))


def _agrees(one: Pair) -> bool:
    return one.both is not None and not outcomes_differ(one) and same_words(*one.both) and same_order(*one.both)


def _is_probe(one: Pair) -> bool:
    return all(call.probe for call in (one.left, one.right) if call is not None)


def _first(pairs: Sequence[Pair], test: Callable[[Pair], bool]) -> int | None:
    return next((index for index, one in enumerate(pairs) if test(one)), None)
