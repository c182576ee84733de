"""What a user asks for: `[manager[@version]:]request[#target]` (design, section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from pydiff.model.target import Target


@dataclass(frozen=True, slots=True)
class VersionRequest:
    """`3.9`, `3.9.12`, `3.13t`, `3.14.0rc2`, `3.9.20+20241016`."""

    major: int
    minor: int
    patch: int | None = None
    prerelease: str = ""
    """"rc2", "a3"; empty for a final release."""
    variant: str = ""
    """"", "freethreaded" (3.13t) or "debug" (3.13d)."""
    tag: str = ""
    """PBS release date, such as "20241016"; only where it was asked for."""

    @property
    def minor_text(self) -> str:
        return f"{self.major}.{self.minor}"

    def __str__(self) -> str:
        patch = "" if self.patch is None else f".{self.patch}"
        suffix = {"freethreaded": "t", "debug": "d", "freethreaded+debug": "td"}.get(self.variant, "")
        return f"{self.minor_text}{patch}{self.prerelease}{suffix}{'+' + self.tag if self.tag else ''}"


@dataclass(frozen=True, slots=True)
class HostRequest:
    """`host` (the interpreter that runs pydiff) or `host-3.9` (the first such interpreter found here), repacked."""

    minor_text: str = ""

    def __str__(self) -> str:
        return f"host-{self.minor_text}" if self.minor_text else "host"


@dataclass(frozen=True, slots=True)
class ArchiveRequest:
    """A PBS archive by path or http(s) URL."""

    location: str

    def __str__(self) -> str:
        return self.location


@dataclass(frozen=True, slots=True)
class InterpreterRequest:
    """`path:/usr/bin/python3.9`: an interpreter in place."""

    path: str

    def __str__(self) -> str:
        return self.path


Request = VersionRequest | HostRequest | ArchiveRequest | InterpreterRequest


@dataclass(frozen=True, slots=True)
class Spec:
    text: str
    """As the user wrote it."""
    manager: str
    """A name from the registry in `managers`: uv, mise, pbs, pyenv, path."""
    manager_version: str
    """Empty when the user named none."""
    request: Request
    target: Target
    manager_again: tuple[str, ...] = ()
    """`uv@0.5.5,0.7.19:3.9`: later versions that installed the same Python again over the first one's tree."""
