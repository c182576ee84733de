"""What a failure class is, and what it looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydiff.compare.builds.actions import Call
from pydiff.model.build import BuildRecord
from pydiff.model.record import Difference, Divergence
from pydiff.model.snapshot import Contradiction, Snapshot


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known when the builds have ended; one record alone where one side alone was built."""

    left: BuildRecord | None
    right: BuildRecord | None
    left_label: str = "left"
    """`uv 0.5.5`."""
    right_label: str = "right"
    left_tree: Snapshot | None = None
    right_tree: Snapshot | None = None
    differences: tuple[Difference, ...] = ()
    """Of the trees."""
    divergence: Divergence | None = None
    left_contradictions: tuple[Contradiction, ...] = ()
    right_contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """One build that failed, in the order in which its evidence counts: the command it failed at, then its log."""

    record: BuildRecord
    call: Call | None
    """The recorded command that the build failed at; None when no command accounts for the failure."""
    tools: tuple[str, ...]
    """What compilers, linkers and archivers said: the stderr of `call`, else the log, unless a script's own error ended the build."""
    script: str
    """The exception that ended the build in Python code, `ModuleNotFoundError: ...`; empty when a command's failure did."""
    log: tuple[str, ...]
    """The whole log, cleaned."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a class found."""

    title: str
    """A noun phrase or sentence without a full stop: "no `clang` on this machine"."""
    evidence: tuple[str, ...]
    """Best line first."""
    tool: str = ""
    """A program that was called by a name which a variable may hold."""
    command: tuple[str, ...] = ()
    """The recorded attempt to run `tool`; empty where only the log tells of it."""
    tokens: tuple[str, ...] = ()
    """The arguments of the failing command that are wrong, for finding the variables they come from."""
    topic: str = ""
    """Which change of a manager mends it, a key of `releases.TOPICS`: CC, AR, LIBDIR."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables that are known to get past it. A suggestion, not a proof."""
    advice: str = ""
    """What else is known to help."""


class FailureClass(Protocol):
    """One class. Stateless; better silent than wrong."""

    @property
    def name(self) -> str:
        """Stable, in reports and in the schema: `link-libpython-not-found`."""
        ...

    def match(self, failure: Failure) -> Match | None:
        """None unless the evidence admits no other reading."""
        ...
