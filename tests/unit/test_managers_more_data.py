"""The tables of rye, hatch and pbs-installer are whole, and the scripts that make them work."""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from pydiff import data
from pydiff.data import build_hatch, build_pbs_installer, build_rye, build_tool_releases
from pydiff.managers import hatch, pbs_installer, pdm, pipx, poetry, rye
from pydiff.managers.assets import parse_asset_name
from pydiff.managers.uv_list import file_name
from pydiff.managers.versions import Tool, key
from pydiff.model.target import Target

BASE = "https://github.com/astral-sh/python-build-standalone/releases/download/20240224"
INSTALL_ONLY = f"{BASE}/cpython-3.12.2%2B20240224-x86_64-unknown-linux-gnu-install_only.tar.gz"
FULL = f"{BASE}/cpython-3.12.2%2B20240224-x86_64-unknown-linux-gnu-pgo%2Blto-full.tar.zst"
FREE = f"{BASE}/cpython-3.13.0%2B20240224-x86_64-unknown-linux-gnu-freethreaded%2Bpgo%2Blto-full.tar.zst"
SHA = "a" * 64


@pytest.mark.parametrize("table", ["rye", "hatch", "pbs-installer"])
def test_rows_are_the_archives_they_name(table: str) -> None:
    known = {version for version, _ in data.releases(table)}
    for minor in data.minors(table):
        for build in data.builds(table, minor):
            asset = parse_asset_name(file_name(build.url))
            assert (asset.version, str(Target.from_triple(asset.triple))) == (build.version, build.target)
            assert build.version.startswith(f"{minor}.")
            assert known.issuperset(version for span in build.spans for version in span)
    assert data.builds(table, "2.7") == ()


@pytest.mark.parametrize("table", ["rye", "hatch", "pbs-installer"])
def test_no_release_has_two_answers(table: str) -> None:
    for release in (
        data.releases(table)[-1][0],
        {"rye": "0.33.0", "hatch": "1.14.0", "pbs-installer": "2025.12.17"}[table],
    ):
        for minor in data.minors(table):
            here = [
                (build.version, build.variant, build.target)
                for build in data.builds(table, minor)
                if any(key(first) <= key(release) <= key(last) for first, last in build.spans)
            ]
            assert len(here) == len(set(here))
            if table == "hatch":
                assert len({version for version, *_ in here}) <= 5, "one build of each minor version, by platform"


@pytest.mark.parametrize("tool", [rye.TOOL, hatch.TOOL, pdm.TOOL, pipx.TOOL, poetry.TOOL])
def test_every_tool_knows_its_first(tool: Tool) -> None:
    versions = [version for version, _ in data.releases(tool.name)]
    assert versions == sorted(versions, key=key)
    assert tool.first in versions


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True)


def rust(name: str, os: str, url: str, sha256: str | None = SHA) -> str:
    words = f'name: Cow::Borrowed("{name}"), arch: Cow::Borrowed("x86_64"), os: Cow::Borrowed("{os}")'
    said = f'Some("{sha256}")' if sha256 else "None"
    return f'    (PythonVersion {{ {words}, major: 3, minor: 12, patch: 2, suffix: None }}, "{url}", {said}),\n'


def test_rye_from_a_checkout(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    first = (
        rust("pypy", "linux", "https://h/pypy")
        + rust("cpython", "linux", FULL)
        + rust("cpython", "linux", INSTALL_ONLY)
    )
    lists = {
        "0.14.0": ("rye/src/downloads.inc", "nothing"),
        "0.15.0": ("rye/src/downloads.inc", first),
        "0.27.0": ("rye/src/sources/generated/python_downloads.inc", rust("cpython", "linux", FULL, None)),
    }
    for tag, (path, text) in lists.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-qm", tag)
        git(tmp_path, "tag", tag)
    assert build_rye.from_git(tmp_path) == {
        ("3.12.2", "", "linux-x86_64-gnu", FULL, SHA): [("0.15.0", "0.15.0")],
        ("3.12.2", "", "linux-x86_64-gnu", FULL, None): [("0.27.0", "0.27.0")],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (rust("cpython", "macos", FULL), "is not what"),
        (rust("cpython", "linux", FULL).replace("patch: 2", "patch: two"), "1 rows of CPython, but 0 of the form"),
    ],
)
def test_rows_of_rye_that_are_not_understood(text: str, message: str) -> None:
    with pytest.raises(SystemExit, match=message):
        list(build_rye.entries(text))


def wheel(folder: Path, name: str, **members: str) -> None:
    with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as archive:
        for path, text in members.items():
            archive.writestr(path.replace("__", "/", 1).replace("DOT", "."), text)


def module(*rows: str, key_of: str = '"cpython", 3, 12, 2') -> str:
    return f"PYTHON_VERSIONS: dict[PythonVersion, object] = {{PythonVersion({key_of}): {{{', '.join(rows)}}}}}\n"


def row(place: str, url: str) -> str:
    return f'({place}): ("{url}", "{SHA}")'


def test_pbs_installer_from_wheels(tmp_path: Path) -> None:
    linux = '"linux", "x86_64"'
    both = (row(f"{linux}, False", FULL), row(f"{linux}, True", INSTALL_ONLY))
    free = row(f"{linux}, False, True", FREE)
    modules = {
        "2024.3.22": module(row(linux, FULL)),
        "2024.3.26": module(row(linux, FULL)),
        "2024.4.1": module(*both),
        "2024.10.8": module(row(f"{linux}, False", FULL)),
        "2024.10.10": module(free, key_of='"cpython", 3, 13, 0'),
        "2025.6.6": module(free.replace(", True)", ")"), key_of='"cpython", 3, 13, 0, True'),
        "2025.7.2": module(row(linux, "https://h/pypy"), key_of='"pypy", 3, 12, 2'),
    }
    for version, text in modules.items():
        wheel(tmp_path, f"pbs_installer-{version}", pbs_installer___versionsDOTpy=text)
    python = {"implementation": "cpython", "major": 3, "minor": 12, "micro": 2, "freethreaded": False}
    file = {"platform": "linux", "arch": "x86_64", "install_only": True, "url": INSTALL_ONLY, "sha256": None}
    pypy = {"python_version": {**python, "implementation": "pypy"}, "files": [{}]}
    listed = json.dumps([{"python_version": python, "files": [file]}, pypy])
    wheel(tmp_path, "pbs_installer-2026.10.25", pbs_installer__versionsDOTjson=listed)
    target = "linux-x86_64-gnu"
    assert build_pbs_installer.from_wheels(tmp_path) == {
        ("3.12.2", "", target, FULL, SHA): [("2024.3.26", "2024.3.26")],
        ("3.12.2", "", target, INSTALL_ONLY, SHA): [("2024.4.1", "2024.4.1")],
        ("3.13.0", "freethreaded", target, FREE, SHA): [("2024.10.10", "2025.6.6")],
        ("3.12.2", "", target, INSTALL_ONLY, None): [("2026.10.25", "2026.10.25")],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("PYTHON_VERSIONS: dict = dict()", "no dict"),
        ("PYTHON_VERSIONS: dict = {'3.12': {}}", "no PythonVersion"),
        (module(row('"linux", "aarch64"', FULL)), "is not what"),
    ],
)
def test_modules_that_are_not_understood(text: str, message: str) -> None:
    with pytest.raises(SystemExit, match=message):
        list(build_pbs_installer.chosen(list(build_pbs_installer.from_module(text)), "2024.3.26"))


def test_hatch_from_wheels(tmp_path: Path) -> None:
    levels = {
        "1.8.0": "{'3.12': {('linux', 'x86_64', 'gnu', 'v1'): '%s', ('windows', 'amd64', 'msvc', 'static'): 'x'}, 'pypy3': {}}",
        "1.13.0": "{'3.12': {('linux', 'x86_64', 'gnu', 'v1', ''): '%s'}}",
        "1.14.0": "{'3.13': {('linux', 'x86_64', 'gnu', 'v1', 'freethreaded'): '%s'}}",
    }
    for version, table in levels.items():
        url = FREE if "freethreaded" in table else INSTALL_ONLY
        text = f"ORDERED: tuple[str, ...] = ()\nDISTRIBUTIONS: dict[str, dict] = {table % url}\n"
        wheel(tmp_path, f"hatch-{version}", **{"hatch__python/distributionsDOTpy": text})
    wheel(tmp_path, "hatch-1.7.0", hatch__cliDOTpy="")
    assert build_hatch.from_wheels(tmp_path) == {
        ("3.12.2", "", "linux-x86_64-gnu", INSTALL_ONLY, None): [("1.8.0", "1.13.0")],
        ("3.13.0", "freethreaded", "linux-x86_64-gnu", FREE, None): [("1.14.0", "1.14.0")],
    }


@pytest.mark.parametrize(
    "place", ["'linux', 'x86_64', 'gnu', 'v2', ''", "'linux', 'x86_64', 'gnu', 'v1', 'freethreaded'"]
)
def test_rows_of_hatch_that_are_not_understood(place: str) -> None:
    with pytest.raises(SystemExit, match="is not what"):
        list(build_hatch.entries(f"DISTRIBUTIONS: dict = {{'3.12': {{({place}): '{INSTALL_ONLY}'}}}}"))


def test_releases_from_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    days = {"1.2.3": (5, 4), "1.2.4": (6,), "1.2.5rc1": (7,), "1.2.6": (None,)}
    packages = [
        SimpleNamespace(version=version, link=SimpleNamespace(upload_time=day and datetime(2026, 1, day, tzinfo=UTC)))
        for version, found in days.items()
        for day in found
    ]

    @contextmanager
    def finder(_config: object) -> Iterator[tuple[object, list[str]]]:
        yield SimpleNamespace(find_all_packages=lambda name, **_: packages if name == "tool" else []), ["404"]

    monkeypatch.setattr(build_tool_releases, "package_finder", finder)
    assert build_tool_releases.from_index("tool") == [("1.2.3", "2026-01-04"), ("1.2.4", "2026-01-06")]
    with pytest.raises(SystemExit, match="no releases of other with their days: 404"):
        build_tool_releases.from_index("other")


def test_the_first_library_is_known() -> None:
    assert pbs_installer.FIRST in dict(data.releases("pbs-installer"))
    assert build_pbs_installer.FIRST == pbs_installer.FIRST
