"""The archiver that the build asks for does not exist on this machine."""

from __future__ import annotations

from dataclasses import dataclass

from pydiff.explain.classes.programs import attempt, is_archiver, said_missing
from pydiff.explain.interface import Failure, Match


@dataclass(frozen=True, slots=True)
class ArchiverNotFound:
    """`AR=/tools/llvm/bin/llvm-ar` is a path of the machine that built the Python, so most attempts are seen in the log only."""

    name: str = "archiver-not-found"

    def match(self, failure: Failure) -> Match | None:
        call = failure.call
        if call is not None and call.status == "absent" and is_archiver(call.tool):
            return _match(call.tool, attempt(call))
        for program, line in said_missing(failure.tools):
            if is_archiver(program):
                return _match(program, line)
        return None


def _match(program: str, line: str) -> Match:
    return Match(
        title=f"the archiver `{program}` does not exist on this machine, and the build asks for it",
        evidence=(line,),
        tool=program,
        topic="AR",
        env={"AR": "ar"},
    )
