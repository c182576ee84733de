"""The one door: whatever is rendered, saved elsewhere or attached to a ticket has passed through `redact`."""

from __future__ import annotations

import contextlib
import getpass
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec

from pydiff.model.record import Run
from pydiff.report.secret_shapes import REDACTED, hide, secret_name

USER, HOST, HOME = "[user]", "[host]", "~"

# Variables of the environment that a reader of a report needs, and that hold no secret by their nature.
_ALLOWED = re.compile(
    r"(?:CC|CXX|CPP|AR|LD|RANLIB|NM|STRIP|[A-Z]{0,12}FLAGS|LIBRARY_PATH|LD_LIBRARY_PATH|LD_RUN_PATH|CPATH|C_INCLUDE_PATH|PKG_CONFIG_PATH"
    r"|PATH|LANG|LC_[A-Z]{1,20}|TZ|TERM|SHELL|HOME|TMPDIR|SOURCE_DATE_EPOCH|MACOSX_DEPLOYMENT_TARGET|ARCHFLAGS|PYTHON[A-Z]{0,30}"
    r"|(?:PYDIFF|UV|MISE|PIP|PYENV|SETUPTOOLS|CMAKE|MAKE)_[A-Z_]{1,60}|http_proxy|https_proxy|no_proxy|HTTP_PROXY|HTTPS_PROXY|NO_PROXY|CI)$"
)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*$")
# Names that are also words: replacing them everywhere would spoil the text and hide nothing.
_COMMON = frozenset("""
    account admin administrator agent app apps arm64 bash bin build builder built buildroot cache ci circleci cc clang client cloud code common
    computer container data debian default demo desktop dev developer dist docker embedded example fedora for ftp gcc github gitlab guest home
    host include install jenkins lab laptop left lib lib64 linux local localhost localdomain mac machine macos mail main master mise mnt
    name node none nobody opc opt or path pbs pip pipeline private prod proc public pydiff pyenv pypi python python3 rhel right root runner
    same self server service share shared shell site source src srv staging sudo sys system temp test tester testing tests tmp tools travis
    ubuntu unknown user username users usr uv var vagrant vm wheel windows work worker workspace workstation www x86 x86_64 aarch64 amd64
""".split())  # fmt: skip  # noqa: SIM905 (a table of words)
_SHORTEST = 3
_ROUNDS = 8

# Fields whose values come from a closed list, or are hashes and times that must stay exact.
_KEPT = frozenset(
    {
        "schema",
        "verdict",
        "severity",
        "side",
        "kind",
        "level",
        "class",
        "sha256",
        "created",
        "pydiff",
        "flavor",
        "triple",
    }
)
_OUTCOMES = frozenset({"built", "failed", "timeout", "not-run"})
_SECRET_OPTION = re.compile(r"--?[A-Za-z][A-Za-z0-9-]{1,60}$")
# Not in the middle of a path; but right after an option that takes one, such as -I.
_PATH_START = r"(?:(?<![A-Za-z0-9_.~}\\-])|(?<=-[ILBFRD]))"
_PATH_END = r"(?![A-Za-z0-9_.~-])"
_ANY_HOME = re.compile(
    rf"{_PATH_START}(?:/(?:home|Users|var/home)/[^/~\s:;,'\"`<>|()\\{{}}]{{1,64}}+|/root{_PATH_END}|[A-Za-z]:\\Users\\[^\\~\s:;,'\"`<>|]{{1,64}}+)"
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who and where this machine is."""

    homes: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def this_machine() -> Identity:
    """Of the user who runs pydiff; what cannot be found out is left empty."""
    users, hosts, homes = set[str](), set[str](), set[str]()
    with contextlib.suppress(OSError, KeyError, ImportError):
        users.add(getpass.getuser())
    with contextlib.suppress(OSError, RuntimeError):
        homes |= {str(Path.home()), str(Path.home().resolve())}
    host = socket.gethostname()
    hosts |= {host, host.partition(".")[0]}
    return Identity(tuple(sorted(homes)), tuple(sorted(users)), tuple(sorted(hosts)))


def redact(run: Run, identity: Identity | None = None) -> Run:
    """The run without home folders, user and host names, secrets, addresses, and environment outside the allow-list.

    Roles such as `{prefix}`, hashes, specs and all that a reader needs stay. Doing it twice changes nothing more.
    """
    clean = redactor(identity)
    data = _walk(msgspec.to_builtins(run), "", clean)
    data["environment"] = {name: _variable(name, value) for name, value in data.get("environment", {}).items()}
    return msgspec.convert(data, Run)


def redact_data(data: Any, identity: Identity | None = None) -> Any:  # noqa: ANN401 (JSON data)
    """The same for JSON data, value by value."""
    return _walk(msgspec.to_builtins(data), "", redactor(identity))


def redactor(identity: Identity | None = None) -> Callable[[str], str]:
    """The same for one text."""
    who = identity or this_machine()
    homes = _folders(who.homes)
    names = [(_names(who.hosts, re.IGNORECASE), HOST), (_names(who.users), USER)]

    def once(text: str) -> str:
        text = hide(text)
        if homes is not None:
            text = homes.sub(HOME, text)
        text = _ANY_HOME.sub(HOME, text)
        for pattern, name in names:
            if pattern is not None:
                text = pattern.sub(name, text)
        return text

    @cache
    def clean(text: str) -> str:
        text = _encodable(text)
        # What replaces a word is a boundary, behind which another word may begin.
        for _ in range(_ROUNDS):
            if (again := once(text)) == text:
                break
            text = again
        return text

    return clean


def _variable(name: str, value: str) -> str:
    if secret_name(name) and value:
        return REDACTED
    if _VARIABLE.match(name) and not _ALLOWED.match(name):
        return "[not shown]"
    return value


def _walk(data: Any, key: str, clean: Callable[[str], str]) -> Any:  # noqa: ANN401 (JSON data)
    match data:
        case str():
            return data if key in _KEPT or (key == "outcome" and data in _OUTCOMES) else clean(data)
        case dict():
            return {name: _value(name, value, clean) for name, value in data.items()}
        case list():
            return list(_items(data, key, clean))
        case _:
            return data


def _value(name: str, value: Any, clean: Callable[[str], str]) -> Any:  # noqa: ANN401 (JSON data)
    if isinstance(value, str) and value and secret_name(name):
        return REDACTED
    return _walk(value, name, clean)


def _items(items: list[Any], key: str, clean: Callable[[str], str]) -> Iterable[Any]:
    """The word after `--password` is one."""
    expected = False
    for item in items:
        if expected and isinstance(item, str) and not item.startswith("-"):
            yield REDACTED
        else:
            yield _walk(item, key, clean)
        expected = isinstance(item, str) and _SECRET_OPTION.match(item) is not None and secret_name(item)


def _folders(homes: Iterable[str]) -> re.Pattern[str] | None:
    """Home folders deep enough to be one: not `/`, not `/home`."""
    found = sorted(
        {home.rstrip("/\\") for home in homes if re.match(r"/[^/]+/[^/]|[A-Za-z]:\\[^\\]+\\|/root$", home)},
        key=len,
        reverse=True,
    )
    return re.compile(rf"{_PATH_START}(?:{'|'.join(map(re.escape, found))}){_PATH_END}") if found else None


def _names(names: Iterable[str], flags: int = 0) -> re.Pattern[str] | None:
    """Whole words only, and only those that say something."""
    found = sorted(
        {name for name in names if len(name) >= _SHORTEST and name.lower() not in _COMMON and not name.isdecimal()},
        key=len,
        reverse=True,
    )
    return (
        re.compile(
            rf"(?:(?<![A-Za-z0-9_\[])|(?<=-[DILUFRB]))(?:{'|'.join(map(re.escape, found))})(?![A-Za-z0-9_\]])", flags
        )
        if found
        else None
    )


def _encodable(text: str) -> str:
    """Names of files may hold bytes that are no text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
