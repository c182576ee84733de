"""What pkg-config would be told, and is not there."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside, build_root
from pydiff.snapshot.contradictions import remedies
from pydiff.snapshot.contradictions.references import expand

_CONSEQUENCE = (
    "a build that asks pkg-config (meson, autotools, CMake) gets include and library folders that do not exist"
)


def find(beside: Beside) -> Iterator[Contradiction]:
    files: dict[str, dict[str, str]] = defaultdict(dict)
    for path, fields in beside.fields("pkgconfig"):
        known = {name: str(value) for name, value in fields.items()}
        known["pcfiledir"] = f"{beside.prefix}/{posixpath.dirname(path)}"
        for name in ("prefix", "exec_prefix", "libdir", "includedir"):
            value = expand(known.get(name, ""), known)
            if value.startswith("/") and "$" not in value and not beside.has(value):
                files[f"{name}={value}"][path] = f"{name}={value}"
                break
    for says, said in files.items():
        yield Contradiction(
            "pkgconfig",
            next(iter(said)),
            says,
            "no such folder",
            _CONSEQUENCE,
            remedies.PKGCONFIG if build_root(says.partition("=")[2]) else (),
            "breaks",
            said,
        )
    yield from _version(beside)


def _version(beside: Beside) -> Iterator[Contradiction]:
    for path, fields in beside.fields("pkgconfig"):
        version = str(fields.get("Version:", ""))
        if re.fullmatch(r"\d+\.\d+", version) and version != beside.minor:
            yield Contradiction(
                "pkgconfig",
                path,
                f"Version: {version}",
                f"the interpreter is {beside.snapshot.python_version}",
                "a build that asks pkg-config for this version gets the flags of another Python",
            )
