"""No class fits. Said openly, with the best line there is."""

from __future__ import annotations

from dataclasses import dataclass

from pydiff.explain.interface import Failure, Match
from pydiff.explain.lines import telling
from pydiff.model.build import Failed


@dataclass(frozen=True, slots=True)
class Unknown:
    """Asked last, and always matches."""

    name: str = "unknown"

    def match(self, failure: Failure) -> Match:
        said = telling(failure.tools) if failure.call is not None else ()
        evidence = said or ((failure.script,) if failure.script else ()) or telling(failure.log)
        if not evidence and isinstance(failure.record.outcome, Failed):
            evidence = (failure.record.outcome.message,)
        doing = f" while {failure.call.doing}" if failure.call is not None else ""
        return Match(
            title=f"the build fails{doing}, in a way that pydiff has no name for",
            evidence=tuple(one for one in evidence if one),
        )
