"""The compiler refuses a flag."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.explain.interface import Failure, Match

_REFUSED = re.compile(
    r"error: (?:unrecognized|unrecognised) (?:command[- ]line )?option ['\u2018\"`]?([^'\u2019\"`]{1,300})"
    r"|error: unknown argument:? '([^']{1,300})'"
    r"|error: unsupported option '([^']{1,300})'"
    r"|error: unsupported argument '[^']{1,300}' to option '([^']{1,300})'"
    r"|error: bad value \(?['\u2018]?[^'\u2019)]{1,300}['\u2019]?\)? for ['\u2018]?([^'\u2019 ]{1,300})"
)


@dataclass(frozen=True, slots=True)
class UnknownCompilerFlag:
    """Errors only: gcc adds a *note* about an unknown `-Wno-...` to every other error, and configure scripts try flags out."""

    name: str = "unknown-compiler-flag"

    def match(self, failure: Failure) -> Match | None:
        for line in failure.tools:
            if (match := _REFUSED.search(line)) is not None:
                flag = next(group for group in match.groups() if group).strip()
                compiler = failure.call.name if failure.call is not None else "the compiler"
                return Match(
                    title=f"`{compiler}` does not know the flag `{flag}`",
                    evidence=(line,),
                    tokens=(flag,),
                    advice=f"take `{flag}` out, or use the compiler it was meant for",
                )
        return None
