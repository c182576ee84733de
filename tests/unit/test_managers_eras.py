"""Where every fact by version begins and ends, said a second time: whoever moves a boundary has to mean it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from pydiff.managers import eras, mise, uv
from pydiff.managers.versions import Eras, key
from pydiff.model.resolution import Unpacking

TABLES = {name: table for name, table in vars(eras).items() if isinstance(table, Eras)}
# The last release before each step and the first with it, with what is so there; of compilers how many words
# CC, LDSHARED and CXX know, and whether CC knows clang.
PINNED: Mapping[str, Sequence[tuple[str, object]]] = {
    "UV_COMPILERS": [
        ("0.5.9", (0, 0, 0, False)),
        ("0.5.10", (1, 1, 1, True)),
        ("0.6.14", (1, 1, 1, True)),
        ("0.6.15", (1, 1, 1, False)),
        ("0.7.1", (1, 1, 1, False)),
        ("0.7.2", (2, 1, 2, True)),
        ("0.7.9", (2, 1, 2, True)),
        ("0.7.10", (11, 11, 10, True)),
        ("0.7.18", (11, 11, 10, True)),
        ("0.7.19", (10, 10, 9, True)),
        ("0.8.19", (10, 10, 9, True)),
        ("0.8.20", (11, 11, 10, True)),
        ("0.11.18", (11, 11, 10, True)),
        ("0.11.19", (13, 13, 12, True)),
    ],
    "UV_MODES": [("0.5.26", "archive+x"), ("0.5.27", "umask+x"), ("0.12.24", "umask+x"), ("0.13.0", "umask")],
    "UV_TAKES_HARD_LINKS": [
        ("0.5.26", True),
        ("0.5.27", False),
        ("0.5.28", True),
        ("0.12.24", True),
        ("0.13.0", False),
        ("0.13.1", True),
    ],
    "UV_LINKS_PYTHON": [("0.2.33", False), ("0.2.34", True)],
    "UV_REWRITES_SYSCONFIG": [("0.5.8", False), ("0.5.9", True)],
    "UV_REWRITES_WHOLE_FOLDER": [("0.12.19", False), ("0.12.20", True)],
    "UV_AR": [("0.5.9", ""), ("0.5.10", "ar")],
    "UV_DOUBLES_BACKSLASHES": [("0.5.8", False), ("0.5.9", True), ("0.5.11", True), ("0.5.12", False)],
    "UV_PKGCONFIG": [("0.5.13", ""), ("0.5.14", "absolute"), ("0.5.29", "absolute"), ("0.5.30", "relocatable")],
    "UV_SETS_INSTALL_NAME": [("0.5.18", False), ("0.5.19", True)],
    "UV_WRITES_BUILD": [("0.8.13", False), ("0.8.14", True)],
    "UV_COPIES_PYTHON_EXE": [("0.4.23", False), ("0.4.24", True)],
    "UV_ENSURES_AGAIN": [("0.4.28", False), ("0.4.29", True)],
    "UV_HIDES_MUSL": [("0.3.4", False), ("0.3.5", True), ("0.6.5", True), ("0.6.6", False)],
    "UV_PRERELEASES": [
        ("0.4.10", ""),
        ("0.4.11", "any"),
        ("0.4.20", "any"),
        ("0.4.21", "final"),
        ("0.8.24", "final"),
        ("0.9.0", "exact"),
    ],
    "UV_FINAL_MAY_BE_PRERELEASE": [("0.9.0", True), ("0.9.1", False)],
    "UV_PREFERS_EMULATION": [("0.7.17", False), ("0.7.18", True)],
    "UV_MIRROR_FIRST": [("0.10.7", False), ("0.10.8", True)],
    "MISE_REWRITES_SYSCONFIG": [("2024.12.14", False), ("2024.12.15", True)],
    "MISE_REPLACES_LINK": [("2024.12.14", True), ("2024.12.15", False)],
    "MISE_SYSCONFIG_FOLDERS": [
        ("2025.8.13", ("python{minor}{rest}",)),
        ("2025.8.14", ("python{minor}{rest}", "python{minor}")),
        ("2026.3.9", ("python{minor}{rest}", "python{minor}")),
        ("2026.3.10", ("python{minor}{rest}", "python{minor}", "python{minor}t")),
    ],
    "MISE_COPIES_PYTHON3": [("2026.7.12", False), ("2026.7.13", True)],
    "MISE_WRAPS_PIP": [("2026.7.13", False), ("2026.7.14", True)],
    "MISE_UNPACKING": [
        ("2024.11.12", Unpacking("archive", full="refused")),
        ("2024.11.13", Unpacking("archive", full="refused", hard_links=False)),
        ("2024.12.9", Unpacking("archive", full="refused", hard_links=False)),
        ("2024.12.10", Unpacking("archive", full="lifted", hard_links=False)),
        ("2025.7.0", Unpacking("archive", full="lifted", hard_links=False)),
        ("2025.7.1", Unpacking("archive", full="lifted", top_left=True)),
        ("2025.7.11", Unpacking("archive", full="lifted", top_left=True)),
        ("2025.7.12", Unpacking("archive", full="lifted")),
        ("2026.7.7", Unpacking("archive", full="lifted")),
        ("2026.7.8", Unpacking("archive+ids", full="lifted")),
    ],
    "MISE_COMPILES": [
        ("2024.11.6", False),
        ("2024.11.7", True),
        ("2024.11.9", True),
        ("2024.11.10", False),
    ],
    "MISE_ASKS_VERSIONS_HOST": [("2024.11.0", True), ("2024.11.1", False)],
    "MISE_HIDES_FREETHREADED_DEFINITIONS": [("2024.10.1", False), ("2024.10.2", True)],
    "MISE_LISTS": [
        ("2024.12.10", "http://mise-versions.jdx.dev/python-precompiled"),
        ("2024.12.11", "http://mise-versions.jdx.dev/python-precompiled-{triple}.gz"),
        ("2025.10.7", "http://mise-versions.jdx.dev/python-precompiled-{triple}.gz"),
        ("2025.10.8", "https://mise-versions.jdx.dev/python-precompiled-{triple}.gz"),
        ("2025.12.10", "https://mise-versions.jdx.dev/python-precompiled-{triple}.gz"),
        ("2025.12.11", "https://mise-versions.jdx.dev/tools/python-precompiled-{triple}.gz"),
    ],
    "MISE_RANKS": [("2024.10.1", False), ("2024.10.2", True)],
    "MISE_KNOWS_PRERELEASES": [("2024.10.1", False), ("2024.10.2", True)],
    "MISE_SKIPS_FREETHREADED": [("2026.3.9", False), ("2026.3.10", True)],
    "MISE_X86_64_LINUX": [("2024.1.30", "x86_64_v1"), ("2024.1.31", "x86_64")],
    "MISE_X86_64_MACOS": [("2024.5.13", "x86_64_v2"), ("2024.5.14", "x86_64")],
    "MISE_AARCH64_WINDOWS": [("2026.4.6", "x86_64"), ("2026.4.7", "aarch64")],
    "MISE_WINDOWS": [
        ("2024.8.9", ""),
        ("2024.8.10", "pc-windows-msvc-shared-install_only_stripped"),
        ("2024.8.11", "pc-windows-msvc-shared-install_only_stripped"),
        ("2024.8.12", ""),
        ("2024.11.6", ""),
        ("2024.11.7", "pc-windows-msvc-shared"),
        ("2025.8.1", "pc-windows-msvc-shared"),
        ("2025.8.2", "pc-windows-msvc"),
    ],
    "MISE_NOT_ON_WINDOWS": [
        ("2024.8.11", "precompiled Pythons for Windows came with mise 2024.8.10"),
        ("2024.8.12", "2024.8.12 to 2024.11.6 tried to compile there, and failed"),
    ],
    "MISE_ORG": [("2024.12.13", "indygreg"), ("2024.12.14", "astral-sh")],
    "MISE_ASKS_ATTESTATIONS": [("2026.3.17", False), ("2026.3.18", True)],
}


def fact(name: str, version: str) -> object:
    found = TABLES[name].at(version)
    if name == "UV_COMPILERS":
        return *(len(found.get(variable, ())) for variable in ("CC", "LDSHARED", "CXX")), "clang" in found.get("CC", ())
    return found


@pytest.mark.parametrize("name", TABLES)
def test_both_sides_of_every_step(name: str) -> None:
    assert [(version, fact(name, version)) for version, _ in PINNED[name]] == list(PINNED[name])


@pytest.mark.parametrize("name", TABLES)
def test_every_step_is_pinned_and_changes_something(name: str) -> None:
    versions = [version for version, _ in PINNED[name]]
    for first, _ in TABLES[name].steps:
        place = versions.index(first)
        assert place > 0
        assert fact(name, versions[place - 1]) != fact(name, first)


@pytest.mark.parametrize("name", TABLES)
def test_every_step_is_one_that_can_be_imitated(name: str) -> None:
    tool = uv.TOOL if name.startswith("UV_") else mise.TOOL
    assert all(key(first) > key(tool.first) for first, _ in TABLES[name].steps)


def test_every_table_is_pinned() -> None:
    assert PINNED.keys() == TABLES.keys()
