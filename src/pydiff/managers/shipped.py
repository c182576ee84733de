"""The shipped lists of downloads, by release of the tool: what one release had to offer, and which releases ever had a build."""

from __future__ import annotations

from functools import lru_cache

from pydiff import data
from pydiff.data import ListedBuild
from pydiff.managers.versions import key
from pydiff.managers.wanted import exact
from pydiff.model.spec import VersionRequest
from pydiff.model.target import Target


def offered(table: str, release: str, minor: str) -> tuple[ListedBuild, ...]:
    """The builds of that minor version of Python in the list of a release that the tables know; `table` is a folder of `data`."""
    wanted = _number(release)
    return tuple(build for first, last, build in _spans(table, minor) if first <= wanted <= last)


def minors(table: str, release: str) -> tuple[str, ...]:
    """The minor versions of Python that the release has builds of, oldest first: only for messages, since it reads the whole table."""
    return tuple(minor for minor in data.minors(table) if offered(table, release, minor))


def release_span(table: str, request: VersionRequest, target: Target) -> tuple[str, str] | None:
    """The first and the last release whose list has what is asked for, whatever lies between; None when none has."""
    wanted = exact(request)
    spans = [
        span
        for build in data.builds(table, request.minor_text)
        if wanted in {"", build.version} and (build.target, build.variant) == (str(target), request.variant)
        for span in build.spans
    ]
    if not spans:
        return None
    return min((first for first, _ in spans), key=key), max((last for _, last in spans), key=key)


@lru_cache(maxsize=16)
def _spans(table: str, minor: str) -> tuple[tuple[int, int, ListedBuild], ...]:
    """Each build with the releases that had it: a history asks for every release of a tool, one after the other."""
    builds = data.builds(table, minor)
    return tuple((_number(first), _number(last), build) for build in builds for first, last in build.spans)


@lru_cache(maxsize=4096)
def _number(release: str) -> int:
    """In the order of `key`: a history of uv makes 600,000 comparisons, and with tuples takes a third longer."""
    major, minor, patch = key(release)
    return (major * 10**6 + minor) * 10**6 + patch
