"""Make a PBS-shaped archive of a CPython on this machine.

It is not a release. Paths, compilers and flags are those of a real one (`recorded.py`); files, modules and machine code are the local
interpreter's, so its extensions go on needing the libraries of this system (libssl, libsqlite3, ...), and what its distribution
patched stays patched.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pydiff.cache import explained
from pydiff.errors import InstallError, PackError
from pydiff.events import DownloadProgress, emit
from pydiff.fetch.pack.binaries import MAGIC, stripped
from pydiff.fetch.pack.describe import python_json
from pydiff.fetch.pack.members import Member, members
from pydiff.fetch.pack.recorded import variables_of
from pydiff.fetch.pack.rewrite import Rewriter, read_sysconfigdata
from pydiff.fetch.pack.writer import write_archive
from pydiff.fetch.shelf import sha256_of
from pydiff.interpreter import Interpreter, ask
from pydiff.model.asset import Asset, Flavor
from pydiff.model.target import Target, this_machine

# A day on which nothing will be released: such an archive cannot be taken for a real one.
LOCAL_TAG = "20990101"
# Raised when the same interpreter would be packed differently, so that archives of an older pydiff are not reused.
PACK_FORMAT = 1
SECONDS_BETWEEN_EVENTS = 0.05
# What the recorded build was made with, and so what the name of a full archive says.
_OPTIONS = ("pgo", "lto")


def pack(
    interpreter: Path,
    destination: Path,
    *,
    tag: str = LOCAL_TAG,
    flavor: Flavor = "install_only",
    target: Target | None = None,
) -> Asset:
    """Pack the interpreter (of a venv, its base) into the folder `destination`, under the name a release would give it.

    `target` is what the name says, this machine's by default. The same files give the same bytes. Raises PackError and CacheError.
    """
    python = packable(interpreter)
    target = target or this_machine()
    asset = asset_of(python, tag, flavor, target)
    path = destination / asset.name
    aside = destination / f".{os.getpid()}-{asset.name}"
    with explained("packing", path):
        destination.mkdir(parents=True, exist_ok=True)
        try:
            _write(python, aside, asset, target)
            sha256, size = sha256_of(aside), aside.stat().st_size
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    emit(DownloadProgress(f"packing {asset.name}", size, size))
    return replace(asset, path=str(path.absolute()), sha256=sha256, hash_source="pydiff pack")


def packable(interpreter: Path) -> Interpreter:
    """Ask the interpreter, and raise PackError for one that no release looks like."""
    try:
        python = ask(interpreter)
    except InstallError as error:
        raise PackError(str(error), hint=error.hint) from error
    if python.implementation != "CPython":
        raise PackError(
            f"{interpreter} is {python.implementation}, not CPython", hint="only CPython can be packed like a PBS build"
        )
    if python.platform != "linux":
        raise PackError(
            f"{interpreter} is a Python for {python.platform}; only Linux interpreters can be packed",
            hint="name a released build (`uv:3.12`) instead of `host`",
        )
    if not python.sysconfigdata.is_file():
        raise PackError(
            f"{interpreter} has no _sysconfigdata file",
            hint=f"install the development files of Python {python.minor_text}",
        )
    return python


def asset_of(python: Interpreter, tag: str, flavor: Flavor, target: Target) -> Asset:
    """The asset as its name tells it, without path and hash."""
    if not (tag.isdigit() and len(tag) == 8):
        raise PackError(f"{tag!r} is not a release tag", hint="a tag is a date without dashes, such as 20241016")
    free = ("freethreaded",) if "t" in python.abiflags else ()
    options = (*free, *_OPTIONS) if flavor == "full" else free
    extension = "tar.zst" if flavor == "full" else "tar.gz"
    middle = f"{'+'.join(options)}-" if options else ""
    return Asset(
        name=f"cpython-{python.version}+{tag}-{target.triple}-{middle}{flavor}.{extension}",
        version=python.version,
        tag=tag,
        triple=target.triple,
        build_options=options,
        flavor=flavor,
        repacked_from=str(python.executable),
    )


def _write(python: Interpreter, path: Path, asset: Asset, target: Target) -> None:
    own = _own_variables(python)
    values = variables_of(python, Rewriter(python, {}).own_variables(own), target)
    found = members(python, Rewriter(python, values))
    if asset.flavor == "install_only_stripped":
        found = [_stripped(member) for member in found]
    if asset.flavor == "full":
        first = Member("PYTHON.json", content=lambda: python_json(python, values, target, asset.build_options))
        found = [first, *(replace(member, path=f"install/{member.path}") for member in found)]
        found.append(Member("licenses/LICENSE.cpython.txt", content=lambda: _license(python)))
    write_archive(path, found, _reporter(asset.name))


def _own_variables(python: Interpreter) -> dict[str, str | int]:
    try:
        text = python.sysconfigdata.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise PackError(f"{python.sysconfigdata} cannot be read: {error}") from error
    return read_sysconfigdata(text, str(python.sysconfigdata))


def _license(python: Interpreter) -> bytes:
    path = Path(python.paths["stdlib"], "LICENSE.txt")
    return path.read_bytes() if path.is_file() else b"PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2\n"


def _stripped(member: Member) -> Member:
    content = member.content
    if content is None or not (member.path.startswith(("bin/", "lib/libpython")) or member.path.endswith(".so")):
        return member

    def without_debug() -> bytes:
        data = content()
        return stripped(data) if data.startswith(MAGIC) else data

    return replace(member, content=without_debug)


def _reporter(name: str) -> Callable[[int], None]:
    """Emit progress at most 20 times a second. How large the whole will be is not known before it is made."""
    last = 0.0

    def report(size: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_EVENTS:
            last = now
            emit(DownloadProgress(f"packing {name}", size, None))

    return report
