"""Everything that can go wrong in a way a user can act on: one base, an exit code and a hint on each subclass."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says to a script. See section 5 of the README's table of exit codes."""

    SAME = 0
    DIVERGENT = 1
    USAGE = 2
    INCONCLUSIVE = 3
    ENVIRONMENT = 4
    INTERNAL = 125
    INTERRUPTED = 130


class PydiffError(Exception):
    """An error a user can cause or mend. `str(error)` says what happened to what; `hint` says what to do next."""

    exit_code: ExitCode = ExitCode.ENVIRONMENT

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(PydiffError):
    """The words of the command do not fit."""

    exit_code = ExitCode.USAGE


class SpecError(UsageError):
    """A spec that cannot be parsed, or that names a manager, version or target nobody knows."""


class NoSuchBuildError(PydiffError):
    """The manager's own list holds no build for the request; the hint says which exist."""

    exit_code = ExitCode.USAGE


class NotInstallableError(PydiffError):
    """The spec resolves, but to something pydiff cannot lay out (compiled from source, another platform)."""

    exit_code = ExitCode.USAGE


class DownloadError(PydiffError):
    """No host had the file, or none could be reached."""


class NotFoundError(DownloadError):
    """Every host answered, and none of them has the file."""


class HashMismatchError(DownloadError):
    """The file that arrived is not the file that was published."""


class ArchiveError(PydiffError):
    """An archive that is truncated, corrupted, or tries to leave its folder."""


class InstallError(PydiffError):
    """A manager's change could not be applied to the tree (its own tool would fail too, or pydiff cannot read the file)."""


class CacheError(PydiffError):
    """The cache or state folder cannot be written, or the disk is full."""


class PackageError(PydiffError):
    """The package's source cannot be had: no such package or version, wheels only, a bad hash."""

    exit_code = ExitCode.USAGE


class RequirementsError(PydiffError):
    """The build requirements cannot be resolved or fetched for both sides."""


class SandboxError(PydiffError):
    """The sandbox that was asked for does not work here."""


class PackError(PydiffError):
    """An interpreter that cannot be repacked as a standalone build."""


class RunRecordError(UsageError):
    """A saved run that cannot be found or read."""
