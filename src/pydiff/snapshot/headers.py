"""The headers that extensions are compiled against, as one digest, and the versions of the API that they declare."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.snapshot.interface import About
from pydiff.snapshot.pyconfig_h import parse_defines

# Which Python the headers are for, and the number that an extension module carries of them.
_DECLARING = ("patchlevel.h", "modsupport.h")
_MACROS = ("PY_VERSION", "PY_RELEASE_LEVEL", "PY_RELEASE_SERIAL", "PYTHON_API_VERSION", "PYTHON_ABI_VERSION")


@dataclass(frozen=True, slots=True)
class Headers:
    """`files`: how many; `digest` of their paths and contents without pyconfig.h, which is told by itself; macros of patchlevel.h."""

    name: str = "headers"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the name says it)
        return path.startswith("include/") and path.endswith(tuple(f"/{name}" for name in _DECLARING))

    def collect(self, about: About) -> Facts:
        folder = about.layout.include
        if not folder:
            return {}
        total = hashlib.sha256()
        files = 0
        for path, item in about.items.items():
            inside = path.removeprefix(f"{folder}/")
            if item.entry.kind == "file" and inside not in {path, "pyconfig.h"}:
                files += 1
                total.update(f"{inside}\0{item.relocated or item.sha256}\n".encode(errors="backslashreplace"))
        macros: dict[str, str] = {}
        for name in _DECLARING:
            if f"{folder}/{name}" in about.items:
                macros |= parse_defines(about.text(f"{folder}/{name}"))
        return {
            "files": files,
            "digest": total.hexdigest(),
            **{name: macros[name] for name in _MACROS if name in macros},
        }
