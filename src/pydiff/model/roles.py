"""Names for places: `{prefix}/lib/python{X.Y}` in place of `/opt/py/lib/python3.9`, so that like things meet, and back again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydiff.model.tree import SHARED_PREFIXES

# What may be part of a file's or a role's name. A place found in the middle of such a run is part of another path.
_RUN = r"A-Za-z0-9_.+~@%/{}-"
# A run before the place is allowed when it is the option that takes it: -L/opt/lib, -isystem/opt/include.
_LEAD = rf"(?<![{_RUN}])(?:--?[A-Za-z]+)?"
# A dot ends a place only where it ends a sentence: /opt/python.old is not in /opt/python.
_END = r"(?![A-Za-z0-9_+~@%{}-]|\.[A-Za-z0-9_.+~@%{}/-])"
# What below a shared prefix belongs to Python, for /usr/bin/mkdir must not become {prefix}/bin/mkdir: the folders themselves, and whatever has `python` in its path.
_OWNED = r"(?=/(?:bin|include|lib|lib64|share)(?![A-Za-z0-9_.+~@%/{}-])|(?:/[A-Za-z0-9_.+~@%-]+)*/[A-Za-z0-9_.+~@%-]*python|(?!/))"


@dataclass(frozen=True, slots=True)
class Roles:
    """Role names and what stands for them here.

    `X.Y` ("3.9"; its digits alone are found too, and become `{XY}`), `X.Y.Z` ("3.9.18") and `multiarch` ("x86_64-linux-gnu") are words;
    every other role is an absolute path. Empty values, relative paths and `/` are left out.
    """

    places: Mapping[str, str] = field(hash=False)
    _pattern: re.Pattern[str] | None = field(init=False, repr=False, compare=False, default=None)
    _roles: Mapping[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Name of the group in the pattern -> role."""
    _values: Mapping[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Role -> text, for `restore`."""

    def __post_init__(self) -> None:
        words, values = _word_patterns(self.places)
        paths = {role: text.rstrip("/") for role, text in self.places.items() if role not in _WORDS and _is_place(text)}
        # Longest first: a virtual environment inside the source tree is the environment, not the source.
        order = sorted(paths, key=lambda role: (-len(paths[role]), role))
        patterns = [(role, _path_pattern(role, paths[role])) for role in order] + words
        groups = {f"g{number}": role for number, (role, _) in enumerate(patterns)}
        parts = [f"(?P<g{number}>{pattern})" for number, (_, pattern) in enumerate(patterns)]
        object.__setattr__(self, "_pattern", re.compile("|".join(parts)) if parts else None)
        object.__setattr__(self, "_roles", groups)
        object.__setattr__(self, "_values", {**values, **paths})

    def normalise(self, text: str) -> str:
        """`text` with roles in place of the places, the longest first. Doing it twice changes nothing more."""
        if self._pattern is None or not any(value in text for value in self._values.values()):
            return text
        return self._pattern.sub(self._replace, text)

    def restore(self, text: str) -> str:
        """The inverse of `normalise`, for every text that did not itself hold one of these roles in braces."""
        if "{" not in text:
            return text
        return re.sub(r"\{([^{}]+)\}", lambda match: self._values.get(match[1], match[0]), text)

    def _replace(self, match: re.Match[str]) -> str:
        role = self._roles[match.lastgroup or ""]
        value = self._values[role]
        return match[0].removesuffix(value) + "{" + role + "}"


def _is_place(text: str) -> bool:
    return bool(re.match(r"/[^/]|[A-Za-z]:[\\/].", text))


def _path_pattern(role: str, path: str) -> str:
    owned = _OWNED if role == "prefix" and path in SHARED_PREFIXES else ""
    return f"{_LEAD}{re.escape(path)}{_END}{owned}"


_WORDS = ("X.Y.Z", "X.Y", "multiarch")


def _word_patterns(places: Mapping[str, str]) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """(role, pattern) of the words, longest first, and what each role stands for."""
    patterns: list[tuple[str, str]] = []
    values: dict[str, str] = {}
    if full := places.get("X.Y.Z"):
        # Not `python3.9.1`, which is the manual page of 3.9 in section 1.
        patterns.append(("X.Y.Z", rf"(?<![0-9.{{}}])(?<!python){re.escape(full)}(?![0-9{{}}]|\.[0-9])"))
        values["X.Y.Z"] = full
    if minor := places.get("X.Y"):
        dotted, bare = re.escape(minor), re.escape(minor.replace(".", ""))
        patterns.append(
            ("X.Y", rf"(?:(?<=python)|(?<=python-)){dotted}(?![0-9{{}}])|(?<![0-9.{{}}]){dotted}(?![0-9{{}}]|\.[0-9])")
        )
        patterns.append(("XY", rf"(?:(?<=python)|(?<=python-)|(?<=cp)){bare}(?![0-9{{}}])"))
        values |= {"X.Y": minor, "XY": minor.replace(".", "")}
    if multiarch := places.get("multiarch"):
        patterns.append(("multiarch", rf"(?<![A-Za-z0-9{{}}]){re.escape(multiarch)}(?![A-Za-z0-9{{}}])"))
        values["multiarch"] = multiarch
    return patterns, values
