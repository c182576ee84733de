"""Since which release a manager writes the values that mend a class. Source: the release tables of each tool (see managers)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from packaging.version import Version

# (manager, topic) -> first release that rewrites the variable, and what else to say about it.
TOPICS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("uv", "CC"): ("0.5.10", "but not 0.6.15 to 0.7.1"),
    ("uv", "CXX"): ("0.5.10", "but not 0.6.15 to 0.7.1"),
    ("uv", "AR"): ("0.5.10", ""),
    ("uv", "LIBDIR"): ("0.5.9", ""),
    ("uv", "INCLUDEPY"): ("0.5.9", ""),
    ("mise", "CC"): ("2024.12.15", ""),
    ("mise", "CXX"): ("2024.12.15", ""),
    ("mise", "AR"): ("2024.12.15", ""),
    ("mise", "LIBDIR"): ("2024.12.15", ""),
    ("mise", "INCLUDEPY"): ("2024.12.15", ""),
}
# In these, a duplicate key in uv's replacement table kept CC and CXX at clang and clang++ (uv issue 13236).
_REGRESSIONS = {("uv", "CC"): ("0.6.15", "0.7.1"), ("uv", "CXX"): ("0.6.15", "0.7.1")}
_LABEL = re.compile(r"^([a-z]+) (\d{1,6}(?:\.\d{1,6}){1,3})\b")


def newer_release(label: str, topic: str) -> str:
    """What to do with the manager that `label` names (`uv 0.5.5`), or "" when its release is new enough or not known."""
    match = _LABEL.match(label)
    if match is None or (known := TOPICS.get((match[1], topic))) is None:
        return ""
    first, but = known
    version = Version(match[2])
    low, high = _REGRESSIONS.get((match[1], topic), ("0", "0"))
    if version < Version(first):
        return f"install this Python again with {match[1]} {first} or newer{f' ({but})' if but else ''}, which rewrites {topic}"
    if Version(low) <= version <= Version(high):
        return f"install this Python again with a {match[1]} newer than {high}, which rewrites {topic} again"
    return ""
