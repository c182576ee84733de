"""How an archive of ours is given to a real uv of any release since 0.2.22, and how one is asked what it would install.

| releases | way |
|---|---|
| >= 0.6.13 | a download list of one entry (UV_PYTHON_DOWNLOADS_JSON_URL) |
| before | in the place of a build that the release's own list has without a hash, |
| >= 0.4.4 | from a mirror that is a folder (UV_PYTHON_INSTALL_MIRROR=file://...), |
| >= 0.2.35 | from a mirror on loopback, |
| before | from github.com as the closed internet has it |

0.4.21 alone has no entry without a hash.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import closed_internet
from conformance_inputs import GNU, MACOS, WINDOWS, Input, archive
from conformance_tools import uv
from pbs_archives import serving
from pydiff import data
from pydiff.managers import eras
from pydiff.managers.assets import parse_asset_name
from pydiff.managers.interface import Python, python_of
from pydiff.managers.uv import install_name
from pydiff.managers.versions import key
from pydiff.model.target import Target

LISTS, FOLDERS, MIRRORS = key("0.6.13"), key("0.4.4"), key("0.2.35")
"""First releases that take a download list, a file:// mirror, a mirror."""
# The first releases of most eras of what is on disk (managers/eras.py), and the last before some.
RELEASES = (
    *("0.2.22", "0.2.34", "0.4.20"),
    *("0.5.5", "0.5.9", "0.5.10", "0.5.12", "0.5.14", "0.5.26", "0.5.27", "0.5.30"),
    *("0.6.14", "0.6.15", "0.7.2", "0.7.10", "0.7.19", "0.8.14", "0.8.20"),
    *("0.11.18", "0.11.19", "0.12.19", "0.12.20", "0.13.0", "0.13.9"),
)
ORGS = ("indygreg", "astral-sh")
_RELEASES = "python-build-standalone/releases/download"
_OFFER = re.compile(r"https?://|<download")
_NAMES = {
    "install_only": "cpython-{version}+{tag}-{triple}-{options}install_only.tar.gz",
    "full": "cpython-{version}+{tag}-{triple}-{options}pgo+lto-full.tar.zst",
}


@dataclass(frozen=True, slots=True)
class Given:
    """An archive at a place where one release of uv finds it."""

    path: Path
    python: Python
    key: str
    """What uv calls it: `cpython-3.9.7-linux-x86_64-gnu`."""


@dataclass(frozen=True, slots=True)
class Asked:
    words: str
    """As uv takes them: `3.13t`, `cpython-3.12-linux-x86_64_v3-gnu`."""
    env: Mapping[str, str] = field(default_factory=dict)


def can_be_given(release: str, one: Input, flavor: str) -> bool:
    """Whether there is a way at all; not for what uv on Linux never installs (musl by old releases, most Windows builds)."""
    if key(release) < LISTS:
        return one.triple in {GNU, MACOS} and not one.variant and _hashless(release, one, flavor) is not None
    if one.triple == WINDOWS:
        return key(release) >= key("0.11.19")
    return one.variant != "debug" or key(release) >= key(eras.UV_VARIANT_SINCE["debug"])


def given(release: str, one: Input, flavor: str, room: Path) -> Given:
    """Write the archive, and what leads uv to it, below `room`."""
    if key(release) >= LISTS:
        path = room / _listed(one, flavor)
    else:
        url = _hashless(release, one, flavor)
        assert url is not None, (release, one.name, flavor)
        path = room / "mirror" / Path(*unquote(url).split("/")[-2:])
    archive(one, path)
    python = python_of(parse_asset_name(path.name))
    found = Given(path, python, install_name(python))
    if key(release) >= LISTS:
        (room / "list.json").write_text(json.dumps({found.key: _entry(found)}))
    return found


def install(release: str, given: Given, room: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """`uv python install` of it into `folder`; another time when it is there already."""
    command = [str(uv(release)), "python", "install", given.key]
    env = environment(room, folder)
    if (room / "list.json").exists():
        return _run(command, {**env, "UV_PYTHON_DOWNLOADS_JSON_URL": str(room / "list.json")})
    if key(release) >= FOLDERS:
        return _run(command, {**env, "UV_PYTHON_INSTALL_MIRROR": (room / "mirror").as_uri()})
    if key(release) >= MIRRORS:
        with serving(room / "mirror") as mirror:
            return _run(command, {**env, "UV_PYTHON_INSTALL_MIRROR": mirror.url})
    with _internet(room) as www:
        return closed_internet.run(www, command, room / "closed", env)


def listed(release: str, room: Path) -> dict[str, str]:
    """CPython builds that the release says it can install: key -> URL, or "" where it cannot show URLs."""
    command = [str(uv(release)), "python", "list", "--all-versions", "--all-platforms"]
    found: dict[str, str] = {}
    for options in (["--only-downloads", "--all-arches", "--show-urls"], ["--only-downloads", "--show-urls"], []):
        done = _run([*command, *options], environment(room, room / "pythons"))
        if done.returncode == 0:
            lines = [words for line in done.stdout.splitlines() if (words := line.split(maxsplit=1))]
            offers = [(key, said) for key, said in lines if key.startswith("cpython-") and _OFFER.match(said)]
            found = {key: said if said.startswith("http") else "" for key, said in offers}
            assert len(found) == len(offers), "a key twice"
            return found
    raise AssertionError(done.stderr)


def asked(release: str, requests: Sequence[Asked], room: Path) -> list[str]:
    """What it wants to download for each request: `TAG/NAME`, or what it says where it wants nothing. Nothing is there to be had."""
    program, env = str(uv(release)), environment(room, room / "pythons")
    if key(release) < MIRRORS:
        return [_asked_in_the_closed_internet(program, request, room, env) for request in requests]
    found = []
    with serving(room / "nothing") as mirror:
        env["UV_PYTHON_INSTALL_MIRROR"] = mirror.url
        for request in requests:
            mirror.asked.clear()
            done = _run([program, "python", "install", request.words], {**env, **request.env})
            found.append(next((unquote(path).removeprefix("/") for path in mirror.paths()), done.stderr))
    return found


def _asked_in_the_closed_internet(program: str, request: Asked, room: Path, env: Mapping[str, str]) -> str:
    scratch = room / "closed"
    (room / "www" / "github.com").mkdir(parents=True, exist_ok=True)
    (scratch / "requests.log").unlink(missing_ok=True)
    done = closed_internet.run(room / "www", [program, "python", "install", request.words], scratch, env)
    log = scratch / "requests.log"
    paths = [line.split()[1] for line in log.read_text().splitlines()] if log.exists() else []
    return next((path.partition(f"{_RELEASES}/")[2] for path in paths), done.stderr)


def environment(room: Path, folder: Path) -> dict[str, str]:
    """Nothing of the user's, and nothing of uv's outside `room` but the installations."""
    return {
        "PATH": os.defpath,
        "HOME": str(room / "home"),
        "UV_CACHE_DIR": str(room / "cache"),
        "UV_PYTHON_INSTALL_DIR": str(folder),
        "UV_PYTHON_BIN_DIR": str(room / "bin"),
        "UV_NO_CONFIG": "1",
    }


def _run(command: list[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


def _listed(one: Input, flavor: str) -> str:
    version = "3.13.1" if one.variant == "freethreaded" else "3.9.23"
    options = f"{one.variant}+" if flavor == "full" and one.variant else f"{one.variant}-" if one.variant else ""
    name = _NAMES[flavor].format(version=version, tag="20250604", triple=one.triple, options=options)
    return name.replace("debug+pgo+lto", "debug")


def _hashless(release: str, one: Input, flavor: str) -> str | None:
    """The URL of the newest build like the input that this release has no hash of."""
    target, ends = str(Target.from_triple(one.triple)), ".tar.zst" if flavor == "full" else ".tar.gz"
    fitting = [
        build.url
        for build in data.uv_builds("3.9")
        if build.sha256 is None and (build.target, build.variant) == (target, "") and build.url.endswith(ends)
        if any(key(first) <= key(release) <= key(last) for first, last in build.spans)
    ]
    return max(fitting, key=lambda url: url.split("/")[-2:], default=None)


@contextlib.contextmanager
def _internet(room: Path) -> Iterator[Path]:
    www = room / "www"
    for org in ORGS:
        releases = www / "github.com" / org / _RELEASES
        if not releases.is_symlink():
            releases.parent.mkdir(parents=True, exist_ok=True)
            releases.symlink_to(room / "mirror")
    yield www


def _entry(found: Given) -> dict[str, object]:
    python, target = found.python, found.python.target
    major, minor, patch = map(int, python.version.split("."))
    return {
        "name": "cpython",
        "arch": {"family": target.arch, "variant": target.variant or None},
        "os": {"macos": "darwin"}.get(target.os, target.os),
        "libc": target.libc,
        "major": major,
        "minor": minor,
        "patch": patch,
        "prerelease": "",
        "url": found.path.as_uri(),
        "sha256": None,
        "variant": python.variant or None,
        "build": python.tag,
    }
