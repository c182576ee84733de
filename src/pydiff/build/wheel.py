"""What is in a wheel that a build made. A build can put anything there, so everything is bounded."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from pydiff.build.bench import CommandError
from pydiff.cache import explained
from pydiff.model.build import BinaryFacts, WheelFacts

_MOST_MEMBERS = 100_000
_LARGEST_BINARY = 500_000_000
_MOST_BINARIES = 2_000
_ELF = b"\x7fELF"


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
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise CommandError(f"{wheel.name} is not a wheel: {error}") from error
    files = tuple(sorted(name for name in names if not _is_record(name)))
    return WheelFacts(wheel.name, digest, tags, files, binaries)


def _is_record(name: str) -> bool:
    path = PurePosixPath(name)
    return path.name == "RECORD" and path.parent.suffix == ".dist-info"


def _binaries(archive: zipfile.ZipFile) -> tuple[BinaryFacts, ...]:
    found: list[BinaryFacts] = []
    for info in sorted(archive.infolist(), key=lambda one: one.filename):
        if info.is_dir() or info.file_size > _LARGEST_BINARY or len(found) == _MOST_BINARIES:
            continue
        with archive.open(info) as member:
            head = member.read(len(_ELF))
            if head == _ELF:
                found.append(_binary(info.filename, head + member.read(_LARGEST_BINARY)))
    return tuple(found)


def _binary(path: str, data: bytes) -> BinaryFacts:
    import lief  # noqa: PLC0415 - half a second, and only wheels with binaries need it

    lief.logging.disable()
    binary = lief.ELF.parse(data)
    if binary is None:
        return BinaryFacts(path)
    runpath: list[str] = []
    rpath: list[str] = []
    for entry in binary.dynamic_entries:
        if isinstance(entry, lief.ELF.DynamicEntryRunPath):
            runpath += str(entry.runpath).split(":")
        elif isinstance(entry, lief.ELF.DynamicEntryRpath):
            rpath += str(entry.rpath).split(":")
    return BinaryFacts(path, tuple(str(name) for name in binary.libraries), tuple(runpath or rpath))
