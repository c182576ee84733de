"""PACKAGE -> one archive of its source in the cache, verified, the same for both sides. Nothing of it is executed."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from pydiff.build.index import read_index_config
from pydiff.build.lookup import STRONG_HASHES, Candidate, allows, find_candidate, save
from pydiff.build.packing import clone, pack_folder
from pydiff.cache import Cache, explained
from pydiff.errors import DownloadError, HashMismatchError, PackageError
from pydiff.model.settings import Settings
from pydiff.web import printable

_ARCHIVE = re.compile(r"\.(?:tar\.gz|tgz|tar\.bz2|tar\.xz|tar|zip)\Z")
_URL = re.compile(r"(?:git\+)?[a-z][a-z0-9.+-]*://")


@dataclass(frozen=True, slots=True)
class Source:
    """A package's source as one archive in the cache."""

    label: str
    """`uwsgi==2.0.28`; a file or folder as it was named."""
    path: str
    filename: str
    sha256: str
    """Of the archive; for a folder or a checkout, of the archive that pydiff made of it."""
    url: str = ""
    """Where it came from, without credentials. Empty for local files."""
    notes: tuple[str, ...] = ()
    requires_python: str = ""
    """As the index publishes it."""


def acquire(package: str, settings: Settings, pythons: Sequence[str] = ()) -> Source:
    """The source of `package`: `name==version`, `name`, an sdist file, a folder, a URL or `git+…`.

    `pythons` are the versions that it will be built for: without a version, the newest sdist is taken that allows them.
    Raises PackageError, DownloadError, CacheError.
    """
    cache = Cache(settings.cache_dir)
    text = package.strip()
    if text.startswith("git+"):
        return _from_git(text, settings, cache)
    if _URL.match(text) and not text.startswith("file:"):
        return _from_url(text, settings, cache)
    if re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^]]*\]\s*)?@", text):
        return _from_index(text, settings, cache, pythons)
    path = Path(unquote(urlsplit(text).path) if text.startswith("file:") else text).expanduser()
    # As for pip, a word without a slash is a name, even where a folder is called the same.
    if text.startswith((".", "/", "~", "file:")) or "/" in text or _ARCHIVE.search(text) or text.endswith(".whl"):
        return _from_folder(path, text, cache) if path.is_dir() else _from_file(path, text, cache)
    return _from_index(text, settings, cache, pythons)


def _from_index(text: str, settings: Settings, cache: Cache, pythons: Sequence[str]) -> Source:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise PackageError(
            f"{text!r} is not a package: {str(error).splitlines()[0]}",
            hint="write `name`, `name==version`, the path of an sdist or folder, a URL, or `git+URL`",
        ) from error
    if requirement.url and not _URL.match(requirement.url):
        raise PackageError(
            f"{text!r} is not a package: {requirement.url!r} is no URL",
            hint=f"a version is written `{requirement.name}=={requirement.url}`",
        )
    if requirement.url:
        return acquire(requirement.url, settings, pythons)
    memory = _memory(requirement, settings, cache, pythons)
    if memory.exists() and (_pinned(requirement) or settings.offline):
        source = _remembered(memory)
        if source is not None:
            return _judged(source, pythons)
    if settings.offline:
        raise DownloadError(
            f"{text} is not in the cache and pydiff is offline",
            hint="run once without --offline, or name an sdist file",
        )
    found = find_candidate(requirement, settings.as_of, pythons)
    source = _download(found, cache)
    cache.write(memory, json.dumps(asdict(source)).encode())
    return _judged(source, pythons)


def _pinned(requirement: Requirement) -> bool:
    return any(one.operator in {"==", "==="} and not one.version.endswith(".*") for one in requirement.specifier)


def _judged(source: Source, pythons: Sequence[str]) -> Source:
    """With a note when the version was not made for these Pythons; not kept, because a pinned one is kept for all of them."""
    if all(allows(source.requires_python, python) for python in pythons):
        return source
    name = source.label.replace("==", " ")
    note = f"{name} says it needs Python {source.requires_python}; pydiff builds it all the same"
    return replace(source, notes=(*source.notes, note))


def _memory(requirement: Requirement, settings: Settings, cache: Cache, pythons: Sequence[str]) -> Path:
    """Where the answer to this question is kept: a pinned version never has to be looked up again."""
    minors = [] if _pinned(requirement) else sorted({version.rpartition(".")[0] for version in pythons})
    question = [
        canonicalize_name(requirement.name),
        str(requirement.specifier),
        str(settings.as_of),
        minors,
        read_index_config().key(),
    ]
    return cache.room("sources") / f"{hashlib.sha256(json.dumps(question).encode()).hexdigest()}.json"


def _remembered(memory: Path) -> Source | None:
    """The kept answer, when its archive is still there and still the same."""
    try:
        fields = json.loads(memory.read_bytes())
        source = Source(**{**fields, "notes": tuple(fields["notes"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    path = Path(source.path)
    return source if path.is_file() and _sha256(path) == source.sha256 else None


def _download(found: Candidate, cache: Cache) -> Source:
    notes = found.notes
    if not found.hashes:
        notes = (*notes, f"the index publishes no hash for {found.filename}")
    known = found.hashes.get("sha256", "")
    path = _place(cache, known, found.filename) if known else None
    if path is not None and path.is_file() and _sha256(path) == known:
        return Source(found.label, str(path), found.filename, known, printable(found.url), notes, found.requires_python)
    with cache.scratch("source") as folder:
        part = folder / "source"
        save(found, part)
        _check_hashes(part, found)
        kept = _keep(part, found.filename, found.label, cache)
        return replace(kept, url=printable(found.url), notes=notes, requires_python=found.requires_python)


def _check_hashes(path: Path, found: Candidate) -> None:
    for algorithm, expected in found.hashes.items():
        digest = _digest(path, algorithm)
        if digest != expected.lower():
            raise HashMismatchError(
                f"{found.filename} is not the file that the index publishes: {algorithm} {digest}, expected {expected}",
                hint="the download was damaged or tampered with; nothing of it was kept or executed",
            )


def _from_url(url: str, settings: Settings, cache: Cache) -> Source:
    parts = urlsplit(url)
    filename = unquote(parts.path).rpartition("/")[2]
    _refuse_wheel(filename)
    if settings.offline:
        raise DownloadError(
            f"{printable(url)} cannot be fetched: pydiff is offline", hint="download it and name the file"
        )
    fragment = parse_qs(parts.fragment)
    hashes = {name: values[0] for name, values in fragment.items() if name in STRONG_HASHES}
    address = parts._replace(fragment="").geturl()
    return _download(Candidate(_label(filename), address, filename, hashes), cache)


def _from_file(path: Path, text: str, cache: Cache) -> Source:
    _refuse_wheel(path.name)
    if not path.is_file():
        raise PackageError(
            f"{text} is neither a file nor a folder",
            hint="check the path; a package of the index has no slash in its name",
        )
    if not _ARCHIVE.search(path.name):
        raise PackageError(
            f"{text} is not an sdist: its name does not end in .tar.gz or .zip", hint="name an sdist or a source folder"
        )
    with cache.scratch("source") as folder, explained("copying", path):
        copy = folder / "source"
        shutil.copyfile(path, copy)
        return _keep(copy, path.name, _label(path.name), cache)


def _from_folder(path: Path, text: str, cache: Cache) -> Source:
    if not any((path / name).is_file() for name in ("pyproject.toml", "setup.py", "setup.cfg")):
        raise PackageError(
            f"{text} is not a Python package: it has neither pyproject.toml nor setup.py",
            hint="name the folder that has them",
        )
    with cache.scratch("source") as folder, explained("packing", path):
        archive = folder / "source"
        pack_folder(path, archive)
        return _keep(archive, f"{path.resolve().name}.tar", text, cache)


def _from_git(text: str, settings: Settings, cache: Cache) -> Source:
    if settings.offline and not text.startswith("git+file:///"):
        raise DownloadError(
            f"{printable(text.removeprefix('git+'))} cannot be cloned: pydiff is offline", hint="name a local clone"
        )
    with cache.scratch("source") as folder:
        package, commit = clone(text, folder / "clone", offline=settings.offline)
        archive = folder / "source"
        pack_folder(package, archive)
        address = f"git+{printable(text.removeprefix('git+'))}"
        label = f"{address.partition('#')[0]} at {commit[:12]}"
        return replace(_keep(archive, f"{commit}.tar", label, cache), url=address, notes=(f"commit {commit}",))


def _keep(part: Path, filename: str, label: str, cache: Cache) -> Source:
    """Give a finished file its name in the cache."""
    digest = _sha256(part)
    path = _place(cache, digest, filename)
    with explained("keeping a source", path):
        part.replace(path)
    return Source(label, str(path), filename, digest)


def _place(cache: Cache, digest: str, filename: str) -> Path:
    found = _ARCHIVE.search(filename)
    if not re.fullmatch("[0-9a-f]{64}", digest) or found is None:
        raise PackageError(f"{filename} is not an sdist", hint="name a .tar.gz or .zip sdist")
    return cache.room("sources") / f"{digest}{found[0]}"


def _label(filename: str) -> str:
    try:
        name, version = parse_sdist_filename(filename)
    except InvalidSdistFilename:
        return filename
    return f"{name}=={version}"


def _refuse_wheel(filename: str) -> None:
    if not filename.endswith(".whl"):
        return
    try:
        name, version, _build, _tags = parse_wheel_filename(filename)
        instead = f"`{name}=={version}`"
    except InvalidWheelFilename:
        instead = "the package's name"
    raise PackageError(
        f"{filename} is a wheel, which is already built: there is nothing to compare",
        hint=f"give the sdist or {instead} instead",
    )


def _sha256(path: Path) -> str:
    return _digest(path, "sha256")


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
