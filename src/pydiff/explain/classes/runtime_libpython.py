"""A program starts, and the dynamic linker does not find libpython for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.explain.interface import Failure, Match

_NOT_LOADED = re.compile(
    r"(libpython\d[\w.]{0,30}): cannot open shared object file|Library not loaded: (\S{0,300}libpython\d[\w.]{0,30})"
)


@dataclass(frozen=True, slots=True)
class RuntimeLibpythonNotFound:
    """When something is run, not linked: the interpreter itself, a tool of the build, or an extension that is imported."""

    name: str = "runtime-libpython-not-found"

    def match(self, failure: Failure) -> Match | None:
        said = failure.tools if failure.call is not None else (failure.script, *failure.log[-200:])
        for line in said:
            if (match := _NOT_LOADED.search(line)) is not None:
                library = match[1] or match[2]
                return Match(
                    title=f"`{library}` is not found when a program of the build starts",
                    evidence=(line,),
                    env={"LD_LIBRARY_PATH": "{prefix}/lib"},
                    advice="link with a run path: -Wl,-rpath,{prefix}/lib",
                )
        return None
