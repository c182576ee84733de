"""Names of symbols: which are Python's, how many of them are kept in one string, and what versions they ask for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

_INIT = "PyInit_"
_VERSION = re.compile(r"(GLIBC|GLIBCXX)_(\d+(?:\.\d+)+)")
# A marker that stands for no symbol: the loader of an older glibc refuses packed relocations by it.
_MARKERS = {"GLIBC_ABI_DT_RELR": "GLIBC_2.36"}
_NAMED = 8
"""Symbols that imply a floor are named up to here, then counted."""


def api(names: Iterable[str]) -> tuple[str, ...]:
    """Of exported names those of Python's C API, public or private, sorted."""
    return tuple(sorted({name for name in names if name.startswith(("Py", "_Py")) and not name.startswith(_INIT)}))


def modules(names: Iterable[str]) -> frozenset[str]:
    """The extension modules that are initialised by functions among `names`."""
    # `PyInit_x.table` is a variable inside the function.
    return frozenset(
        module for name in names if name.startswith(_INIT) and (module := name.removeprefix(_INIT)).isidentifier()
    )


def digest(names: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def floors(wanted: Mapping[str, Iterable[str]]) -> dict[str, str | list[str]]:
    """The oldest glibc and libstdc++ that satisfy the versions asked for, and the symbols that ask for just these.

    `wanted` is version ("GLIBC_2.17") -> symbols. Answers `glibc` ("2.17"), `glibc_by` (names), `glibcxx`, `glibcxx_by`;
    without them where nothing is asked for (musl).
    """
    highest: dict[str, tuple[tuple[int, ...], str]] = {}
    for name in wanted:
        if match := _VERSION.fullmatch(_MARKERS.get(name, name)):
            version = tuple(int(part[:9]) for part in match[2].split("."))
            highest[match[1]] = max(highest.get(match[1], ((), "")), (version, match[2]))
    told: dict[str, str | list[str]] = {}
    for library, (_, text) in sorted(highest.items()):
        told[library.lower()] = text
        implied = {
            symbol
            for name, symbols in wanted.items()
            if _MARKERS.get(name, name) == f"{library}_{text}"
            for symbol in symbols
        }
        names = sorted(implied)
        more = [f"and {len(names) - _NAMED} more"] if len(names) > _NAMED else []
        if names:
            told[f"{library.lower()}_by"] = [*names[:_NAMED], *more]
    return told
