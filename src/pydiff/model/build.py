"""What a build did: outcome, every recorded command, every sysconfig value it asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

SandboxLevel = Literal["bwrap", "unshare", "none"]


@dataclass(frozen=True, slots=True)
class Action:
    """One compiler, linker or archiver call."""

    index: int
    """Position in time among the actions of this build, from 0."""
    phase: str
    """The PEP 517 hook that was running: `build_wheel`."""
    tool: str
    """The name it was called by: cc, clang, ar."""
    argv: tuple[str, ...]
    cwd: str
    exit_code: int | None
    """None when it was killed before it ended; 127 when the tool does not exist."""
    started: float
    """Seconds since the build began."""
    seconds: float
    real: str = ""
    """The program that answered to the name; empty when there is none."""
    stderr: str = ""
    """The last 8,000 characters it wrote to stderr."""
    parent: int | None = None
    """Index of the recorded action that called this one (gcc calls ld)."""


@dataclass(frozen=True, slots=True)
class SysconfigRead:
    """One variable that the build asked sysconfig (or distutils) for by name."""

    name: str
    value: str
    reader: str
    """First frame outside sysconfig and distutils.sysconfig: `uwsgiconfig.py:39`; of text given to exec(), who gave it and the
    line in the text: `uwsgiconfig.py:470 (line 91 of the code it runs)`."""


@dataclass(frozen=True, slots=True)
class BinaryFacts:
    """What an ELF file inside a wheel needs at run time."""

    path: str
    needed: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    """RUNPATH, else RPATH."""


@dataclass(frozen=True, slots=True)
class WheelFacts:
    name: str
    sha256: str
    tags: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """Member names, sorted, without RECORD."""
    binaries: tuple[BinaryFacts, ...] = ()
    contents: dict[str, str] = field(default_factory=dict)
    """Member -> sha256 of what it means: text with roles in place of the build's own places. Without RECORD, and without what is
    compiled or packed (ELF, archives, .pyc)."""


@dataclass(frozen=True, slots=True)
class Built:
    wheel: WheelFacts
    wheel_path: str


@dataclass(frozen=True, slots=True)
class Failed:
    phase: str
    """A hook name, or `create-environment`, `install-requirements`."""
    message: str
    """What the frontend saw: "build_wheel exited with status 1"."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    phase: str
    limit: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class NotRun:
    reason: str


Outcome = Built | Failed | TimedOut | NotRun


@dataclass(frozen=True, slots=True)
class BuildRecord:
    """One side's build."""

    outcome: Outcome
    seconds: float = 0.0
    actions: tuple[Action, ...] = ()
    """Sorted by start."""
    reads: tuple[SysconfigRead, ...] = ()
    """Each (name, reader) once, in order of first reading."""
    log: str = ""
    """What the hooks printed, stdout and stderr as they came; at most the last 2 MB."""
    log_path: str = ""
    places: dict[str, str] = field(default_factory=dict)
    """Role -> path as the build saw it: `prefix`, `src`, `venv`, `home`, `tmp`, for normalisation."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One build requirement, pinned."""

    name: str
    version: str
    sha256: str
    filename: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the builds of one run have in common."""

    sandbox: SandboxLevel
    sandbox_why: str
    """Why not the stronger level; empty for bwrap."""
    network: bool
    """True only when the sandbox could not take the network away."""
    requirements: tuple[Requirement, ...] = ()
    package: str = ""
    """`uwsgi==2.0.28`, resolved."""
    backend: str = ""
    """`build-backend` of the package's pyproject.toml, or the default for one without: `setuptools.build_meta:__legacy__`."""
    source_sha256: str = ""
    source_url: str = ""
    notes: tuple[str, ...] = ()
    """What was not equal on both sides, what was hidden from both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildPair(Circumstances):
    """Both builds: the answer of the build stage."""

    left: BuildRecord
    right: BuildRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleBuild(Circumstances):
    """One side alone."""

    record: BuildRecord
