"""`python3-config`: values that are written into it, and an interpreter that cannot run it."""

from __future__ import annotations

from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside, build_root
from pydiff.snapshot.contradictions import remedies

_ASKS = "autotools, CMake and hand-written Makefiles that take their flags from it"


def find(beside: Beside) -> Iterator[Contradiction]:
    for path, fields in beside.fields("pythonconfig"):
        if not path.startswith("bin/"):
            continue
        if fields.get("kind") == "python":
            yield from _asks_sysconfig(beside, path)
        else:
            yield from _written(beside, path, {name: str(value) for name, value in fields.items()})


def _asks_sysconfig(beside: Beside, path: str) -> Iterator[Contradiction]:
    prefix = beside.text("prefix")
    if prefix.startswith("/") and not beside.has(prefix):
        built_in = remedies.PLACES if build_root(prefix) else ()
        yield Contradiction(
            "pythonconfig",
            path,
            f"--prefix is {prefix}",
            "no such folder",
            f"{_ASKS} get folders that do not exist: it prints what sysconfig says",
            built_in,
            "breaks",
        )


def _written(beside: Beside, path: str, fields: dict[str, str]) -> Iterator[Contradiction]:
    start = str(beside.facts("scripts").get(path, ""))
    # https://github.com/astral-sh/uv/issues/13849
    if fields.get("kind") == "shell" and "exec" in start and "python" in start.partition("exec")[2]:
        yield Contradiction(
            "pythonconfig",
            path,
            "hands itself to Python",
            "it is a shell script",
            f"{_ASKS} get none: `SyntaxError: invalid syntax`",
            ("releases from 20241205 on leave the shell script as it is", "ask sysconfig instead"),
            "breaks",
        )
    missing: dict[str, str] = {}
    for name, value in fields.items():
        # The script puts its own place where `prefix` stands.
        own = fields.get("prefix", "") if "prefix_real" in value else ""
        for found in beside.missing(value) if name not in {"kind", "shebang", "prefix"} else ():
            if not own or not (found == own or found.startswith(f"{own}/")):
                missing[f"{path}:{name}"] = found
    if missing:
        first = next(iter(missing))
        yield Contradiction(
            "pythonconfig",
            first,
            missing[first],
            "no such folder",
            f"{_ASKS} pass on a folder that does not exist",
            (),
            "changes",
            missing,
        )
