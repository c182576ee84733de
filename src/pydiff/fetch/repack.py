"""The `host` form: a local interpreter, packed once and kept like a download."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pydiff.cache import Cache, explained
from pydiff.fetch.pack import LOCAL_TAG, PACK_FORMAT, asset_of, pack, packable
from pydiff.fetch.pack.members import libpython
from pydiff.fetch.shelf import Kept, Shelf
from pydiff.interpreter import Interpreter
from pydiff.model.resolution import Archive, Repack
from pydiff.model.settings import Settings
from pydiff.model.target import this_machine


def repacked(resolution: Repack, settings: Settings) -> Archive:
    """The packed interpreter; packed again when its executable, library or build variables changed. Raises PackError, CacheError."""
    python = packable(Path(resolution.interpreter))
    asset = asset_of(python, LOCAL_TAG, "install_only", this_machine())
    shelf = Shelf.of(Cache(settings.cache_dir), asset.name, "repacked", *_fingerprint(python))
    kept = shelf.get()
    if kept is None:
        with shelf.cache.lock(f"archive-{shelf.key}"):
            kept = shelf.get() or _pack(resolution, shelf)
    return Archive(str(shelf.path), kept.sha256, replace(asset, repacked_from=resolution.interpreter), "")


def _pack(resolution: Repack, shelf: Shelf) -> Kept:
    with shelf.cache.scratch("pack") as scratch:
        packed = pack(Path(resolution.interpreter), scratch)
        shelf.make()
        with explained("keeping an archive", shelf.path):
            Path(packed.path).replace(shelf.path)
    kept = Kept(packed.sha256 or "", "")
    shelf.put(kept)
    return kept


def _fingerprint(python: Interpreter) -> tuple[str, ...]:
    """What tells this build of the interpreter from the next one in the same place."""
    parts = (python.executable.resolve(), libpython(python).resolve(), python.sysconfigdata.resolve())
    seen = (path.stat() for path in parts)
    return (
        str(PACK_FORMAT),
        python.version,
        *(f"{path}:{found.st_size}:{found.st_mtime_ns}" for path, found in zip(parts, seen, strict=True)),
    )
