"""The build wants to download something."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.explain.interface import Failure, Match

_NO_NETWORK = re.compile(
    r"Temporary failure in name resolution|Name or service not known|nodename nor servname|Network is unreachable"
    r"|Could not resolve host|getaddrinfo failed|No route to host|unable to access 'https?://"
)


@dataclass(frozen=True, slots=True)
class NetworkInBuild:
    """Only as the error that ended the build: warnings about retries, and lookups that a script shrugs off, are common."""

    name: str = "network-in-build"

    def match(self, failure: Failure) -> Match | None:
        if failure.call is not None:
            return None
        candidates = (failure.script,) if failure.script else failure.log[-15:]
        for line in candidates:
            if _NO_NETWORK.search(line):
                return Match(
                    title="the build wants to download something, and the sandbox has no network",
                    evidence=(line,),
                    advice="give the package its sources beforehand; pydiff builds both sides without a network",
                )
        return None
