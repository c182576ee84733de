"""What comes with this Python beside the language: packaging tools, certificates, terminal descriptions, Tcl."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.snapshot.interface import About

_TOOLS = ("pip", "setuptools", "wheel")
_ENSURED = ("pip", "setuptools")
# The dot in the second form: ensurepip keeps wheels, `pip-23.0.1-py3-none-any.whl`.
_INSTALLED = re.compile(
    r"(?:.*/)?(?:site|dist)-packages/(pip|setuptools|wheel)-([^/-]+)\.(?:dist|egg)-info(?:/METADATA|/PKG-INFO)?"
)
_WHEEL = re.compile(r"(?:.*/)?ensurepip/_bundled/(pip|setuptools|wheel)-([^/-]+)-[^/]+\.whl")
_CERTIFICATES = re.compile(r"(?:.*/)?(?:cacert|cert|ca-bundle|ca-certificates)\.(?:pem|crt)")
# Those of the test suite are for its own servers.
_TESTS = re.compile(r"(?:.*/)?(?:test|tests|idlelib|certdata)/.*")
_TERMINFO = re.compile(r"((?:.*/)?terminfo)/[^/]{1,2}/[^/]+")
_TCL_SCRIPT = re.compile(r"(?:.*/)?(tcl|tk)\d+(?:\.\d+)*/(?:init|tk)\.tcl")
_TCL_LIBRARY = re.compile(r"(?:.*/)?(?:lib)?(?:tcl|tk|tcl9tk)\d[\d.]*[a-z]?\.(?:so|dylib|dll)(?:\.[\d.]+)?")
_REQUIRED = re.compile(r"^\s*package require -exact (Tcl|tcl|Tk|tk)\s+([0-9][\w.]*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bundled:
    """Subject -> version or places; "absent" where this Python has no such thing.

    `pip`, `setuptools`, `wheel`: version in site-packages. `ensurepip/pip`: version that a new environment would get.
    `certificates`: bundles of certificate authorities. `terminfo`: folder -> entries. `tcl`, `tk`: version of the scripts, and where.
    `tcl/libraries`: shared libraries of both (a static one is in the interpreter or in _tkinter).
    """

    name: str = "bundled"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the name says it)
        return _TCL_SCRIPT.fullmatch(path) is not None

    def collect(self, about: About) -> Facts:
        if not about.layout.stdlib:
            return {}
        facts: Facts = dict.fromkeys([*_TOOLS, *(f"ensurepip/{name}" for name in _ENSURED)], "absent")
        places: dict[str, list[str]] = defaultdict(list)
        terminfo: dict[str, int] = defaultdict(int)
        for path, item in about.items.items():
            if match := _INSTALLED.fullmatch(path):
                facts[match[1]] = match[2]
            elif match := _WHEEL.fullmatch(path):
                facts[f"ensurepip/{match[1]}"] = match[2]
            elif _CERTIFICATES.fullmatch(path) and not _TESTS.fullmatch(path):
                places["certificates"].append(path)
            elif match := _TERMINFO.fullmatch(path):
                terminfo[match[1]] += item.entry.kind != "dir"
            elif match := _TCL_SCRIPT.fullmatch(path):
                facts[match[1]] = f"{_version(about, path)} in {path.rpartition('/')[0]}"
            elif _TCL_LIBRARY.fullmatch(path):
                places["tcl/libraries"].append(path)
        for name in ("certificates", "tcl/libraries"):
            facts[name] = places.get(name, "absent")
        facts["terminfo"] = [f"{folder}: {count} entries" for folder, count in sorted(terminfo.items())] or "absent"
        return {"tcl": "absent", "tk": "absent"} | facts


def _version(about: About, path: str) -> str:
    match = _REQUIRED.search(about.text(path))
    return match[2] if match else "no version"
