"""What is known of one binary, whatever its format."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import ModuleType

BinaryFact = dict[str, str | int | list[str]]


@dataclass(frozen=True, slots=True)
class Binary:
    facts: BinaryFact
    """As the `binaries` family tells them; what a binary does not have is left out."""
    exported: tuple[str, ...] = ()
    """Names of Python's C API that others can link to, sorted. An extension's own `PyInit_` is none."""
    modules: frozenset[str] = frozenset()
    """Extension modules whose `PyInit_` function is in here, exported or not."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A binary by its first bytes that is none by the rest."""

    why: str


def found(**facts: str | int | list[str]) -> BinaryFact:
    """The facts without what is empty."""
    return {name: value for name, value in facts.items() if value not in ("", [])}


@functools.cache
def lief() -> ModuleType:
    """Imported only when there is a binary to read: it costs a third of a second."""
    import lief as imported  # noqa: PLC0415

    # lief tells of malformed files on stdout, which belongs to the report.
    imported.logging.disable()
    return imported
