"""The packaging tools that come with this Python."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.snapshot.interface import About

# The dot in the second form: ensurepip keeps wheels, `pip-23.0.1-py3-none-any.whl`.
_INSTALLED = re.compile(
    r"(?:.*/)?(?:site|dist)-packages/(pip|setuptools|wheel)-([^/-]+)\.(?:dist|egg)-info(?:/METADATA|/PKG-INFO)?"
)
_WHEEL = re.compile(r"(?:.*/)?ensurepip/_bundled/(pip|setuptools|wheel)-([^/-]+)-[^/]+\.whl")


@dataclass(frozen=True, slots=True)
class Bundled:
    """`pip`, `setuptools` -> version in site-packages; `ensurepip/pip` -> version that a new environment would get."""

    name: str = "bundled"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (names say it all)
        return False

    def collect(self, about: About) -> Facts:
        facts: Facts = {}
        for path in about.items:
            if match := _INSTALLED.fullmatch(path):
                facts[match[1]] = match[2]
            elif match := _WHEEL.fullmatch(path):
                facts[f"ensurepip/{match[1]}"] = match[2]
        return facts
