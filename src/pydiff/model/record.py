"""The run record `pydiff.run/1`: what is saved, validated against the shipped JSON Schema, and rendered in every format.

The field names are the JSON names; `class` is a Python keyword, hence the renames. Only additions are allowed within `/1`.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

SCHEMA = "pydiff.run/1"
Verdict = Literal["same", "divergent", "inconclusive"]
Severity = Literal["breaks", "changes", "cosmetic"]
SEVERITIES: tuple[Severity, ...] = ("breaks", "changes", "cosmetic")
"""Worst first."""
BuildOutcome = Literal["built", "failed", "timeout", "not-run"]


class Request(Struct, frozen=True, kw_only=True):
    python: str
    package: str | None = None
    argv: list[str] = []
    as_of: str | None = None
    frontend: str = "pep517"


class AssetRecord(Struct, frozen=True, kw_only=True):
    name: str
    version: str
    tag: str
    triple: str
    flavor: str
    url: str
    sha256: str
    verified: str = ""
    """What the hash was checked against; empty when nothing was published."""
    repacked: bool = False
    """True when this is a local interpreter repacked, not a PBS release."""


class ManagerRecord(Struct, frozen=True, kw_only=True):
    name: str
    version: str
    why: str
    changes: list[str]


class PythonRecord(Struct, frozen=True, kw_only=True):
    version: str
    prefix: str
    in_place: bool = False


class WheelRecord(Struct, frozen=True, kw_only=True):
    name: str
    sha256: str


class BuildSummary(Struct, frozen=True, kw_only=True):
    outcome: BuildOutcome
    class_: str = msgspec.field(name="class", default="")
    """Failure class; empty when the build did not fail."""
    actions: int = 0
    seconds: float = 0.0
    wheel: WheelRecord | None = None
    phase: str = ""
    """Where it failed or ran out of time."""
    error: str = ""
    """The line of the log, or of a tool's stderr, that tells most."""
    log: str = ""
    """File name of the log in the run folder."""


class SideRecord(Struct, frozen=True, kw_only=True):
    spec: str
    label: str
    """`uv 0.5.5`, `mise 2024.12.15`, `pyenv`: what tells the sides apart in a headline."""
    asset: AssetRecord | None
    manager: ManagerRecord
    python: PythonRecord
    build: BuildSummary
    notes: list[str] = []


class Sides(Struct, frozen=True, kw_only=True):
    left: SideRecord | None
    right: SideRecord | None


class Difference(Struct, frozen=True, kw_only=True):
    family: str
    """files, sysconfig, makefile, pkgconfig, binaries, ..."""
    subject: str
    """A variable, or a path with roles: `lib/python{X.Y}/os.py`."""
    left: str | None
    """None: not there."""
    right: str | None
    severity: Severity
    count: int = 1
    """How many subjects share exactly this difference; `subject` is the first of them."""
    also: list[str] = []
    """The others, the first 2,000 of them."""
    detail: str = ""
    """For flags, the tokens that differ: `-clang +cc`; for files that are told together, their names."""
    read_by: list[str] = []
    """Readers of this variable during the builds: `uwsgiconfig.py:39`."""
    asked_by: list[str] = []
    """Build backends that are known to ask for it, whether these builds did or not: `setuptools`."""


class Role(Struct, frozen=True, kw_only=True):
    """A name that stands for another text on each side."""

    role: str
    """As it is written: `{prefix}`."""
    left: str | None
    """None: it stands for nothing on this side."""
    right: str | None
    meaning: str


class ActionRecord(Struct, frozen=True, kw_only=True):
    index: int
    phase: str
    tool: str
    argv: list[str]
    cwd: str
    exit_code: int | None
    seconds: float
    stderr: str = ""


class Divergence(Struct, frozen=True, kw_only=True):
    phase: str
    kind: Literal["outcome", "missing", "meaning", "order", "wheel"]
    """How it differs: exit status; one side never ran it; arguments; order; only the wheels differ."""
    left: ActionRecord | None
    right: ActionRecord | None
    summary: str
    agreed: int = 0
    """How many actions before it agree on both sides."""
    tokens: list[str] = []
    """The arguments that differ, `-` left and `+` right, with roles in place of paths."""


class Proof(Struct, frozen=True, kw_only=True):
    changed: str
    outcome: str


class Cause(Struct, frozen=True, kw_only=True):
    kind: str
    name: str
    left: str
    right: str
    proof: list[Proof]


class Suspect(Struct, frozen=True, kw_only=True):
    """A difference that the evidence points at, without an experiment that proves it."""

    kind: str
    name: str
    left: str | None
    right: str | None
    why: str
    read_by: list[str] = []


class Remedy(Struct, frozen=True, kw_only=True):
    env: dict[str, str] | None = None
    action: str | None = None
    verified: bool = False


class Finding(Struct, frozen=True, kw_only=True):
    class_: str = msgspec.field(name="class")
    title: str
    side: Literal["left", "right", "both"]
    evidence: list[str]
    cause: Cause | None = None
    suspects: list[Suspect] = []
    remedy: Remedy | None = None


class SandboxRecord(Struct, frozen=True, kw_only=True):
    level: Literal["bwrap", "unshare", "none"]
    network: bool
    why: str = ""


class RequirementRecord(Struct, frozen=True, kw_only=True):
    name: str
    version: str
    sha256: str


class ErrorRecord(Struct, frozen=True, kw_only=True):
    """Why a partial run stopped."""

    message: str
    hint: str
    exit_code: int


class Run(Struct, frozen=True, kw_only=True):
    schema: str = SCHEMA
    id: str
    pydiff: str
    """Version of pydiff that made it."""
    created: str
    """UTC, ISO 8601."""
    verdict: Verdict
    headline: str
    request: Request
    sides: Sides
    differences: list[Difference] = []
    legend: list[Role] = []
    """Every role that occurs in this run. A name can be there twice: `{tmp}` of the trees, and `{tmp}` of the builds."""
    divergence: Divergence | None = None
    findings: list[Finding] = []
    environment: dict[str, str] = {}
    sandbox: SandboxRecord | None = None
    requirements: list[RequirementRecord] = []
    source: dict[str, str] = {}
    """`package`, `url`, `sha256` of the sdist."""
    timings: dict[str, float] = {}
    """Stage -> seconds."""
    notes: list[str] = []
    partial: bool = False
    error: ErrorRecord | None = None
