"""How the versions of Python compare, and which of a list fits a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from pydiff.model.spec import VersionRequest

T = TypeVar("T")
Order = tuple[int, int, int, int, int]
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:(a|b|rc)(\d+))?", re.ASCII)
_STAGES = {"a": 0, "b": 1, "rc": 2, None: 3}


def order(version: str) -> Order:
    """Sorts 3.14.0a7 < 3.14.0rc1 < 3.14.0 < 3.14.1. Raises ValueError for anything else."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise ValueError(f"not a version of CPython: {version!r}")
    return int(match[1]), int(match[2]), int(match[3]), _STAGES[match[4]], int(match[5] or 0)


def is_final(version: str) -> bool:
    return version.replace(".", "").isdecimal()


def exact(request: VersionRequest) -> str:
    """The one version that the request names, or "" when it leaves the patch open."""
    if request.patch is None:
        return ""
    return f"{request.minor_text}.{request.patch}{request.prerelease}"


def newest(things: Iterable[T], request: VersionRequest, version_of: Callable[[T], str]) -> T | None:
    """The newest that fits: exactly the version that is named; else the newest final one, else the newest pre-release."""
    wanted = exact(request)
    prefix = f"{request.minor_text}."
    fitting = [
        thing for thing in things if (version_of(thing) == wanted if wanted else version_of(thing).startswith(prefix))
    ]
    finals = [thing for thing in fitting if is_final(version_of(thing))]
    return max(finals or fitting, key=lambda thing: order(version_of(thing)), default=None)


def listed(versions: Iterable[str], limit: int = 40) -> str:
    """`3.9.12, 3.9.13`: each once, in order; of too many the newest."""
    known = sorted(set(versions), key=order)
    return ("… " if len(known) > limit else "") + ", ".join(known[-limit:])


def minors_listed(minors: Sequence[str]) -> str:
    return f"{minors[0]} to {minors[-1]}" if minors else "none"
