"""The places of a tree, by role: where it is, which Python it is, and where it was compiled, as its own variables say.

What becomes a role is no difference any more, so a place gets one only where that hides nothing a build can notice. Two places of
python-build-standalone stay as they are: `/install`, the recorded prefix, and `/tools`, the toolchain. A build that is sent there finds
nothing, which is what tickets are about.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from pydiff.model.snapshot import Fact, Snapshot
from pydiff.model.tree import SHARED_PREFIXES

MEANINGS: Mapping[str, str] = {
    "prefix": "where this Python is installed",
    "X.Y": "its version",
    "XY": "its version, without the dot",
    "X.Y.Z": "its version in full",
    "multiarch": "its architecture and system, as they stand in names of files",
    "build": "folder in which it was compiled",
    "python-source": "source from which it was compiled",
    "srcdir": "its source, seen from the folder in which it was compiled",
    "tmp": "temporary folder in which it was made",
    "tmp~1": "the same temporary folder by its short name",
}
"""Role -> what it stands for."""
COMPILING = frozenset({"build", "python-source", "srcdir", "tmp", "tmp~1"})
"""Roles of where it was compiled, which no path inside a tree names."""
OWN = frozenset({"prefix", "X.Y", "X.Y.Z"})
"""Roles of what the tree itself is."""
NOTICED = ("multiarch", "srcdir")
"""Roles that make values harder to read (`{multiarch}-gcc`), and so are used in values only where the sides differ in them."""

# Where files are made to be thrown away: one folder below is what one build made for itself. Sources: tempfile.gettempdir of CPython,
# macOS's per-user folders (confstr _CS_DARWIN_USER_TEMP_DIR), GetTempPath2 of Windows.
_NAME = r"[^\\/\s:;,'\"=]{1,128}"
_TEMPORARY = re.compile(
    rf"(?:(?<![A-Za-z0-9_.~/\\-])|(?<=-[LIR]))(?:"
    rf"(?:/private)?(?P<posix>/(?:var/)?tmp/{_NAME}|/var/folders/{_NAME}/{_NAME}/T/{_NAME})"
    rf"|(?P<windows>(?i:[A-Z]:(?:[\\/]Users[\\/]{_NAME}[\\/]AppData[\\/]Local|[\\/]Windows)?[\\/]Te?mp)[\\/]{_NAME}))"
)
# Variables that can name it, the surest first: where it was compiled, what PYTHON.json tells of the Python that was asked, then tools.
_NAMING = (
    "abs_builddir",
    "abs_srcdir",
    "srcdir",
    "projectbase",
    "BINDIR",
    "installed_base",
    "base",
    "prefix",
    "AR",
    "CONFIG_ARGS",
)
_MAPPED = re.compile(r"-f(?:file|debug|macro)-prefix-map=(/[^\s='\"]{1,500})=")
_MAPPING = ("CFLAGS", "CONFIG_ARGS", "CONFIGURE_CFLAGS", "PY_CFLAGS")
_RECORDED = ("prefix", "exec_prefix", "base", "installed_base", "LIBDIR", "INCLUDEPY")
# Folders that are everybody's, or somebody's home: no build has one for itself.
_EVERYBODYS = re.compile(
    r"/[^/]*|/(?:usr|private|System|Library|Applications|var|etc)/[^/]+|/(?:usr/local|private/var)/[^/]+|/(?:var/)?(?:home|Users)/[^/]+"
    r"|/(?:install|tools)(?:/.*)?"
)


def places(snapshot: Snapshot) -> dict[str, str]:
    """Role -> what stands for it in this tree. Pure."""
    variables = {**snapshot.families.get("makefile", {}), **snapshot.families.get("sysconfig", {})}
    version = snapshot.python_version
    found = {
        "prefix": snapshot.prefix,
        "X.Y": ".".join(version.split(".")[:2]),
        "X.Y.Z": version,
        "multiarch": _text(variables, "MULTIARCH"),
        "srcdir": _text(variables, "srcdir"),
        **_compiled(snapshot.prefix, variables),
        **_temporary(snapshot.prefix, variables),
    }
    if "tmp" in found and found["tmp"] == found.get("build"):
        del found["tmp"]
    return found


def told_apart(role: str, left: str, right: str) -> bool:
    """Whether values are easier to compare with one of `NOTICED` in them. macOS's multiarch, `darwin`, is a word like any other."""
    return left != right and bool(left and right) and (role != "multiarch" or ("-" in left and "-" in right))


def _text(variables: Mapping[str, Fact], name: str) -> str:
    value = variables.get(name)
    return value if isinstance(value, str) else ""


def _compiled(prefix: str, variables: Mapping[str, Fact]) -> dict[str, str]:
    """`build` and, where it is another folder, `python-source`."""
    # The prefixes that were recorded must stay visible, with all that they are in.
    kept = (prefix, *(_text(variables, name) for name in _RECORDED))
    source = posixpath.normpath(_text(variables, "abs_srcdir"))
    mapped = (match[1] for name in _MAPPING if (match := _MAPPED.search(_text(variables, name))))
    sources = [one for one in (source, *mapped) if _is_own(one, kept)]
    build = _text(variables, "abs_builddir").rstrip("/")
    if not _is_own(build, kept):
        return {"build": sources[0]} if sources else {}
    other = next((one for one in sources if one != build), "")
    return {"build": build, "python-source": other} if other else {"build": build}


def _is_own(place: str, kept: tuple[str, ...]) -> bool:
    """Whether a folder was one build's alone, so that its name tells nothing: never `/usr`, never a prefix or what it is in."""
    if not re.match(r"/[^/]", place) or posixpath.normpath(place) != place or place in SHARED_PREFIXES:
        return False
    return _EVERYBODYS.fullmatch(place) is None and not any(f"{one}/".startswith(f"{place}/") for one in kept)


def _temporary(prefix: str, variables: Mapping[str, Fact]) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _temporary_names(variables):
        place = match["posix"] or match["windows"]
        if f"{prefix}/".startswith((f"{place}/", f"/private{place}/")):
            continue
        if "tmp" not in found:
            found["tmp"] = place
        elif match["windows"] and place != found["tmp"] and _last(place) == _last(found["tmp"]):
            # The runner's C:\Users\RUNNER~1 is C:\Users\runneradmin.
            found["tmp~1"] = place
            break
    return found


def _temporary_names(variables: Mapping[str, Fact]) -> Iterator[re.Match[str]]:
    return (match for name in _NAMING if (match := _TEMPORARY.search(_text(variables, name))))


def _last(place: str) -> str:
    return re.split(r"[\\/]", place)[-1]
