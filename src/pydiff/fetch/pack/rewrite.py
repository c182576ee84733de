"""The texts of a Python that name its prefix or its build, rewritten as a release has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydiff.errors import PackError
from pydiff.interpreter import Interpreter
from pydiff.model.sysconfigdata import SysconfigDataError, format_sysconfigdata, parse_assignment

PREFIX = "/install"
# Makefile variables that a build takes from there; all others are spelled with $(prefix) already.
_MAKEFILE = re.compile(r"^(?P<name>\w+)=[ \t]*(?P<value>[^\n]*)$", re.MULTILINE)
_ASSIGNED = re.compile(r"^(?P<name>prefix|libdir)=(?P<quote>\"?)[^\n]*$", re.MULTILINE)


def read_sysconfigdata(text: str, name: str) -> dict[str, str | int]:
    """The variables of a `_sysconfigdata_*.py`, without running it; code after them, as Debian adds, is left. Raises PackError."""
    try:
        return parse_assignment(text)[0]
    except SysconfigDataError as error:
        raise PackError(
            f"{name} cannot be read: {error}", hint="only CPython's own form of the file is understood"
        ) from error


def write_sysconfigdata(variables: Mapping[str, str | int]) -> bytes:
    """As releases since 20241219 write it: JSON, sorted, no newline at the end."""
    return format_sysconfigdata(variables).removesuffix("\n").encode()


@dataclass(frozen=True, slots=True)
class Rewriter:
    """From the prefix and build folder of one interpreter to those of a release."""

    python: Interpreter
    values: Mapping[str, str | int]
    """What the packed sysconfigdata says."""

    def text(self, text: str) -> str:
        """Every mention of the interpreter's own prefix, build folder and library path replaced."""
        prefix = str(self.python.prefix)
        libraries = {f"{prefix}/lib", self.python.text("LIBDIR")}
        for folder in libraries:
            # Added by whoever compiled it, so that it finds its library where it is now.
            text = re.sub(rf"[ \t]?-(?:L|Wl,-rpath[,=]){re.escape(folder)}(?![\w/])", "", text)
        # Distributions' own prefixes are also where everything else lives: there only whole assignments are replaced.
        if prefix not in {"/", "/usr"}:
            text = re.sub(rf"{re.escape(prefix)}(?![\w.-])", PREFIX, text)
        build = self.python.text("abs_builddir")
        if build.count("/") > 1:
            text = text.replace(build, f"/build/Python-{self.python.version}")
        return text

    def own_variables(self, variables: Mapping[str, str | int]) -> dict[str, str | int]:
        return {name: self.text(value) if isinstance(value, str) else value for name, value in variables.items()}

    def plain(self, data: bytes) -> bytes:
        return _encode(self.text(_decode(data)))

    def makefile(self, data: bytes) -> bytes:
        """Plain assignments get the packed values; the others follow from them."""

        def assign(match: re.Match[str]) -> str:
            value = self.values.get(match["name"])
            plain = "$" not in match["value"] and not match["value"].endswith("\\")
            return f"{match['name']}=\t{value}" if plain and isinstance(value, str) else match[0]

        return _encode(_MAKEFILE.sub(assign, self.text(_decode(data))))

    def assignments(self, data: bytes) -> bytes:
        """A .pc file or the shell `python-config`: `prefix` and `libdir` as released, flags without local paths."""

        def assign(match: re.Match[str]) -> str:
            if match["name"] == "prefix":
                return f"prefix={match['quote']}{PREFIX}{match['quote']}"
            if "$(" in match[0]:
                return f'libdir=$(echo "{PREFIX}/lib" | sed "s#$prefix#$prefix_real#")'
            return "libdir=${exec_prefix}/lib"

        return _encode(_ASSIGNED.sub(assign, self.text(_decode(data))))

    def script(self, data: bytes) -> bytes:
        """A Python script that finds the interpreter beside it, in the form of releases since 20241205."""
        if not data.startswith(b"#!") or b"python" not in data.split(b"\n", 1)[0]:
            return self.plain(data)
        name = f"python{self.python.minor_text}{self.python.abiflags}"
        start = f'#!/bin/sh\n\'\'\'exec\' "$(dirname -- "$(realpath -- "$0")")/{name}" "$0" "$@"\n\' \'\'\'\n'
        return start.encode() + data.split(b"\n", 1)[1]


def _decode(data: bytes) -> str:
    return data.decode("utf-8", errors="surrogateescape")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogateescape")
