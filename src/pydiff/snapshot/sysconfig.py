"""The variables of `_sysconfigdata_*.py`: what every build backend asks first."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.model.sysconfigdata import parse_sysconfigdata
from pydiff.snapshot.interface import About

_FILE = re.compile(r"(?:.*/)?_sysconfigdata_[^/]*\.py")
_JSON = re.compile(r"(?:.*/)?_sysconfig_vars_[^/]*\.json")


@dataclass(frozen=True, slots=True)
class Sysconfig:
    """Variable -> value (text or whole number) as it stands in the file; the file is parsed, never imported.

    Windows has no such file. There the variables are those that the release's PYTHON.json tells, all as text: what the build machine
    was answered. Without it there are none, and the family is empty.
    """

    name: str = "sysconfig"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the name says it)
        return _FILE.fullmatch(path) is not None

    def collect(self, about: About) -> Facts:
        path = about.layout.sysconfigdata
        if path:
            return dict(parse_sysconfigdata(_decoded(about, path)))
        return _texts((about.released or {}).get("python_config_vars"))


@dataclass(frozen=True, slots=True)
class SysconfigVars:
    """Variable -> value of `_sysconfig_vars_*.json`, the copy for tools that Python 3.14 installs beside the module.

    Whoever rewrites the module may leave the copy as it was.
    """

    name: str = "sysconfig_vars"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the name says it)
        return _JSON.fullmatch(path) is not None

    def collect(self, about: About) -> Facts:
        path = about.layout.sysconfigdata.replace("/_sysconfigdata_", "/_sysconfig_vars_").removesuffix(".py") + ".json"
        return _texts(json.loads(about.text(path))) if path in about.items else {}


def _decoded(about: About, path: str) -> str:
    data = about.data(path)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        about.problems[path] = f"not UTF-8 at byte {error.start}; told with `\N{REPLACEMENT CHARACTER}` in its place"
        return data.decode(errors="replace")


def _texts(values: object) -> Facts:
    """The values that are texts or numbers, which are all that a configuration has."""
    if not isinstance(values, Mapping):
        return {}
    return {str(name): value for name, value in values.items() if isinstance(value, str | int | float)}
