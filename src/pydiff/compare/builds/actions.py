"""A recorded command as it is compared: what it makes, its arguments with roles in place of paths, and how it ended."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import Literal

from pydiff.compare.flags import tokenise
from pydiff.model.build import Action, BuildRecord
from pydiff.model.roles import Roles

Status = Literal["done", "failed", "absent", "killed"]
"""How a command ended; `absent` when the program does not exist, `killed` when it was still running at the end."""

NOT_FOUND = 127

_ARCHIVER = re.compile(r"(?:^|-)ar(?:-[\d.]+)?$")
_TABLE_TOOL = re.compile(r"(?:^|-)(?:ranlib|strip|nm|objcopy)(?:-[\d.]+)?$")

# Names that differ from run to run on one and the same machine.
_RUN_NAMES = (
    (re.compile(r"(?<![A-Za-z0-9])(\.?tmp)[A-Za-z0-9_]{6,8}(?![A-Za-z0-9_])"), r"\1*"),
    (re.compile(r"(?<=/)cc[A-Za-z0-9]{6}(?=\.[a-z]{1,3}\b)"), "cc*"),
    (re.compile(r"(?<=/)(pip-[a-z]{1,20}-[a-z]{0,20}-?)[a-z0-9_]{8}(?=/|$)"), r"\1*"),
)
# `temp.linux-x86_64-cpython-39/x.o` and `…-cpython-310/x.o` are the same product of two Pythons.
_PYTHON_IN_NAME = re.compile(r"(cpython-|python|\bcp|-)3\.?\d{1,2}(?=[/.\-]|$)")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DATE = re.compile(
    r"\b\d{1,2}:\d{2}\b|\b(?:19|20)\d{2}[-/.]?[01]\d[-/.]?[0-3]\d|\b1[4-9]\d{8}\b"
    rf"|\b\d{{1,2}}[ -]{_MONTH}\b|\b{_MONTH}[ -]+\d{{1,2}}\b",
    re.IGNORECASE,
)
_PROBE_PATHS = re.compile(
    r"(?:^|/)(?:conftest|_?configtest|CMakeFiles/CMakeScratch|CMakeTmp|TryCompile-|meson-private/)|^/dev/null$"
    r"|^-$|^\{tmp\}/|^/tmp/|^/var/tmp/|(?:^|/)a\.out$"
)
_ASKING = frozenset({"-v", "-V", "--version", "-dumpversion", "-dumpfullversion", "-dumpmachine", "-E", "-###"})


@dataclass(frozen=True, slots=True)
class Call:
    """One top-level command of a build, ready to be compared."""

    action: Action
    tool: str
    """argv[0], with roles."""
    arguments: tuple[str, ...]
    """The rest as flags in one spelling, with roles, and with names that are random in each run replaced."""
    key: tuple[str, ...]
    """What it makes: equal on both sides for the same step of the build."""
    cwd: str
    said: str
    """What it wrote to stderr, with roles."""
    probe: bool
    """It asks the compiler something and leaves nothing that lasts: a version, a configure check."""

    @property
    def status(self) -> Status:
        if self.action.exit_code is None:
            return "killed"
        if self.action.exit_code == NOT_FOUND:
            return "absent"
        return "done" if self.action.exit_code == 0 else "failed"

    @property
    def name(self) -> str:
        """The program's name without its folder."""
        return PurePosixPath(self.tool).name or self.action.tool

    @property
    def doing(self) -> str:
        """What the command is for: "linking `uwsgi`"."""
        kind, *names = self.key
        subject = f"`{names[0][:120]}`" if names else "nothing"
        if self.probe or kind in {"call", "table"}:
            text = " ".join((self.name, *self.arguments))
            return f"{'probing with' if self.probe else 'running'} `{text if len(text) <= 100 else text[:99] + '…'}`"
        if kind == "archive":
            return f"archiving {subject}"
        return f"{'compiling' if kind == 'object' or '-c' in self.arguments else 'linking'} {subject}"


# They only run what the build asks for; a compiler that runs its own linker is another matter.
_RUNNER = re.compile(r"(?:g?make|ninja|samu|cmake|meson|cargo)(?:-[\d.]+)?$")


def asked_for(actions: Sequence[Action]) -> list[Action]:
    """The commands that the build asked for, by itself or through make and the like; not what a compiler ran in turn (`ld`)."""
    by_index = {action.index: action for action in actions}

    def is_asked_for(action: Action) -> bool:
        parent = by_index.get(action.parent) if action.parent is not None else None
        while parent is not None:
            if not _RUNNER.match(parent.tool):
                return False
            # A parent is older than what it runs; a record that says otherwise is not followed round in circles.
            older = parent.parent is not None and parent.parent < parent.index
            parent = by_index.get(parent.parent) if older and parent.parent is not None else None
        return True

    return [action for action in actions if is_asked_for(action)]


def calls(record: BuildRecord) -> list[Call]:
    """The commands that the build asked for, in time."""
    normalise = cache(Roles(record.places).normalise)
    return [_call(action, normalise) for action in asked_for(record.actions)]


def token_changes(left: Call, right: Call) -> list[str]:
    """The arguments that differ in meaning, `- x` left and `+ y` right; the tool's name and dates are left out."""
    gone, come = _surplus(left.arguments, right.arguments), _surplus(right.arguments, left.arguments)
    dated = {macro(token) for token in gone if is_dated(token)} & {macro(token) for token in come if is_dated(token)}
    return [
        *(f"- {token}" for token in gone if not (is_dated(token) and macro(token) in dated)),
        *(f"+ {token}" for token in come if not (is_dated(token) and macro(token) in dated)),
    ]


def same_words(left: Call, right: Call) -> bool:
    """True when the arguments are the same set, in whatever order."""
    return not token_changes(left, right)


def same_order(left: Call, right: Call) -> bool:
    """True when equal sets of arguments also come in the same order."""
    return [macro(one) if is_dated(one) else one for one in left.arguments] == [
        macro(one) if is_dated(one) else one for one in right.arguments
    ]


def dates(left: Call, right: Call) -> list[str]:
    """The macros that hold a different date on each side: `-DUWSGI_BUILD_DATE`."""
    gone, come = _surplus(left.arguments, right.arguments), _surplus(right.arguments, left.arguments)
    return sorted({macro(one) for one in gone if is_dated(one)} & {macro(one) for one in come if is_dated(one)})


def macro(token: str) -> str:
    """`-DNAME` of `-DNAME=value`."""
    return token.partition("=")[0]


def is_dated(token: str) -> bool:
    """True for `-DNAME=value` where the value is a date, a time of day, or seconds since 1970."""
    name, equals, value = token[:500].partition("=")
    return bool(equals) and name.startswith("-D") and _DATE.search(value) is not None


def _surplus(these: Sequence[str], those: Sequence[str]) -> list[str]:
    """What `these` has and `those` lacks, counting repetitions, in order."""
    if these == those:
        return []
    spare = Counter(these) - Counter(those)
    found = []
    # From the end: of two equal flags, the later one is the one that was added.
    for token in reversed(these):
        if spare[token] > 0:
            spare[token] -= 1
            found.append(token)
    return found[::-1]


def _call(action: Action, normalise: Callable[[str], str]) -> Call:
    argv = action.argv or (action.tool,)
    arguments = tuple(flag.text for flag in tokenise([_steady(normalise(word)) for word in argv[1:]]))
    tool = normalise(argv[0])
    name = PurePosixPath(tool).name
    output = _output(arguments)
    probe = _is_probe(arguments, output)
    return Call(
        action=action,
        tool=tool,
        arguments=arguments,
        key=_key(name, arguments, output),
        cwd=normalise(action.cwd),
        said=normalise(action.stderr),
        probe=probe,
    )


def _steady(word: str) -> str:
    for pattern, name in _RUN_NAMES:
        word = pattern.sub(name, word)
    return word


def _output(arguments: Sequence[str]) -> str:
    """The value of `-o`, or ""."""
    for word in arguments:
        if word.startswith("-o") and len(word) > 2 and "=" not in word:
            return word[2:].lstrip()
    return ""


def _sources(arguments: Sequence[str]) -> list[str]:
    return [word for word in arguments if not word.startswith(("-", "@"))]


def _is_probe(arguments: Sequence[str], output: str) -> bool:
    if output:
        return _PROBE_PATHS.search(output) is not None
    if any(word in _ASKING or word.startswith(("-print-", "--print-")) for word in arguments):
        return True
    sources = _sources(arguments)
    return "-" in arguments or (bool(sources) and all(_PROBE_PATHS.search(word) for word in sources))


def _key(name: str, arguments: Sequence[str], output: str) -> tuple[str, ...]:
    if _ARCHIVER.search(name):
        archives = [word for word in arguments if word.endswith((".a", ".lib"))]
        return ("archive", _name(archives[0] if archives else " ".join(arguments)))
    if _TABLE_TOOL.search(name):
        return ("table", *(_name(word) for word in _sources(arguments)))
    if output and output != "/dev/null":
        return ("output", _name(output))
    if "-c" in arguments and (sources := _sources(arguments)):
        return ("object", *(_name(word) for word in sources))
    return ("call", *arguments)


def _name(text: str) -> str:
    return _PYTHON_IN_NAME.sub(r"\g<1>{XY}", text.removeprefix("./"))
