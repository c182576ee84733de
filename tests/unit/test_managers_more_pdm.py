"""pdm and poetry: what pbs-installer answers, and what pdm makes of a tree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pydiff.errors import NoSuchBuildError, SpecError
from pydiff.managers import parse_spec, resolve
from pydiff.managers.changes import PatchPkgConfig, PatchSysconfig
from pydiff.model.resolution import Prebuilt, Unpacking
from pydiff.model.settings import Settings

LINUX = "#linux-x86_64-gnu"


def prebuilt(text: str, settings: Settings, day: date | None = None) -> Prebuilt:
    answer = resolve(parse_spec(text), replace(settings, offline=True, as_of=day))
    assert isinstance(answer, Prebuilt)
    return answer


@pytest.mark.parametrize(
    ("spec", "day", "library", "version", "tag", "flavor"),
    [
        ("pdm:3.12", date(2024, 3, 30), "2024.3.27", "3.12.2", "20240224", "full"),
        ("pdm:3.12", date(2024, 4, 10), "2024.4.1", "3.12.2", "20240224", "install_only"),
        ("pdm@2.26.3:3.12", date(2025, 12, 24), "2025.12.17", "3.12.12", "20251217", "install_only_stripped"),
        ("pdm@2.26.3:3.9.12", date(2025, 12, 24), "2025.12.17", "3.9.12", "20220502", "install_only"),
        ("pdm@2.26.3:3.8.5", date(2025, 12, 24), "2025.12.17", "3.8.5", "20200822", "full"),
        ("poetry@2.2.0:3.12", date(2026, 9, 1), "2025.12.17", "3.12.12", "20251217", "install_only_stripped"),
        ("poetry@2.3.0:3.12", date(2026, 9, 2), "2026.9.1", "3.12.14", "20260901", "install_only_stripped"),
    ],
)
def test_the_library_of_the_day(
    spec: str, day: date, library: str, version: str, tag: str, flavor: str, settings: Settings
) -> None:
    answer = prebuilt(spec + LINUX, settings, day)
    assert (answer.asset.version, answer.asset.tag, answer.asset.flavor) == (version, tag, flavor)
    assert f"{library} was current on {day}" in answer.notes[0]


def test_without_a_day_the_newest_is_assumed(settings: Settings) -> None:
    assert "2026.10.25 is the newest known" in prebuilt(f"pdm@2.29.4:3.12{LINUX}", settings).notes[0]
    # The newer one downloads with a library that this pdm does not bring.
    assert "2026.10.21 is the newest known below 2026.10.25" in prebuilt(f"pdm@2.29.3:3.12{LINUX}", settings).notes[0]
    assert "2025.12.17 is the newest known below 2026.0.0" in prebuilt(f"poetry@2.2.0:3.12{LINUX}", settings).notes[0]


@pytest.mark.parametrize(
    ("spec", "day", "name"),
    [
        ("pdm@2.26.3:3.12", date(2025, 12, 24), "cpython@3.12.12"),
        ("pdm@2.26.3:3.13t", date(2025, 12, 24), "cpython@3.13.11t"),
        ("pdm@2.19.2:3.13t", date(2024, 10, 20), "cpython@3.13.0t"),
        ("pdm@2.19.1:3.13t", date(2024, 10, 20), "cpython@3.13.0"),
        # Both added the letter.
        ("pdm@2.24.2:3.13t", date(2025, 6, 9), "cpython@3.13.4tt"),
        ("pdm@2.25.0:3.13t", date(2025, 6, 13), "cpython@3.13.5t"),
        ("poetry@2.1.0:3.13t", date(2025, 3, 1), "cpython@3.13.2"),
        ("poetry@2.1.3:3.13t", date(2025, 6, 13), "cpython@3.13.5t"),
    ],
)
def test_the_folder(spec: str, day: date, name: str, settings: Settings) -> None:
    assert prebuilt(spec + LINUX, settings, day).install_name == name


@pytest.mark.parametrize(
    ("spec", "day", "unpacking"),
    [
        ("pdm:3.12", date(2024, 3, 30), Unpacking("tarfile", "install")),
        ("pdm:3.12", date(2024, 4, 10), Unpacking("tarfile", "whole")),
        ("pdm@2.28.2:3.12", date(2026, 8, 19), Unpacking("tarfile", "whole")),
        ("pdm@2.28.2:3.8.5", date(2026, 8, 19), Unpacking("tarfile+data", "whole")),
        ("poetry@2.4.0:3.12", date(2026, 5, 6), Unpacking("tarfile+data", "whole")),
        ("poetry@2.3.0:3.12", date(2026, 5, 3), Unpacking("tarfile", "whole")),
    ],
)
def test_how_it_unpacks(spec: str, day: date, unpacking: Unpacking, settings: Settings) -> None:
    assert prebuilt(spec + LINUX, settings, day).unpacking == unpacking


def test_a_full_archive(settings: Settings) -> None:
    notes = prebuilt(f"pdm@2.19.1:3.13t{LINUX}", settings, date(2024, 10, 20)).notes
    assert "only where zstandard" in notes[-2]
    assert "says that the installation failed" in notes[-1]
    assert "only where zstandard" in prebuilt(f"pdm@2.19.2:3.13t{LINUX}", settings, date(2024, 10, 20)).notes[-1]


@pytest.mark.parametrize(
    ("spec", "changes"),
    [
        ("pdm@2.26.2:3.12#linux-x86_64-gnu", 0),
        ("pdm@2.26.3:3.12#linux-x86_64-gnu", 2),
        ("pdm@2.26.3:3.12#macos-aarch64", 2),
        ("pdm@2.26.3:3.12#windows-x86_64", 0),
        ("poetry:3.12#linux-x86_64-gnu", 0),
    ],
)
def test_since_when_it_patches(spec: str, changes: int, settings: Settings) -> None:
    assert len(prebuilt(spec, settings).changes) == changes


def test_32_bits(settings: Settings) -> None:
    answer = prebuilt("pdm:cpython@3.12-32#windows-x86_64", settings)
    assert (answer.asset.triple, answer.install_name) == ("i686-pc-windows-msvc", f"cpython@{answer.asset.version}")


@pytest.mark.parametrize(
    ("spec", "day", "message", "hint"),
    [
        (
            "pdm@2.26.3:3.12#linux-x86_64-musl",
            None,
            "has no 3.12 for linux-x86_64-musl",
            "it is there for linux-aarch64-gnu",
        ),
        ("pdm:3.13t", date(2024, 10, 9), "pbs-installer 2024.10.8 cannot be asked for 3.13t", "since 2024.10.10"),
        ("pdm:3.12+20240101", None, "pdm cannot be asked for a build date", "`pbs:3.12+20240101`"),
        ("pdm:3.13d", None, "pbs-installer 2026.10.25's list has no 3.13d", "but not in this variant"),
    ],
)
def test_what_it_does_not_have(spec: str, day: date | None, message: str, hint: str, settings: Settings) -> None:
    text = spec if "#" in spec else spec + LINUX
    with pytest.raises(NoSuchBuildError) as caught:
        resolve(parse_spec(text), replace(settings, as_of=day))
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_before_there_was_one(settings: Settings) -> None:
    with pytest.raises(SpecError, match="on 2024-03-01 there was no pbs-installer") as caught:
        resolve(parse_spec(f"pdm@2.13.0:3.12{LINUX}"), replace(settings, as_of=date(2024, 3, 1)))
    assert "pbs-installer 2024.3.26 is of 2024-03-26" in caught.value.hint
    with pytest.raises(SpecError, match=r"poetry 2\.0\.1 cannot be imitated"):
        resolve(parse_spec("poetry@2.0.1:3.12"), settings)


def test_the_algorithm_of_the_patch() -> None:
    def patched(name: str, value: str | int) -> str | int:
        return PatchSysconfig().patched(name, value, "/new")

    assert patched("prefix", "/install") == "/new"
    assert patched("DESTDIRS", "/install  /install/lib x/install /installer") == "/new  /new/lib x/install /newer"
    # Only a value that begins with it is looked at, and not a compiler's.
    assert patched("CONFIG_ARGS", "'--prefix=/install' /install") == "'--prefix=/install' /install"
    assert patched("CC", "/install/clang clang") == "/install/clangcc"
    assert patched("CC", "ccache  clang -pthread") == "ccache cc -pthread"
    assert patched("CXX", "clang++ clang") == "c++ clang"
    assert patched("LDSHARED", "clang-19 xclang") == "clang-19 xclang"
    assert patched("AR", "/install/bin/llvm-ar") == "ar"
    assert patched("Py_DEBUG", 0) == 0


def test_the_names_of_the_changes() -> None:
    assert (PatchSysconfig().name, PatchPkgConfig().name) == ("sysconfig", "pkgconfig")
    assert "clang++ -> c++" in PatchSysconfig().describe()
    assert "{prefix}" in PatchPkgConfig().describe()
