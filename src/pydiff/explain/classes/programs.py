"""A program that does not exist, in the words of whoever tried to run it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydiff.compare.builds.actions import Call

_SAID = re.compile(
    r"command '([^']{1,300})' failed: No such file or directory"
    r"|unable to execute '([^']{1,300})': No such file or directory"
    r"|No such file or directory: '([^']{1,300})'"
    r"|(?:^|[\s:])([\w+./-]{1,300}): (?:command )?not found$"
    r"|^(?:make|gmake|ninja)\S{0,20}: ([\w+./-]{1,300}): No such file or directory$"
    r"|The CMAKE_\w{1,20}_COMPILER:? ([\w+./-]{1,300}) is not a full path and was not found in the PATH"
)
_COMPILER = re.compile(
    r"(?:^|[/-])(?:cc|gcc|g\+\+|c\+\+|clang|clang\+\+|musl-clang|musl-gcc|gfortran|f77|f95|icc|icx|c99|c89)(?:-\d[\d.]{0,10})?$"
)
_ARCHIVER = re.compile(r"(?:^|[/-])ar$|(?:^|[/-])ar-\d[\d.]{0,10}$")


def is_compiler(name: str) -> bool:
    """`clang`, `/usr/bin/x86_64-linux-gnu-g++`, `gcc-12`."""
    return _COMPILER.search(name) is not None


def is_archiver(name: str) -> bool:
    """`ar`, `/tools/llvm/bin/llvm-ar`, `gcc-ar-12`."""
    return _ARCHIVER.search(name) is not None


def said_missing(lines: Sequence[str]) -> list[tuple[str, str]]:
    """(program, line) for every line that says a program does not exist."""
    said = ((_SAID.search(line), line) for line in lines)
    return [(next(group for group in match.groups() if group), line) for match, line in said if match is not None]


def attempt(call: Call) -> str:
    """The evidence line of a recorded attempt to run a program that is not there."""
    text = " ".join((call.tool, *call.arguments))
    return f"{text if len(text) <= 300 else text[:299] + '…'}  → exit status 127, no such program"
