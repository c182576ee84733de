"""The build did not end in the time it was given."""

from __future__ import annotations

from dataclasses import dataclass

from pydiff.explain.interface import Failure, Match
from pydiff.model.build import TimedOut


@dataclass(frozen=True, slots=True)
class Timeout:
    """Only what the build stage itself stopped. A package's own `TimeoutError` in a log is about something else."""

    name: str = "timeout"

    def match(self, failure: Failure) -> Match | None:
        if not isinstance(failure.record.outcome, TimedOut):
            return None
        limit = failure.record.outcome.limit
        doing = f" while {failure.call.doing}" if failure.call is not None and failure.call.status == "killed" else ""
        return Match(
            title=f"the build was stopped after {limit:.0f} s{doing}",
            evidence=(f"stopped after {limit:.0f} s{doing}", *failure.log[-1:]),
            advice="give it longer with --timeout",
        )
