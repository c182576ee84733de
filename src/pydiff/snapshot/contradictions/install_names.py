"""macOS: the name under which a library asks to be found, and the macOS that binaries ask for."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside
from pydiff.snapshot.contradictions import remedies
from pydiff.snapshot.contradictions.versions import newer, numbers


def find(beside: Beside) -> Iterator[Contradiction]:
    machos = [(path, fact) for path, fact in beside.fields("binaries") if fact.get("format") == "macho"]
    for path, fact in machos:
        name = str(fact.get("soname", ""))
        if name.startswith("/") and not beside.has(name) and "/" in path:
            yield Contradiction(
                "binaries",
                path,
                name,
                "no such file",
                f"whatever is linked against it does not start: `dyld: Library not loaded: {name}`",
                (f"install_name_tool -id {beside.prefix}/{path} {posixpath.basename(path)}", *remedies.INSTALL_NAME),
                "breaks",
            )
    yield from _deployment_target(beside, machos)


def _deployment_target(
    beside: Beside, machos: list[tuple[str, dict[str, str | int | list[str]]]]
) -> Iterator[Contradiction]:
    claimed = beside.text("MACOSX_DEPLOYMENT_TARGET")
    asking = {
        path: str(fact["macos"]) for path, fact in machos if "macos" in fact and newer(str(fact["macos"]), claimed)
    }
    if claimed and asking:
        order = sorted(asking, key=lambda path: ([-part for part in numbers(asking[path])], path))
        yield Contradiction(
            "binaries",
            order[0],
            f"macOS {asking[order[0]]}",
            f"MACOSX_DEPLOYMENT_TARGET says {claimed}",
            f"wheels built with it are tagged for macOS {claimed}, where this Python itself does not run",
            (),
            "changes",
            {path: f"macOS {asking[path]}" for path in order},
        )
