"""The compiler that the build asks for does not exist on this machine."""

from __future__ import annotations

from dataclasses import dataclass

from pydiff.explain.classes.programs import attempt, is_compiler, said_missing
from pydiff.explain.interface import Failure, Match
from pydiff.explain.lines import last_exception


@dataclass(frozen=True, slots=True)
class CompilerNotFound:
    """A recorded attempt with exit status 127, or the words for it in the log.

    Also where a package's own probe hides it: uwsgi then says `you need a C compiler to build uWSGI`, or dies of
    `'NoneType' object has no attribute 'split'`. Those words alone do not make this class.
    """

    name: str = "compiler-not-found"

    def match(self, failure: Failure) -> Match | None:
        call = failure.call
        if call is not None and call.status == "absent" and is_compiler(call.tool):
            ended = last_exception(failure.log) or next(iter(failure.log[-1:]), "")
            return _match(
                call.tool, (attempt(call), ended) if ended else (attempt(call),), (call.tool, *call.arguments)
            )
        for program, line in said_missing(failure.tools):
            if is_compiler(program):
                return _match(program, (line,))
        unknown = next((line for line in failure.tools if "Unknown compiler(s): [[" in line), "")
        return Match("no compiler on this machine", (unknown,), topic="CC", advice=_ADVICE) if unknown else None


_ADVICE = "install the compiler, or name one that exists"


def _match(program: str, evidence: tuple[str, ...], command: tuple[str, ...] = ()) -> Match:
    cxx = program.endswith("++") or "++-" in program
    return Match(
        title=f"`{program}` does not exist on this machine, and the build asks for it",
        evidence=evidence,
        tool=program,
        command=command,
        topic="CXX" if cxx else "CC",
        advice=_ADVICE,
    )
