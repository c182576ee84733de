"""build-details.json, the static description of a Python from 3.14 on (PEP 739)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pydiff.model.snapshot import Fact, Facts
from pydiff.snapshot.interface import About


@dataclass(frozen=True, slots=True)
class BuildDetails:
    """Dotted key -> value: `abi.extension_suffix`, `libpython.dynamic`."""

    name: str = "builddetails"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the name says it)
        return path.endswith("/build-details.json")

    def collect(self, about: About) -> Facts:
        path = f"{about.layout.stdlib}/build-details.json"
        return dict(_flat("", json.loads(about.text(path)))) if path in about.items else {}


def _flat(key: str, value: object) -> Iterator[tuple[str, Fact]]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from _flat(f"{key}.{name}" if key else str(name), inner)
        case list():
            yield key, [one if isinstance(one, str) else json.dumps(one) for one in value]
        case str() | int() | float():
            yield key, value
        case _:
            # JSON has nothing else but null.
            yield key, None
