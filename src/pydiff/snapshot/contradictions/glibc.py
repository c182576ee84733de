"""Binaries that need a newer glibc than their release promises, or than this machine has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside
from pydiff.snapshot.contradictions.versions import newer, numbers

# What python-build-standalone checks its own Linux releases for, where it is not the usual 2.17 (cpython-unix/targets.yml, validation).
_FLOORS = {"riscv64": "2.28", "mips": "2.19", "mipsel": "2.19", "loongarch64": "2.36"}
_FLOOR = "2.17"
_HOST = re.compile(r"'--host=([^-']+)-unknown-linux-gnu[^']*'")


def find(beside: Beside) -> Iterator[Contradiction]:
    asked = {path: str(fact["glibc"]) for path, fact in beside.fields("binaries") if fact.get("glibc")}
    order = sorted(asked, key=lambda path: ([-part for part in numbers(asked[path])], path))
    floor, machine = promised(beside), "" if beside.foreign else beside.machine.glibc
    above = {path: f"GLIBC_{asked[path]}" for path in order if newer(asked[path], floor)}
    if above:
        first = next(iter(above))
        yield Contradiction(
            "binaries",
            first,
            above[first],
            f"releases of python-build-standalone for this architecture promise to run with glibc {floor}",
            "wheels that are repaired against the promise, and machines that have no newer glibc, cannot load it: `version not found`",
            (),
            "changes",
            above,
        )
    too_new = {path: f"GLIBC_{asked[path]}" for path in order if newer(asked[path], machine)}
    if too_new:
        first = next(iter(too_new))
        yield Contradiction(
            "binaries",
            first,
            too_new[first],
            f"this machine has glibc {machine}",
            f"it cannot be loaded here: `version '{too_new[first]}' not found`",
            ("use a Python that was built on an older system",),
            "breaks",
            too_new,
        )


def promised(beside: Beside) -> str:
    """The newest glibc that a release may ask for, "" where nothing is promised: "2.17"."""
    for value in beside.facts("release").values():
        texts = value if isinstance(value, list) else [value]
        for text in texts:
            if match := re.fullmatch(r"glibc-max-symbol-version:(\d[\d.]*)", str(text)):
                return match[1]
    arguments = beside.text("CONFIG_ARGS")
    match = _HOST.search(arguments)
    # A local interpreter in the memory of a release says --prefix=/install too, but was configured for x86_64-pc-linux-gnu.
    if match is None or "'--prefix=/install'" not in arguments or "-unknown-" not in beside.text("HOST_GNU_TYPE"):
        return ""
    return _FLOORS.get(match[1], _FLOOR)
