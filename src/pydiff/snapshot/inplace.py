"""The tree of an interpreter that is used where it is: only what belongs to that Python, not what its host has beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydiff.model.tree import SHARED_PREFIXES, Entry, Tree

# What CPython's own installation puts into site-packages and bin. Everything else was put there by the host.
_BUNDLED = re.compile(
    r"pip|setuptools|pkg_resources|_distutils_hack|distutils-precedence\.pth|README\.txt|(?:pip|setuptools)-[^/]+\.dist-info"
)
_PROGRAMS = re.compile(r"(?:bin|Scripts)/(?!(?:[^/]*-)?(?:python|pip|2to3|idle|pydoc|easy_install))[^/]*")


@dataclass(frozen=True, slots=True)
class OwnTree:
    """A `Tree` that leaves out what is the host's."""

    root: Path
    inner: Tree
    starts: tuple[str, ...]
    """Paths below the root that belong to the Python, with all that is below them."""

    def entries(self) -> Iterator[Entry]:
        """Sorted by path, as every tree's."""
        return iter(sorted(self._below_starts(), key=lambda entry: entry.path))

    def get(self, path: str) -> Entry | None:
        return self.inner.get(path)

    def read(self, path: str) -> bytes:
        return self.inner.read(path)

    def _below_starts(self) -> Iterator[Entry]:
        from pydiff.install.tree import FolderTree  # noqa: PLC0415 (a cached snapshot needs no tree)

        above = {folder.as_posix() for start in self.starts for folder in PurePosixPath(start).parents if folder.name}
        for start in (*sorted(above), *self.starts):
            entry = self.inner.get(start)
            if entry is None:
                continue
            yield entry
            if entry.kind == "dir" and start not in above:
                for below in FolderTree(self.root / start).entries():
                    yield Entry(f"{start}/{below.path}", below.kind, below.mode, below.size, below.target)


def own_tree(root: Path, version: str) -> OwnTree:
    """The tree of the Python `version` ("3.11.2") at prefix `root`: of a prefix shared with other software, its own corners only."""
    from pydiff.install.tree import FolderTree  # noqa: PLC0415 (a cached snapshot needs no tree)

    shared = str(root) in SHARED_PREFIXES or (root / "conda-meta").is_dir()
    starts = _corners(root, version) if shared else _without_packages(root, "")
    return OwnTree(root, FolderTree(root), tuple(starts))


def _without_packages(root: Path, below: str) -> Iterator[str]:
    """All of a prefix, without walking through the packages that the host has installed."""
    for path in sorted((root / below).iterdir()):
        name = f"{below}{path.name}"
        if (
            re.fullmatch(r"lib(?:64)?(?:/python[^/]*)?|Lib|(?:.*/)?(?:site|dist)-packages|bin|Scripts", name)
            and path.is_dir()
            and not path.is_symlink()
        ):
            yield from _without_packages(root, f"{name}/")
        elif not _PROGRAMS.fullmatch(name) and ("-packages/" not in name or _BUNDLED.fullmatch(path.name)):
            yield name


def _corners(root: Path, version: str) -> Iterator[str]:
    minor = re.escape(".".join(version.split(".")[:2]))
    owned = re.compile(rf"(?:[\w-]+-)?(?:lib)?python-?{minor}(?!\d).*|libpython3\.so")
    generic = re.compile(r"python3?(?:-config|-embed\.pc|\.pc)?")
    for folder in ("bin", "include", "lib", "lib64", "lib/pkgconfig", "lib64/pkgconfig"):
        yield from _owned(root, folder, owned, generic, minor)
    for parent in ("include", "lib"):
        # Debian's multiarch folders, such as lib/x86_64-linux-gnu.
        for folder in sorted(path.name for path in (root / parent).glob("*-*-*") if path.is_dir()):
            yield from _owned(root, f"{parent}/{folder}", owned, generic, minor)
            yield from _owned(root, f"{parent}/{folder}/pkgconfig", owned, generic, minor)


def _owned(root: Path, folder: str, owned: re.Pattern[str], generic: re.Pattern[str], minor: str) -> Iterator[str]:
    if (root / folder).is_symlink() or not (root / folder).is_dir():
        return
    for path in sorted((root / folder).iterdir()):
        # bin/python3 belongs to the Python that it is a link to.
        points_here = (
            generic.fullmatch(path.name) and path.is_symlink() and re.search(rf"{minor}(?!\d)", str(path.readlink()))
        )
        if not owned.fullmatch(path.name) and not points_here:
            continue
        if re.fullmatch(r"lib(?:64)?", folder) and path.is_dir() and not path.is_symlink():
            yield from _without_packages(root, f"{folder}/{path.name}/")
        else:
            yield f"{folder}/{path.name}"
