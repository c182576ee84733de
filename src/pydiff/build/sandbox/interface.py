"""What a sandbox is: a way to wrap a command so that it sees a read-only system, a few places of its own, and no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from pydiff.model.build import SandboxLevel

INSIDE = "/tmp/build"  # noqa: S108 - a name inside the sandbox's private /tmp, the same for both sides
"""Where a side's work folder appears in a sandbox that can move things."""
HOST_NAME = "build"


@dataclass(frozen=True, slots=True)
class Mount:
    """A host folder or file that appears at `target`."""

    source: str
    target: str
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Farm:
    """A stand-in for a system folder, made of links, in which some entries are missing (see hiding.py)."""

    directory: str
    """The system folder that it replaces: `/usr/lib/x86_64-linux-gnu`."""
    links: str
    """Host folder with the links."""
    place: str
    """Where the spine appears."""
    spine: str
    """Host folder with the folders above `directory`, and links to what is beside them."""
    original: str
    """Where, in the spine, the links expect the real folder."""
    mounted: tuple[str, ...]
    """Names that are mounted rather than linked: sub-folders, so that `..` in them still leads to the system, and interpreters."""
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What one sandboxed command may see and write, beside the read-only system."""

    stage: str
    """An empty host folder that may be mounted over."""
    mounts: tuple[Mount, ...] = ()
    exposed: tuple[str, ...] = ()
    """Paths that must stay readable where they are, even under a folder that the sandbox empties (HOME, /tmp)."""
    farms: tuple[Farm, ...] = ()
    network: bool = False

    def plus(self, *mounts: Mount) -> View:
        return replace(self, mounts=(*self.mounts, *mounts))


@dataclass(frozen=True, slots=True)
class SandboxProbe:
    """What `pydiff doctor` shows for one level."""

    level: SandboxLevel
    works: bool
    why: str
    """Why it does not work, or what it does not take away; empty when there is nothing to say."""


class Sandbox(Protocol):
    @property
    def level(self) -> SandboxLevel: ...

    @property
    def moves(self) -> bool:
        """Whether folders can appear at other paths and system files can be hidden."""
        ...

    @property
    def isolates_network(self) -> bool: ...

    def missing(self) -> str:
        """Why this level cannot even be tried; empty when it can."""
        ...

    def wrap(self, argv: Sequence[str], *, cwd: str, view: View) -> list[str]:
        """The command that runs `argv` inside. `cwd` and `argv` are paths as seen inside."""
        ...


def seen_at(sandbox: Sandbox, host: Path, inside: str) -> str:
    """The path under which a sandboxed command sees the host folder `host`."""
    return inside if sandbox.moves else str(host)
