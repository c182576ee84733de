"""Every fact about a Python's tree that can matter to a build, as plain data that can be cached and compared."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydiff.model.record import Severity

Scalar = str | int | float | bool | None
Fact = Scalar | list[str] | dict[str, str | int | list[str]]
Facts = dict[str, Fact]
"""Subject -> fact. A subject is a variable name, or a path relative to the prefix."""

SNAPSHOT_SCHEMA = 3
"""Raised when a family changes what it collects, so that cached snapshots are taken again."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Where one tree says something that the tree itself, or this machine, does not bear out."""

    family: str
    subject: str
    """The variable or file that says it; of several with the same cause, the one that matters most."""
    says: str
    """What it says: `/install/lib`."""
    found: str
    """What is there: `no such folder`."""
    consequence: str
    """What a build makes of it."""
    remedies: tuple[str, ...] = ()
    """The known ways out, what anyone can do first, then each manager's."""
    severity: Severity = "changes"
    """breaks: a build that asks for it fails; changes: what it makes differs; cosmetic: no common build backend asks for it."""
    said: dict[str, str] = field(default_factory=dict)
    """Everything with the same cause, the subject first -> what each says: {"LIBDIR": "/install/lib", "LIBPL": ...}."""

    def __post_init__(self) -> None:
        if not self.said:
            object.__setattr__(self, "said", {self.subject: self.says})


@dataclass(frozen=True, slots=True)
class Snapshot:
    prefix: str
    """Where the tree is; the families keep this path as it stands, `compare` replaces it by `{prefix}`."""
    python_version: str
    """3.9.20"""
    families: dict[str, Facts]
    """Family name -> facts, in the order of the registry in `snapshot`."""
    errors: dict[str, str]
    """Family name -> why it (or one file of it) could not be read. Never fatal."""
    schema: int = SNAPSHOT_SCHEMA
