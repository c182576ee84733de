"""Every file, folder and link."""

from __future__ import annotations

from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.snapshot.interface import About


@dataclass(frozen=True, slots=True)
class Files:
    """path -> kind, mode, and: size, sha256 and (text that names the prefix) `relocated` of a file; `target` of a link."""

    name: str = "files"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (names say it all)
        return False

    def collect(self, about: About) -> Facts:
        facts: Facts = {}
        for path, item in about.items.items():
            entry = item.entry
            fact: dict[str, str | int | list[str]] = {"kind": entry.kind, "mode": entry.mode}
            if entry.kind == "file":
                fact |= {"size": entry.size, "sha256": item.sha256}
                if item.relocated:
                    fact["relocated"] = item.relocated
            elif entry.kind == "link":
                fact["target"] = entry.target
            facts[path] = fact
        return facts
