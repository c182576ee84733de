"""What a manager must be able to do. A new one is one file here and one name in `registry.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pydiff.model.asset import Asset
from pydiff.model.resolution import ManagerChoice, Resolution
from pydiff.model.settings import Settings
from pydiff.model.spec import Request, Spec
from pydiff.model.target import Target


class Manager(Protocol):
    @property
    def name(self) -> str:
        """What comes before the colon of a spec."""
        ...

    @property
    def versioned(self) -> bool:
        """False when the result does not depend on a version, so that `name@version:` is an error."""
        ...

    @property
    def requests(self) -> tuple[type[Request], ...]:
        """The kinds of request it can answer."""
        ...

    def choose_version(self, spec: Spec, settings: Settings) -> ManagerChoice:
        """The version to imitate, and why that one. Raises SpecError."""
        ...

    def resolve(self, spec: Spec, choice: ManagerChoice, settings: Settings) -> Resolution:
        """What that version would install. Raises SpecError and NoSuchBuildError."""
        ...


@dataclass(frozen=True, slots=True)
class Python:
    """What a manager's changes and folder names depend on."""

    version: str
    """3.9.20, 3.14.0rc2"""
    variant: str
    """"", freethreaded, debug or freethreaded+debug."""
    tag: str
    """PBS release; empty when unknown."""
    target: Target

    @property
    def minor_text(self) -> str:
        return ".".join(self.version.split(".")[:2])

    @property
    def stdlib(self) -> str:
        """Folder of the standard library, relative to the prefix."""
        if self.target.os == "windows":
            return "Lib"
        return f"lib/python{self.minor_text}{'t' if 'freethreaded' in self.variant else ''}"


def python_of(asset: Asset) -> Python:
    variant = "+".join(option for option in ("freethreaded", "debug") if option in asset.build_options)
    return Python(asset.version, variant, asset.tag, Target.from_triple(asset.triple))
