"""What the real uv would download, release by release and request by request, against what pydiff resolves."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

from conformance_plugin import Note
from conformance_uv import MIRRORS, RELEASES, Asked, asked, listed
from pydiff import data
from pydiff.errors import NoSuchBuildError
from pydiff.managers import parse_spec, resolve
from pydiff.managers.uv_list import uv_list
from pydiff.managers.versions import key
from pydiff.model.resolution import Prebuilt
from pydiff.model.settings import Settings
from support import needs_bwrap

# Of those whose lists pydiff carries: all whose trees are compared, and both sides of each change in how they choose and in what their
# lists are like.
LISTING = sorted({*(release for release in RELEASES if key(release) <= key("0.12.5")), "0.4.9", "0.12.5"}, key=key)
SHOW_ONE = ("0.2.22", "0.5.5")
"""They show one build where several are of one version and system: 0.2.22 of all machines, 0.5.5 of 3.13.0 and 3.13.0t.

What 0.5.5 does not show is asked for below; what 0.2.22 does not show is not compared."""
ASKING = ("0.2.34", "0.4.9", "0.4.20", "0.5.5", "0.6.14", "0.8.14", "0.8.20", "0.9.0", "0.12.5")
SUFFIXES = {"": "", "freethreaded": "t", "debug": "d", "freethreaded+debug": "td"}
_KEY = re.compile(r"cpython-(?P<version>\d+\.\d+\.\d+(?:[a-z]+\d+)?)(?:\+(?P<variant>[a-z+]+))?-(?P<platform>.*)")


def resolved(release: str, request: str, settings: Settings) -> Prebuilt | None:
    try:
        found = resolve(parse_spec(f"uv@{release}:{request}"), replace(settings, offline=True))
    except NoSuchBuildError:
        return None
    assert isinstance(found, Prebuilt)
    return found


def spelled(uv_key: str) -> str:
    """A key of uv as a request to pydiff: 3.13.1t#linux-riscv64-gnu."""
    match = _KEY.fullmatch(uv_key)
    assert match, uv_key
    platform = match["platform"].removesuffix("-none").replace("riscv64gc", "riscv64")
    return f"{match['version']}{SUFFIXES[match['variant'] or '']}#{platform}"


@pytest.mark.parametrize("release", LISTING)
def test_all_that_it_lists(release: str, tmp_path: Path, settings: Settings, note: Note) -> None:
    real = listed(release, tmp_path)
    assert len(real) > (100 if release == "0.2.22" else 400)
    wrong = []
    for uv_key, url in real.items():
        found = resolved(release, spelled(uv_key), settings)
        if found is None or found.install_name != uv_key or (url and found.asset.urls[0] != url):
            wrong.append((uv_key, url, found and (found.install_name, found.asset.urls)))
    assert not wrong, f"{len(wrong)} of {len(real)}, such as {wrong[:5]}"
    more = [
        one
        for one in unlisted(release, real, settings)
        if not (release in SHOW_ONE and system(one) in map(system, real))
    ]
    assert not more, f"not listed: {len(more)}, such as {more[:5]}"
    shown = "URLs too" if any(real.values()) else "no URLs shown"
    note("uv, selection", release, "listed", f"{len(real):,} alike, {shown}")


def unlisted(release: str, real: Collection[str], settings: Settings) -> list[str]:
    """What pydiff would install, by uv's keys, and uv does not list.

    Without pre-releases, of which uv lists only those that nothing supersedes, and debug builds, which it lists never: it installs both.
    """
    builds = (build for minor in data.uv_minors() for build in uv_list(release, minor, settings).builds)
    requests = {
        f"{build.version}{SUFFIXES[build.variant]}#{build.target}"
        for build in builds
        if "debug" not in build.variant and not re.search(r"\d[a-z]+\d+$", build.version)
    }
    requests -= {spelled(uv_key) for uv_key in real}
    found = (resolved(release, request, settings) for request in requests)
    return sorted({one.install_name for one in found if one is not None} - set(real))


def system(uv_key: str) -> tuple[str, str]:
    match = _KEY.fullmatch(uv_key)
    assert match, uv_key
    return match["version"], match["platform"].partition("-")[0]


GNU = [
    *("3.7", "3.8", "3.9", "3.13", "3.14", "3.15", "3.8.12", "3.9.7", "3.9.12"),
    *("3.13.0", "3.13.0rc1", "3.13.0rc2", "3.13.0a5", "3.14.0", "3.14.0rc2", "3.14.0a6"),
    *("3.13t", "3.13.1t", "3.14.0t", "3.13.0rc2t", "3.9t", "3.13d", "3.13td", "3.12d"),
]
PLATFORMS = {
    "linux-x86_64-musl": "linux-x86_64-musl",
    "linux-x86_64_v3-gnu": "linux-x86_64_v3-gnu",
    "linux-aarch64-gnu": "linux-aarch64-gnu",
    "linux-riscv64gc-gnu": "linux-riscv64-gnu",
    "macos-aarch64-none": "macos-aarch64",
    "windows-x86-none": "windows-x86",
    "windows-aarch64-none": "windows-aarch64",
}
TAGS = ("3.9.20", "20241016"), ("3.9", "20241016"), ("3.9", "20240909"), ("3.13", "20241016")
QUESTIONS = [
    *((Asked(words), f"{words}#linux-x86_64-gnu") for words in GNU),
    *(
        (Asked(f"cpython-{version}-{platform}"), f"{version}#{target}")
        for version in ("3.9", "3.13.0")
        for platform, target in PLATFORMS.items()
    ),
]
DATED = [
    (Asked(version, {"UV_PYTHON_CPYTHON_BUILD": tag}), f"{version}+{tag}#linux-x86_64-gnu") for version, tag in TAGS
]


@pytest.mark.parametrize("release", ASKING)
def test_what_it_asks_for(release: str, tmp_path: Path, settings: Settings, note: Note) -> None:
    if key(release) < MIRRORS:
        needs_bwrap()
    questions = [*QUESTIONS, *(DATED if key(release) >= key("0.8.14") else [])]
    wrong = []
    alike = 0
    for (asking, request), answer in zip(
        questions, asked(release, [one for one, _ in questions], tmp_path), strict=True
    ):
        if "executable name" in answer and "-" in asking.words:
            continue  # it does not understand how this platform is named, and could only be asked on it
        found = resolved(release, request, settings)
        ours = found and f"{found.asset.tag}/{found.asset.name}"
        if ours != (answer if answer.endswith((".gz", ".zst")) else None):
            wrong.append((asking.words, answer, ours))
        alike += 1
    assert not wrong, f"{len(wrong)} of {len(questions)}, such as {wrong[:5]}"
    note("uv, selection", release, "asked", f"{alike} alike")
