"""build-details.json (PEP 739): paths that are not there, names that sysconfig says otherwise."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside

_PATHS = (
    "base_prefix", "base_interpreter", "libpython.dynamic", "libpython.dynamic_stableabi", "libpython.static", "c_api.headers",
    "c_api.pkgconfig_path",
)  # fmt: skip


def find(beside: Beside) -> Iterator[Contradiction]:
    facts = beside.facts("builddetails")
    held = beside.named("build-details.json")
    folder = f"{beside.prefix}/{posixpath.dirname(held[0])}" if held else f"{beside.prefix}/lib/python{beside.minor}"
    base = posixpath.normpath(posixpath.join(folder, str(facts.get("base_prefix", folder))))
    missing: dict[str, str] = {}
    for key in _PATHS:
        value = facts.get(key)
        # `base_prefix` may be relative to the file's folder, every other path to `base_prefix` (PEP 739).
        path = (
            base
            if key == "base_prefix"
            else posixpath.normpath(posixpath.join(base, value))
            if isinstance(value, str)
            else ""
        )
        if isinstance(value, str) and value and not beside.has(path):
            missing[key] = value
    if missing:
        first = next(iter(missing))
        yield Contradiction(
            "builddetails",
            first,
            missing[first],
            "no such file or folder",
            "a build that is pointed to build-details.json (meson's python.build_config) stops, or takes paths that do not exist",
            ("releases from 20251007 on write paths relative to the file",),
            "changes",
            missing,
        )
    suffix, said = facts.get("abi.extension_suffix"), beside.text("EXT_SUFFIX")
    if isinstance(suffix, str) and said and suffix != said:
        yield Contradiction(
            "builddetails",
            "abi.extension_suffix",
            suffix,
            f"EXT_SUFFIX says {said}",
            "extensions are named differently by builds that ask the one or the other",
        )
