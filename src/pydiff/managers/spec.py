"""The grammar of specs: `[manager[@version]:]request[#target]`.

Examples: `uv:3.9`, `uv@0.5.5:3.9.12`, `uv@0.5.5,0.5.10:3.9` (0.5.10 installed it again over 0.5.5's tree), `mise@2024.11.37:3.13t`, `pbs:3.9.20+20241016`, `uv:host-3.9`, `path:/usr/bin/python3.9`,
`uv@0.5.5:./cpython-3.9.20+20241016-x86_64-unknown-linux-gnu-install_only.tar.gz`, `uv:3.12#macos-aarch64`.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from pydiff.errors import SpecError
from pydiff.managers.interface import Manager
from pydiff.managers.registry import named, versioned_names
from pydiff.model.spec import ArchiveRequest, HostRequest, InterpreterRequest, Request, Spec, VersionRequest
from pydiff.model.target import RELEASED, Target, this_machine

# `https://…` starts like a manager's name; the two slashes tell it apart. A path never matches: it has a dot or a slash before any colon.
_PREFIX = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_-]*)(?:@(?P<version>[^:/@]*))?:(?!//)(?P<rest>.*)", re.DOTALL)
_VERSION = re.compile(
    r"(?P<major>\d{1,3})\.(?P<minor>\d{1,3})(?:\.(?P<patch>\d{1,3})(?P<pre>(?:a|b|rc)\d{1,3})?)?(?P<flags>t|d|td)?(?:\+(?P<tag>\d{8}))?",
    re.ASCII,
)
# rye's and pdm's own spelling: `cpython-x86@3.12.2`, `cpython-x86-windows@3.12.2`, `cpython@3.12-32`.
_SPELLED = re.compile(
    r"(?:cpython(?:-(?P<arch>\w+)(?:-(?P<os>\w+))?)?@)?(?P<version>\d[^-@]*)(?:-(?P<suffix>\w+))?", re.ASCII
)
_MANAGER_VERSION = re.compile(r"v?(\d{1,9}(?:\.\d{1,9}){2})", re.ASCII)
_VARIANTS = {"": "", "t": "freethreaded", "d": "debug", "td": "freethreaded+debug"}
CHANGES_AGAIN = ("uv",)
"""Managers that change a tree again when they are told to install what is there already."""
_ARCHIVE_ENDS = (".tar.gz", ".tar.zst")
FORMS = (
    "a request is 3.9, 3.9.12, 3.13t, 3.14.0rc2, 3.9.20+20241016, host, host-3.9, or the path or http(s) URL of a "
    ".tar.gz or .tar.zst archive; before it may stand `manager:` or `manager@version:`, after it `#target`; cpython-x86@3.9.12 and "
    "cpython@3.9-32 name an architecture as rye and pdm do"
)


def parse_spec(text: str, *, manager: str = "uv") -> Spec:
    """Read a spec; `manager` answers for one that names none. Raises SpecError and nothing else."""
    text = text.strip()
    name, versions, rest = _split_manager(text, manager)
    chosen = named(name)
    if versions and not chosen.versioned:
        raise SpecError(
            f"{name} has no versions, so {text!r} cannot be meant",
            hint=f"write `{name}:{rest}`; {', '.join(versioned_names())} have versions",
        )
    if len(versions) > 1 and name not in CHANGES_AGAIN:
        raise SpecError(
            f"{name} leaves what it has installed as it is, so {text!r} cannot be meant",
            hint=f"only {', '.join(CHANGES_AGAIN)} changes a tree again; write `{name}@{versions[0]}:{rest}`",
        )
    words, target = _spelled(*_split_target(rest, text), text)
    if not words:
        raise SpecError(f"{text!r} names no Python", hint=FORMS)
    request = _request(words, chosen, text)
    if target != this_machine() and not isinstance(request, VersionRequest | ArchiveRequest):
        raise SpecError(
            f"{text!r}: {request} is on this machine, so its target cannot be {target}", hint="leave `#…` out"
        )
    version, again = (versions[0], versions[1:]) if versions else ("", ())
    return Spec(text, name, version, request, target, manager_again=again)


def _split_manager(text: str, default: str) -> tuple[str, tuple[str, ...], str]:
    match = _PREFIX.fullmatch(text)
    if match is None:
        return default, (), text
    if match["version"] is None:
        return match["name"], (), match["rest"]
    versions = []
    for given in match["version"].split(","):
        version = _MANAGER_VERSION.fullmatch(given)
        if version is None:
            raise SpecError(
                f"{given!r} is not a version of {match['name']}",
                hint="write all three numbers, as in uv@0.5.5: or mise@2024.11.37:",
            )
        versions.append(version[1])
    return match["name"], tuple(versions), match["rest"]


def _split_target(rest: str, text: str) -> tuple[str, Target]:
    words, mark, tail = rest.rpartition("#")
    if not mark:
        return rest, this_machine()
    try:
        return words, Target.parse(tail)
    except ValueError as error:
        if rest.endswith(_ARCHIVE_ENDS):  # a file name may hold a `#`
            return rest, this_machine()
        close = difflib.get_close_matches(tail, RELEASED, n=1, cutoff=0.5)
        meant = f"did you mean #{close[0]}? " if close else ""
        raise SpecError(f"{text!r}: {error}", hint=f"{meant}targets are {', '.join(RELEASED)}") from error


def _spelled(words: str, target: Target, text: str) -> tuple[str, Target]:
    """The version, and the target with the architecture and the system that stand beside it."""
    match = _SPELLED.fullmatch(words)
    if match is None or match[0] == match["version"]:
        return words, target
    arch = {None: target.arch, "32": "x86"}.get(match["suffix"], match["suffix"]) or target.arch
    arch, system = match["arch"] or arch, match["os"] or target.os
    libc = f"-{target.libc}" if system == target.os == "linux" else ""
    if (system, arch) == (target.os, target.arch):
        return match["version"], target
    try:
        return match["version"], Target.parse(f"{system}-{arch}{libc}")
    except ValueError as error:
        raise SpecError(
            f"{text!r}: {error}", hint="as in cpython-x86@3.12.2, cpython-aarch64-macos@3.12.2 or cpython@3.12-32"
        ) from error


def _request(words: str, manager: Manager, text: str) -> Request:
    request = _interpreter(words) if InterpreterRequest in manager.requests else _general(words, text)
    if isinstance(request, manager.requests):
        return request
    raise SpecError(
        f"{manager.name} cannot answer for {words!r}", hint=f"it takes {' or '.join(map(_form, manager.requests))}"
    )


def _interpreter(words: str) -> InterpreterRequest:
    return InterpreterRequest(_expanded(words))


def _general(words: str, text: str) -> Request:
    if words == "host":
        return HostRequest()
    if words.startswith("host-"):
        return _host(words, text)
    if "://" in words:
        return _url(words, text)
    if match := _VERSION.fullmatch(words):
        return _version(match)
    if words.endswith(_ARCHIVE_ENDS):
        return ArchiveRequest(_expanded(words))
    if "/" in words:
        raise SpecError(
            f"{words!r} is neither a version nor an archive",
            hint=f"for an interpreter write `path:{words}`; an archive ends in .tar.gz or .tar.zst",
        )
    raise _not_a_version(words, text)


def _host(words: str, text: str) -> HostRequest:
    minor = words.removeprefix("host-")
    match = _VERSION.fullmatch(minor)
    if match is None or match["patch"] or match["flags"] or match["tag"]:
        raise SpecError(
            f"{text!r}: {minor!r} is not a Python such as 3.9", hint="write host, or host-3.9 for another one"
        )
    return HostRequest(f"{int(match['major'])}.{int(match['minor'])}")


def _url(words: str, text: str) -> ArchiveRequest:
    if not words.startswith(("http://", "https://")):
        raise SpecError(f"{text!r} is not an http or https URL", hint="give a file by its plain path")
    if not words.partition("?")[0].endswith(_ARCHIVE_ENDS):
        raise SpecError(f"{text!r} is not the URL of an archive", hint="it must end in .tar.gz or .tar.zst")
    return ArchiveRequest(words)


def _version(match: re.Match[str]) -> VersionRequest:
    return VersionRequest(
        major=int(match["major"]),
        minor=int(match["minor"]),
        patch=None if match["patch"] is None else int(match["patch"]),
        prerelease=match["pre"] or "",
        variant=_VARIANTS[match["flags"] or ""],
        tag=match["tag"] or "",
    )


def _not_a_version(words: str, text: str) -> SpecError:
    inside = _VERSION.search(words)
    meant = f"did you mean `{inside[0]}`? " if inside and inside[0] != words else ""
    if words.isdecimal():
        meant = f"say which one, such as {words}.12. "
    return SpecError(f"{text!r}: {words!r} is not a Python that can be asked for", hint=meant + FORMS)


def _expanded(words: str) -> str:
    if not words.startswith("~"):
        return words  # `./python` must stay a path: without the dot it would be looked for on PATH
    try:
        return str(Path(words).expanduser())
    except (RuntimeError, ValueError) as error:  # ~nobody, or a null byte
        raise SpecError(f"{words!r}: no such user", hint="write the path in full") from error


def _form(request: type[Request]) -> str:
    if request is VersionRequest:
        return "a version (3.9)"
    if request is HostRequest:
        return "host"
    if request is ArchiveRequest:
        return "an archive"
    return "the path of an interpreter"
