"""What a spec resolves to: the answer of the managers stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydiff.model.asset import Asset
from pydiff.model.change import Change
from pydiff.model.spec import Spec


@dataclass(frozen=True, slots=True)
class ManagerChoice:
    name: str
    version: str
    """Empty for managers without versions that matter (pbs, path)."""
    why: str
    """How the version was chosen: "given", "found on PATH", "current on 2024-12-02", "newest known"."""
    again: tuple[str, ...] = ()
    """Later versions that were told to install the same Python again, in order, and so changed the tree again."""

    def __str__(self) -> str:
        return ", then ".join((f"{self.name} {self.version}".rstrip(), *self.again))


@dataclass(frozen=True, slots=True)
class Unpacking:
    """How a manager lays the members of an archive on disk, before its changes. The default is uv's."""

    modes: Literal["umask", "umask+x", "archive", "archive+x", "archive+ids", "tarfile", "tarfile+data"] = "umask"
    """umask: what the umask leaves of 0o666, or of 0o777 where any x was set. umask+x: what it leaves of 0o666, and x for all where any was
    set. archive: the nine permission bits of the archive. archive+x: those, and x for all where any was set. archive+ids: set-user-id,
    set-group-id and sticky bits too. tarfile: as Python's module, which sets a hard link's own mode too. tarfile+data: with its data filter,
    which leaves folders to the umask. Folders that the archive only implies get what the umask leaves."""
    full: Literal["install", "lifted", "whole", "refused"] = "install"
    """Of a full archive: only `install/` is kept, or its content is moved up beside the rest (where an empty `install/` stays), or all
    stays as it is; or the tool cannot read a `.tar.zst` and fails."""
    top_kept: bool = False
    """The archive's top folder (`python/`) is kept, so that the tree is a folder below the manager's own."""
    top_left: bool = False
    """The archive's top folder stays behind, empty, in the tree (mise 2025.7.1 to 2025.7.11)."""
    hard_links: bool = True
    """False: the tool fails on an archive that has one (mise 2024.11.13 to 2025.7.0)."""


UNPACKED_AS_UV = Unpacking()


@dataclass(frozen=True, slots=True)
class Prebuilt:
    """An archive that the manager would download (or was given), and what it changes after extraction."""

    spec: Spec
    manager: ManagerChoice
    asset: Asset
    changes: tuple[Change, ...]
    install_name: str
    """The folder name the manager gives the tree: `cpython-3.9.20-linux-x86_64-gnu`, `3.9.20`."""
    notes: tuple[str, ...] = ()
    """What a reader must know: which list answered, what was assumed."""
    unpacking: Unpacking = UNPACKED_AS_UV


@dataclass(frozen=True, slots=True)
class Repack:
    """The `host` form: a local interpreter, to be repacked as if it were a PBS release and then treated as an archive."""

    spec: Spec
    manager: ManagerChoice
    interpreter: str
    """Absolute path of the interpreter to repack."""
    version: str
    changes: tuple[Change, ...]
    install_name: str
    notes: tuple[str, ...] = ()
    unpacking: Unpacking = UNPACKED_AS_UV


@dataclass(frozen=True, slots=True)
class InPlace:
    """An interpreter that is used where it is, unchanged (pyenv, path)."""

    spec: Spec
    manager: ManagerChoice
    interpreter: str
    version: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """The manager would have compiled this Python from source, so there is no archive to compare."""

    spec: Spec
    manager: ManagerChoice
    version: str
    reason: str
    notes: tuple[str, ...] = ()


Resolution = Prebuilt | Repack | InPlace | Compiled


@dataclass(frozen=True, slots=True)
class Archive:
    """A verified archive on disk: the answer of the fetch stage."""

    path: str
    sha256: str
    """Of the bytes on disk, always computed."""
    asset: Asset
    verified: str
    """What the hash was checked against ("uv 0.5.5's list"), or "" when nothing was published to check it against."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A Python that is in an archive still: what is to be known of it can be seen as the archive passes by."""

    resolution: Prebuilt | Repack
    archive: Archive


@dataclass(frozen=True, slots=True)
class Installation:
    """A tree on disk, with the manager's changes: the answer of the install stage."""

    prefix: str
    python: str
    """Absolute path of the interpreter to run; empty for an archive that was looked at without being unpacked."""
    version: str
    """3.9.20"""
    digest: str
    """Names (archive, changes, prefix); empty for an interpreter in place, which may change under us."""
    resolution: Resolution
    archive: Archive | None = None
    """None for an interpreter in place."""
    changed: tuple[str, ...] = ()
    """What the manager's changes altered in this tree, described; a change that found nothing to do is left out."""
