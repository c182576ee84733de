"""What is known of one binary, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass

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
