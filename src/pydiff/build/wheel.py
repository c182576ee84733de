"""What is in a wheel that a build made. A build can put anything there, so everything is bounded."""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from pydiff.build.bench import CommandError
from pydiff.cache import explained
from pydiff.elf import MAGIC, ElfError, Image, linking
from pydiff.errors import CacheError
from pydiff.model.build import BinaryFacts, BuildRecord, Built, WheelFacts
from pydiff.model.roles import Roles

_MOST_MEMBERS = 100_000
_LARGEST_BINARY = 500_000_000
_MOST_BINARIES = 2_000
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_MOST_CONTENTS = 300_000_000
"""Bytes of members that are read for their contents in one wheel."""
_COMPILED = (".pyc", ".pyo", ".o", ".a", ".lib")
# ELF, Mach-O, PE, ar, gzip, zip: machine code differs in every build, packed files hold dates.
_NOT_COMPARED = (MAGIC, b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"MZ", b"!<arch>", b"\x1f\x8b", b"PK\x03\x04")
_TEMPORARY = re.compile(r"\{tmp\}/[\w.+~-]+")
# A time of day with seconds, or seconds since 1970: two builds never have the same.
_MOMENT = re.compile(r"\b\d{1,2}:\d{2}:\d{2}(?:\.\d+)?\b|\b1[4-9]\d{8}(?:\.\d+)?\b")


def keep_wheel(wheel: Path, folder: Path) -> tuple[WheelFacts, Path]:
    """Copy the wheel into `folder` and read it. Raises CommandError, CacheError."""
    kept = folder / wheel.name
    with explained("keeping a wheel", kept):
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{wheel.name}.part"
        shutil.copyfile(wheel, part, follow_symlinks=False)
        part.replace(kept)
    return read_wheel(kept), kept


def read_wheel(wheel: Path) -> WheelFacts:
    """The facts of a wheel file. Raises CommandError when it is none."""
    with wheel.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        tags = tuple(sorted(str(tag) for tag in parse_wheel_filename(wheel.name)[3]))
    except InvalidWheelFilename:
        tags = ()
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
            if len(names) > _MOST_MEMBERS:
                raise CommandError(f"{wheel.name} has more than {_MOST_MEMBERS:,} members")
            binaries = _binaries(archive)
    except _DAMAGED as error:
        raise CommandError(f"{wheel.name} is not a wheel: {error}") from error
    files = tuple(sorted(name for name in names if not _is_record(name)))
    return WheelFacts(wheel.name, digest, tags, files, binaries)


def with_contents(record: BuildRecord) -> BuildRecord:
    """The record with the hashes of what its wheel holds; which places to replace is known only when the build has ended.

    Raises CacheError when the kept wheel is no longer there.
    """
    if not isinstance(record.outcome, Built):
        return record
    normalise = Roles(record.places).normalise
    path = Path(record.outcome.wheel_path)
    try:
        with zipfile.ZipFile(path) as archive:
            contents = _contents(archive, normalise)
    except (OSError, zipfile.BadZipFile) as error:
        raise CacheError(
            f"the wheel that was built cannot be read again: {error}",
            hint="nothing else may change the run folder during a run; run pydiff again",
        ) from error
    return replace(record, outcome=replace(record.outcome, wheel=replace(record.outcome.wheel, contents=contents)))


def _contents(archive: zipfile.ZipFile, normalise: Callable[[str], str]) -> dict[str, str]:
    found: dict[str, str] = {}
    budget = _MOST_CONTENTS
    for info in sorted(archive.infolist(), key=lambda one: one.filename):
        name = info.filename
        if info.is_dir() or _is_record(name) or name.endswith(_COMPILED) or info.file_size > budget:
            continue
        try:
            with archive.open(info) as member:
                head = member.read(max(map(len, _NOT_COMPARED)))
                if head.startswith(_NOT_COMPARED):
                    continue
                budget -= info.file_size
                meaning = _meaning(name, head + member.read(), normalise)
        except _DAMAGED:
            found[name] = "damaged"
        else:
            found[name] = hashlib.sha256(meaning).hexdigest()
    return found


def _meaning(name: str, data: bytes, normalise: Callable[[str], str]) -> bytes:
    """Text with roles in place of the build's places, and without moments and random names; other data as it is."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    if "\0" in text:
        return data
    if PurePosixPath(name).match("*.dist-info/WHEEL"):
        # The tags are compared by themselves, and the generator is the same tool in whatever words.
        text = re.sub(r"^(?:Generator|Tag):.*\n?", "", text, flags=re.MULTILINE)
    return _MOMENT.sub("{time}", _TEMPORARY.sub("{tmp}/*", normalise(text))).encode()


def _is_record(name: str) -> bool:
    path = PurePosixPath(name)
    return path.name in {"RECORD", "RECORD.jws", "RECORD.p7s"} and path.parent.suffix == ".dist-info"


def _binaries(archive: zipfile.ZipFile) -> tuple[BinaryFacts, ...]:
    found: list[BinaryFacts] = []
    for info in sorted(archive.infolist(), key=lambda one: one.filename):
        if info.is_dir() or info.file_size > _LARGEST_BINARY or len(found) == _MOST_BINARIES:
            continue
        with archive.open(info) as member:
            head = member.read(len(MAGIC))
            if head == MAGIC:
                found.append(_binary(info.filename, head + member.read(_LARGEST_BINARY)))
    return tuple(found)


def _binary(path: str, data: bytes) -> BinaryFacts:
    try:
        links = linking(Image(data))
    except ElfError:
        return BinaryFacts(path)
    return BinaryFacts(path, links.needed, links.runpath or links.rpath)
