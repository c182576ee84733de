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
# CPython makes values of `.` and a prefix: `./opt/python`, below the folder of the build.
_PREFIX_LEAD = rf"(?<![{_RUN}])(?:--?[A-Za-z]+|\.)?"
# /tmp and /private/tmp are one folder of macOS, and its tools say either.
_TEMPORARY = re.compile(r"/(?:tmp|var)/")
# A dot ends a place only where it ends a sentence: /opt/python.old is not in /opt/python.
_END = r"(?![A-Za-z0-9_+~@%{}-]|\.[A-Za-z0-9_.+~@%{}/-])"
# What below a shared prefix belongs to Python, for /usr/bin/mkdir must not become {prefix}/bin/mkdir: the folders themselves, and whatever has `python` in its path.
_OWNED = r"(?=/(?:bin|include|lib|lib64|share)(?![A-Za-z0-9_.+~@%/{}-])|(?:/[A-Za-z0-9_.+~@%-]+)*/[A-Za-z0-9_.+~@%-]*python|(?!/))"


@dataclass(frozen=True, slots=True)
class Roles:
    """Role names and what stands for them here.

    `X.Y` ("3.9"; its digits alone are found too, and become `{XY}`), `X.Y.Z` ("3.9.18") and `multiarch` ("x86_64-linux-gnu") are words;
    `srcdir` is the way from a build to CPython's source as its Makefile has it ("..", "."), found before the folders of that source;
    every other role is an absolute path. Empty values, relative paths and `/` are left out.

    A path of Windows is found in other spellings too, which become roles of their own, so that each comes back as it was: `{prefix:c}`
    with its drive letter in the other case, `{prefix:/}` with slashes, `{prefix:c/}` with both.
    """

    places: Mapping[str, str] = field(hash=False)
    _pattern: re.Pattern[str] | None = field(init=False, repr=False, compare=False, default=None)
    _roles: Mapping[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Name of the group in the pattern -> role."""
    _values: Mapping[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Role -> text, for `restore`."""
    _hints: tuple[str, ...] = field(init=False, repr=False, compare=False, default=())
    """A text without any of them holds no role's place."""

    def __post_init__(self) -> None:
        words, values = _word_patterns(self.places)
        paths: dict[str, str] = {}
        for role, text in self.places.items():
            if role not in _WORDS and _is_place(text):
                paths |= _spellings(role, text)
        # Longest first: a virtual environment inside the source tree is the environment, not the source.
        order = sorted(paths, key=lambda role: (-len(paths[role]), role))
        patterns = [(role, _path_pattern(role, paths[role])) for role in order] + words
        groups = {f"g{number}": role for number, (role, _) in enumerate(patterns)}
        parts = [f"(?P<g{number}>{pattern})" for number, (_, pattern) in enumerate(patterns)]
        object.__setattr__(self, "_pattern", re.compile("|".join(parts)) if parts else None)
        object.__setattr__(self, "_roles", groups)
        object.__setattr__(self, "_values", {**values, **paths})
        hints = {f"{value}/" if role == "srcdir" else value for role, value in self._values.items()}
        # What holds another hint is found by that one: /opt/python-3.9 by 3.9.
        fewest = (hint for hint in hints if not any(other in hint for other in hints - {hint}))
        object.__setattr__(self, "_hints", tuple(fewest))

    def normalise(self, text: str) -> str:
        """`text` with roles in place of the places, the longest first. Doing it twice changes nothing more."""
        if self._pattern is not None:
            # Most texts hold none, and this is asked of every value of a tree.
            for hint in self._hints:
                if hint in text:
                    return self._pattern.sub(self._replace, text)
        return text

    def restore(self, text: str) -> str:
        """The inverse of `normalise`, for every text that did not itself hold one of these roles in braces."""
        if "{" not in text:
            return text
        return re.sub(r"\{([^{}]+)\}", lambda match: self._values.get(match[1], match[0]), text)

    @property
    def values(self) -> Mapping[str, str]:
        """Role -> the text it stands for, `XY` and the spellings of a path of Windows among them."""
        return self._values

    def _replace(self, match: re.Match[str]) -> str:
        role = self._roles[match.lastgroup or ""]
        value = self._values[role]
        return match[0].removesuffix(value) + "{" + role + "}"


def _is_place(text: str) -> bool:
    return bool(re.match(r"/[^/]|[A-Za-z]:[\\/][^\\/]", text))


def _spellings(role: str, path: str) -> dict[str, str]:
    """Role -> path: one for POSIX, up to six for Windows, where the drive letter and the separators are free."""
    if path.startswith("/"):
        return {role: path.rstrip("/")}
    path = path.rstrip("/\\")
    found = {role: path}
    for drive, letter in ((path[0], ""), (path[0].swapcase(), "c")):
        for separator in ("", "/", "\\"):
            rest = path[1:].replace("/", separator).replace("\\", separator) if separator else path[1:]
            if drive + rest not in found.values():
                found[f"{role}:{letter}{separator}"] = drive + rest
    return found


def _path_pattern(role: str, path: str) -> str:
    owned = _OWNED if role == "prefix" and path in SHARED_PREFIXES else ""
    lead = _PREFIX_LEAD if role == "prefix" else f"{_LEAD}(?:/private)?" if _TEMPORARY.match(path) else _LEAD
    return f"{lead}{re.escape(path)}{_END}{owned}"


_WORDS = ("X.Y.Z", "X.Y", "multiarch", "srcdir")
# The folders of CPython's source. Its build has folders of its own by the same names, which are not found from `srcdir`.
_SOURCES = (
    r"(?=/(?:Doc|Grammar|Include|Lib|Mac|Misc|Modules|Objects|PC|PCbuild|Parser|Programs|Python|Tools)(?![A-Za-z0-9_]))"
)


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
    if re.fullmatch(r"\.|\.\.(?:/\.\.)*", way := places.get("srcdir", "")):
        patterns.append(("srcdir", rf"{_LEAD}{re.escape(way)}{_SOURCES}"))
        values["srcdir"] = way
    return patterns, values
