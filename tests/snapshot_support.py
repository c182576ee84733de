"""Trees that exist only in memory, and the facts of real released trees."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from pydiff.model.snapshot import Facts, Snapshot
from pydiff.model.tree import Entry
from pydiff.snapshot.take import take

RELEASED = Path(__file__).parent / "data" / "pbs-trees"
LINUX = "cpython-3.9.23-x86_64_v2-unknown-linux-gnu-install_only"
MACOS = "cpython-3.9.6-x86_64-apple-darwin-install_only"
MACOS_FULL = "cpython-3.11.9-aarch64-apple-darwin-pgo+lto-full"
WINDOWS_FULL = "cpython-3.11.9-x86_64-pc-windows-msvc-pgo-full"


@dataclass(frozen=True, slots=True)
class FakeTree:
    """Path -> bytes of a file, text of a link's target, or the error that reading it raises."""

    contents: Mapping[str, bytes | str | OSError]

    def entries(self) -> Iterator[Entry]:
        folders = {str(parent) for path in self.contents for parent in Path(path).parents if parent.name}
        found = [Entry(folder, "dir", 0o755) for folder in folders]
        for path, content in self.contents.items():
            if isinstance(content, str):
                found.append(Entry(path, "link", 0o777, target=content))
            else:
                found.append(Entry(path, "file", 0o644, len(content) if isinstance(content, bytes) else 1))
        return iter(sorted(found, key=lambda entry: entry.path))

    def get(self, path: str) -> Entry | None:
        return next((entry for entry in self.entries() if entry.path == path), None)

    def read(self, path: str) -> bytes:
        content = self.contents.get(path)
        if isinstance(content, bytes):
            return content
        raise content if isinstance(content, OSError) else FileNotFoundError(2, "no such file in the tree", path)


def released_tree(name: str, contents: Mapping[str, bytes | str | OSError] | None = None) -> FakeTree:
    """The paths of a full archive's `install/`, every file empty but those of `contents`."""
    paths = [
        row["path"].removeprefix("install/") for row in released(name, "manifest") if row["path"].startswith("install/")
    ]
    return FakeTree({**dict.fromkeys(paths, b""), **(contents or {})})


@functools.cache
def described(name: str) -> bytes:
    """PYTHON.json of a full archive."""
    return json.dumps(released(name, "PYTHON")).encode()


def released(name: str, part: str) -> Any:
    """`sysconfig`, `manifest` or `PYTHON` (what PYTHON.json says) of a released tree."""
    with (RELEASED / f"{name}.{part}.json.zst").open("rb") as file:
        return json.load(zstandard.ZstdDecompressor().stream_reader(file))


def released_linux(prefix: str = "/opt/u/python") -> Snapshot:
    """The real 3.9.23, laid at `prefix` by a tool that changes nothing."""
    files: Facts = {}
    for row in released(LINUX, "manifest"):
        files[row["path"]] = {"kind": "file", "mode": 0o644, "size": row["size"] or 0, "sha256": "0" * 64}
        for parent in Path(row["path"]).parents:
            if parent.name:
                files[str(parent)] = {"kind": "dir", "mode": 0o755}
    return Snapshot(prefix, "3.9.23", {"sysconfig": released(LINUX, "sysconfig"), "files": files}, {})


def taken(contents: Mapping[str, bytes | str | OSError]) -> Snapshot:
    """A 3.9.18 at /opt/py with these files."""
    return take(FakeTree({"lib/python3.9/os.py": b"", **contents}), prefix="/opt/py", version="3.9.18")


def facts(family: str, contents: Mapping[str, bytes | str | OSError]) -> Facts:
    return taken(contents).families[family]
