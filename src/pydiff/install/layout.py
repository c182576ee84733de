"""Which folder an installation lives in, and whether it is there whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydiff.cache import Cache, explained, remove_tree
from pydiff.errors import ArchiveError, InstallError
from pydiff.events import Notice, emit
from pydiff.install.apply import apply
from pydiff.install.extract import extract
from pydiff.model.resolution import Archive, Prebuilt, Repack

RECORD = "pydiff-installation.json"
# Raised when extracting or applying changes what ends up on disk, so that trees of an older pydiff are not reused.
FORMAT = 3


@dataclass(frozen=True, slots=True)
class Laid:
    """A whole tree."""

    python: Path
    """Its interpreter."""
    changed: tuple[str, ...]
    """The changes that altered something, described."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the tree of one (archive, changes, name) belongs."""

    digest: str
    folder: Path
    """Named by the digest; holds the tree and its record."""
    prefix: Path
    """The tree: the folder name that the manager gives it."""

    @classmethod
    def of(cls, resolution: Prebuilt | Repack, archive: Archive, cache: Cache) -> Place:
        """The changes write absolute paths into the tree, so the digest covers where the cache is."""
        name = resolution.install_name
        if not name or name in {".", ".."} or "/" in name or "\\" in name:
            raise InstallError(f"{resolution.spec.text}: {name!r} cannot be the name of a folder")
        room = cache.room("installations").absolute()
        key = "\0".join(
            (str(FORMAT), archive.sha256, repr((resolution.unpacking, resolution.changes)), name, str(room))
        )
        digest = hashlib.sha256(key.encode()).hexdigest()
        return cls(digest, room / digest[:16], room / digest[:16] / name)

    def laid(self) -> Laid | None:
        """What was recorded when the tree is whole; None when there is no such tree."""
        try:
            record = json.loads((self.folder / RECORD).read_bytes())
            if record["digest"] != self.digest:
                return None
            found = Laid(self.prefix / str(record["python"]), tuple(map(str, record["changed"])))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if found.python.is_file() else None

    def build(self, resolution: Prebuilt | Repack, archive: Archive, cache: Cache) -> Laid:
        """Extract, change, record, and give all of it its name in one rename. The caller holds the lock."""
        if self.folder.exists():
            emit(Notice(f"rebuilding {self.folder}: it is not whole"))
            with explained("removing a damaged installation", self.folder):
                remove_tree(self.folder)
        with cache.scratch("install") as scratch:
            unpacked, ready = scratch / "unpacked", scratch / "ready"
            with explained("extracting", scratch):
                unpacked.mkdir()
                ready.mkdir()
            root = extract(Path(archive.path), unpacked)
            python = find_python(root, archive)
            prefix = PurePosixPath(self.prefix)
            changed = tuple(change.describe() for change in resolution.changes if apply(change, root, prefix))
            with explained("installing", self.folder):
                root.rename(ready / self.prefix.name)
                (ready / RECORD).write_text(json.dumps(self._record(resolution, archive, python, changed), indent=1))
                ready.rename(self.folder)
        return Laid(self.prefix / python, changed)

    def _record(
        self, resolution: Prebuilt | Repack, archive: Archive, python: str, changed: tuple[str, ...]
    ) -> dict[str, object]:
        return {
            "digest": self.digest,
            "python": python,
            "archive": archive.asset.name,
            "archive_sha256": archive.sha256,
            "manager": str(resolution.manager),
            "changed": changed,
        }


def find_python(root: Path, archive: Archive) -> str:
    """The interpreter of an extracted tree, relative to it. Raises ArchiveError when there is none."""
    minor = ".".join(archive.asset.version.split(".")[:2])
    suffixes = ("", "t", "d", "td")
    unix = (f"bin/python{minor}{suffix}" for suffix in suffixes)
    for candidate in (*unix, "bin/python3", "python.exe", f"python{minor}t.exe"):
        path = root / candidate
        if path.is_file() and path.resolve().is_relative_to(root.resolve()):
            return candidate
    raise ArchiveError(
        f"{archive.asset.name} holds no interpreter: neither bin/python{minor} nor python.exe",
        hint="only python-build-standalone archives (install_only, install_only_stripped or full) can be installed",
    )
