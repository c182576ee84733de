"""Wheel tags: what the files promise and what an installer finds when it asks the running interpreter. Seen on Linux only."""

from __future__ import annotations

from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction, Fact
from pydiff.snapshot.beside import Beside


def find(beside: Beside) -> Iterator[Contradiction]:
    files, running = beside.facts("tags"), beside.facts("runtime")
    asked = _list(running.get("tags.accepts"))
    # On a Mac the tags follow from the system's version as much as from the interpreter; nobody has held those against each other yet.
    if not asked or not beside.text("MACHDEP").startswith("linux"):
        return
    named, built = files.get("builds"), running.get("tags.builds")
    if isinstance(named, str) and isinstance(built, str) and named != built:
        yield Contradiction(
            "tags",
            "builds",
            named,
            f"the interpreter says {built}",
            "a wheel is named for one platform or ABI and built for another: it is refused, or installed where it does not load",
            (),
            "breaks",
        )
    yield from _refused(_list(files.get("platforms")), _list(running.get("tags.platforms")))
    yield from _refused(_list(files.get("accepts")), asked)


def _refused(promised: list[str], asked: list[str]) -> Iterator[Contradiction]:
    missing = [tag for tag in promised if tag not in asked]
    if missing:
        yield Contradiction(
            "tags",
            missing[0],
            "accepted, as the files have it",
            "an installer that asks the interpreter does not accept it",
            "pip passes over wheels with such a tag and builds the package from source, or finds nothing to install",
            ("ask for a module `_manylinux`: one that forbids such wheels stands beside the standard library",)
            if any(tag.startswith("manylinux") for tag in missing)
            else (),
            "changes",
            dict.fromkeys(missing, "accepted, as the files have it"),
        )


def _list(value: Fact) -> list[str]:
    return value if isinstance(value, list) else []
