"""Which folder an installation lives in, and whether it is there whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from pydiff.cache import Cache, explained, remove_tree
from pydiff.errors import ArchiveError, InstallError
from pydiff.events import Notice, emit
from pydiff.install.apply import apply
from pydiff.install.extract import extract
from pydiff.install.modes import umask_here
from pydiff.model.resolution import Archive, Prebuilt, Repack

RECORD = "pydiff-installation.json"
DESCRIPTION = "PYTHON.json"
"""PBS's own description of a full archive, kept beside a tree that is only a part of it."""
# Raised when extracting or applying changes what ends up on disk, so that trees of an older pydiff are not reused.
FORMAT = 6


@dataclass(frozen=True, slots=True)
class Laid:
    """A whole tree."""

    prefix: Path
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
    tree: Path
    """The folder name that the manager gives it; mostly the prefix too, which some managers have deeper inside."""

    @classmethod
    def of(cls, resolution: Prebuilt | Repack, archive: Archive, cache: Cache) -> Place:
        """The changes write absolute paths into the tree, so the digest covers where the cache is; and the umask, which modes depend on."""
        name = resolution.install_name
        if not name or name in {".", ".."} or "/" in name or "\\" in name:
            raise InstallError(f"{resolution.spec.text}: {name!r} cannot be the name of a folder")
        room = cache.room("installations").absolute()
        key = "\0".join(
            (
                str(FORMAT),
                archive.sha256,
                repr((resolution.unpacking, resolution.changes)),
                name,
                str(room),
                f"{umask_here():o}",
            )
        )
        digest = hashlib.sha256(key.encode()).hexdigest()
        return cls(digest, room / digest[:16], room / digest[:16] / name)

    def laid(self) -> Laid | None:
        """What was recorded when the tree is whole; None when there is no such tree."""
        try:
            record = json.loads((self.folder / RECORD).read_bytes())
            if record["digest"] != self.digest:
                return None
            prefix = self.tree / str(record["inside"])
            found = Laid(prefix, prefix / str(record["python"]), tuple(map(str, record["changed"])))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if found.python.is_file() else None

    def build(self, resolution: Prebuilt | Repack, archive: Archive, cache: Cache) -> Laid:
        """Extract, change, record, and give all of it its name in one rename. The caller holds the lock."""
        require_readable(resolution, archive)
        if self.folder.exists():
            emit(Notice(f"rebuilding {self.folder}: it is not whole"))
            with explained("removing a damaged installation", self.folder):
                remove_tree(self.folder)
        with cache.scratch("install") as scratch:
            unpacked, ready = scratch / "unpacked", scratch / "ready"
            with explained("extracting", scratch):
                unpacked.mkdir()
                ready.mkdir()
            extracted = extract(Path(archive.path), unpacked, resolution.unpacking)
            root, prefix = extracted.tree / extracted.inside, self.tree / extracted.inside
            python = find_python(archive, partial(_is_program, root))
            changed = _changed(resolution, root, PurePosixPath(prefix), extracted.tree)
            with explained("installing", self.folder):
                extracted.tree.rename(ready / self.tree.name)
                record = {
                    "digest": self.digest,
                    "inside": extracted.inside,
                    "python": python,
                    "archive": archive.asset.name,
                    "archive_sha256": archive.sha256,
                    "manager": str(resolution.manager),
                    "changed": changed,
                }
                (ready / RECORD).write_text(json.dumps(record, indent=1))
                if (described := unpacked / DESCRIPTION).is_file() and extracted.tree != unpacked:
                    described.rename(ready / DESCRIPTION)
                ready.rename(self.folder)
        return Laid(prefix, prefix / python, changed)


def _changed(resolution: Prebuilt | Repack, root: Path, prefix: PurePosixPath, folder: Path) -> tuple[str, ...]:
    """Make the changes, and describe those that altered something, each once."""
    described = [change.describe() for change in resolution.changes if apply(change, root, prefix, folder)]
    return tuple(dict.fromkeys(described))


def require_readable(resolution: Prebuilt | Repack, archive: Archive) -> None:
    """Raises InstallError when the manager cannot unpack archives of this form."""
    if resolution.unpacking.full == "refused" and archive.asset.flavor == "full":
        raise InstallError(
            f"{resolution.manager} cannot unpack {archive.asset.name}: it does not read full archives",
            hint="give it an install_only archive; another version of the manager, or `pbs:`, takes this one",
        )


def find_python(archive: Archive, is_program: Callable[[str], bool]) -> str:
    """The interpreter of a tree, relative to it. Raises ArchiveError when there is none."""
    minor = ".".join(archive.asset.version.split(".")[:2])
    suffixes = ("", "t", "d", "td")
    unix = (f"bin/python{minor}{suffix}" for suffix in suffixes)
    found = next(filter(is_program, (*unix, "bin/python3", "python.exe", f"python{minor}t.exe")), None)
    if found is None:
        raise ArchiveError(
            f"{archive.asset.name} holds no interpreter: neither bin/python{minor} nor python.exe",
            hint="only python-build-standalone archives (install_only, install_only_stripped or full) can be installed",
        )
    return found


def _is_program(root: Path, candidate: str) -> bool:
    path = root / candidate
    return path.is_file() and path.resolve().is_relative_to(root.resolve())
