"""`distutils` left the standard library with Python 3.12."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.explain.interface import Failure, Match

_GONE = re.compile(r"No module named '?distutils\b")


@dataclass(frozen=True, slots=True)
class DistutilsRemoved:
    """The import itself fails. A message that merely mentions distutils is something else."""

    name: str = "distutils-removed"

    def match(self, failure: Failure) -> Match | None:
        if not _GONE.search(failure.script):
            return None
        return Match(
            title="the package imports `distutils`, which Python 3.12 and newer do not have",
            evidence=(failure.script,),
            advice="use a newer release of the package, Python 3.11, or setuptools as a build requirement (it brings distutils along)",
        )
