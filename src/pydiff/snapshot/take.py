"""Taking a snapshot, or the one that was taken of the same installation before."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pydiff import events
from pydiff.cache import Cache
from pydiff.model.resolution import Installation
from pydiff.model.settings import Settings
from pydiff.model.snapshot import Facts, Snapshot
from pydiff.model.tree import Tree
from pydiff.snapshot.keeping import kept_at

if TYPE_CHECKING:
    from pydiff.snapshot.survey import Item

_SHOWN = 5
"""Files that could not be read are named up to here, then counted."""


def snapshot(installation: Installation, settings: Settings) -> Snapshot:
    """Every fact about the installation. Never fails over a part of the tree: `Snapshot.errors` says what could not be read.

    Installations that pydiff made never change, so their snapshots are kept by digest; those in place are read each time.
    Raises CacheError.
    """
    with events.stage("snapshot", installation.resolution.spec.text):
        return _kept(installation, Cache(settings.cache_dir)) if installation.digest else _take(installation)


def _kept(installation: Installation, cache: Cache) -> Snapshot:
    path = kept_at(installation, cache)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Snapshot)
    except FileNotFoundError:
        pass
    except (OSError, msgspec.DecodeError) as error:
        events.emit(events.Notice(f"the kept snapshot {path.name} cannot be read ({error}); it is taken again"))
    taken = _take(installation)
    cache.write(path, msgspec.json.encode(taken))
    return taken


def _take(installation: Installation) -> Snapshot:
    from pydiff.install.tree import FolderTree  # noqa: PLC0415 (not needed for a kept snapshot)
    from pydiff.snapshot.inplace import own_tree  # noqa: PLC0415

    root = Path(installation.prefix)
    tree: Tree = FolderTree(root) if installation.digest else own_tree(root, installation.version)
    return take(tree, prefix=installation.prefix, version=installation.version, released=_released(installation))


def _released(installation: Installation) -> bytes | None:
    from pydiff.install import DESCRIPTION  # noqa: PLC0415 (not needed for a kept snapshot)

    try:
        return (Path(installation.prefix).parent / DESCRIPTION).read_bytes() if installation.digest else None
    except OSError:
        return None


def take(tree: Tree, *, prefix: str, version: str, released: bytes | None = None) -> Snapshot:
    """The snapshot of a tree on disk at `prefix`; `released` is the PYTHON.json that lay beside it in its archive."""
    from pydiff.snapshot.registry import wanted  # noqa: PLC0415 (not needed for a kept snapshot)
    from pydiff.snapshot.survey import of_tree  # noqa: PLC0415

    return facts(of_tree(tree, prefix, wanted), prefix=prefix, version=version, released=released)


def facts(surveyed: Iterable[Item], *, prefix: str, version: str, released: bytes | None = None) -> Snapshot:
    """The snapshot of what was surveyed; no family's failure keeps the others from being taken."""
    from pydiff.snapshot.interface import About  # noqa: PLC0415 (not needed for a kept snapshot)
    from pydiff.snapshot.layout import find_layout  # noqa: PLC0415
    from pydiff.snapshot.registry import FAMILIES  # noqa: PLC0415
    from pydiff.snapshot.released import parse_released  # noqa: PLC0415

    items = {item.entry.path: item for item in sorted(surveyed, key=lambda item: item.entry.path)}
    problems = {path: item.problem for path, item in items.items() if item.problem}
    errors = {"files": _told(problems)} if problems else {}
    release, problem = parse_released(released, items.get("PYTHON.json"))
    about = About(prefix, version, items, find_layout(items.keys(), version), release)
    families: dict[str, Facts] = {}
    for family in FAMILIES:
        about.problems.clear()
        try:
            families[family.name] = _storable(family.collect(about))
        except Exception as error:  # noqa: BLE001 (hostile files may break a parser in any way, and the other families still count)
            families[family.name] = {}
            about.problems[""] = f"{type(error).__name__}: {error}"
        if about.problems:
            errors[family.name] = _told(about.problems)
    if problem:
        errors["release"] = problem
    return Snapshot(prefix=prefix, python_version=version, families=families, errors=errors)


def _storable(facts: Facts) -> Facts:
    try:
        msgspec.json.encode(facts)
    except UnicodeEncodeError:
        return {str(_spelled(name)): _spelled(fact) for name, fact in facts.items()}
    return facts


def _spelled(value: Any) -> Any:  # noqa: ANN401 (whatever a fact is made of)
    """What no JSON can hold, spelled out: bytes of a name that is not UTF-8, lone surrogates in a hostile file."""
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case list():
            return [_spelled(one) for one in value]
        case dict():
            return {_spelled(name): _spelled(one) for name, one in value.items()}
        case _:
            return value


def _told(problems: dict[str, str]) -> str:
    shown = [f"{path}: {why}" if path else why for path, why in list(problems.items())[:_SHOWN]]
    more = len(problems) - len(shown)
    return str(_spelled("; ".join(shown))) + (f"; and {more} more" if more else "")
