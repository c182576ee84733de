"""rye: its lists, its own spelling, what it keeps of an archive."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pydiff.errors import NoSuchBuildError, SpecError
from pydiff.managers import parse_spec, resolve
from pydiff.managers.interface import Python
from pydiff.managers.rye import install_name
from pydiff.model.resolution import Prebuilt, Unpacking
from pydiff.model.settings import Settings
from pydiff.model.target import Target

WINDOWS_X86 = "cpython-3.12.2+20240224-i686-pc-windows-msvc-shared-pgo-full.tar.zst"


def prebuilt(text: str, settings: Settings) -> Prebuilt:
    answer = resolve(parse_spec(text), replace(settings, offline=True))
    assert isinstance(answer, Prebuilt)
    return answer


@pytest.fixture(autouse=True)
def _on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("rye", "spec"):
        monkeypatch.setattr(f"pydiff.managers.{module}.this_machine", lambda: Target("linux", "x86_64", "gnu"))


@pytest.mark.parametrize(
    ("spec", "version", "tag", "options"),
    [
        ("rye@0.15.0:3.12", "3.12.0", "20231002", ("pgo", "lto")),
        ("rye@0.33.0:3.12", "3.12.3", "20240415", ("pgo", "lto")),
        ("rye@0.33.0:3.12.2", "3.12.2", "20240224", ("pgo", "lto")),
        ("rye@0.44.0:3.13", "3.13.2", "20250212", ("pgo", "lto")),
        ("rye@0.44.0:3.12.2+20240224", "3.12.2", "20240224", ("pgo", "lto")),
    ],
)
def test_what_each_release_takes(
    spec: str, version: str, tag: str, options: tuple[str, ...], settings: Settings
) -> None:
    answer = prebuilt(spec, settings)
    assert (answer.asset.version, answer.asset.tag, answer.asset.build_options) == (version, tag, options)
    assert answer.asset.flavor == "full"
    assert answer.asset.hash_source == f"{spec.split(':', maxsplit=1)[0].replace('@', ' ')}'s list"
    assert answer.install_name == f"cpython@{version}"
    assert answer.changes == ()


@pytest.mark.parametrize(
    ("spec", "name", "notes"),
    [
        ("rye@0.33.0:3.12.2#windows-x86", WINDOWS_X86, 0),
        ("rye@0.44.0:3.12.2#windows-x86", WINDOWS_X86, 0),
        ("rye@0.44.0:cpython-x86-windows@3.12.2", WINDOWS_X86, 0),
        ("rye@0.44.0:cpython-x86@3.12.2#windows-x86_64", WINDOWS_X86, 0),
        # Of Linux there is none, and rye on Linux says so.
        ("rye@0.44.0:cpython-x86@3.12.2", WINDOWS_X86, 1),
        ("rye:cpython-x86@3.11.5", "cpython-3.11.5+20230826-i686-unknown-linux-gnu-pgo+lto-full.tar.zst", 0),
    ],
)
def test_32_bits(spec: str, name: str, notes: int, settings: Settings) -> None:
    answer = prebuilt(spec, settings)
    assert answer.asset.name == name
    assert answer.install_name == f"cpython-x86@{answer.asset.version}"
    assert len(answer.notes) == notes
    assert str(answer.spec.target) == str(Target.from_triple(answer.asset.triple))


def test_the_hash_of_the_ticket(settings: Settings) -> None:
    for release in ("0.33.0", "0.44.0"):
        sha256 = prebuilt(f"rye@{release}:3.12.2#windows-x86", settings).asset.sha256
        assert sha256 == "ee985ae6a6a98f4d5bd19fd8c59f45235911d19b64e1dbd026261b8103f15db5"


@pytest.mark.parametrize(
    ("release", "full"), [("0.15.0", "whole"), ("0.30.0", "whole"), ("0.31.0", "install"), ("0.44.0", "install")]
)
def test_since_when_install_alone_is_kept(release: str, full: str, settings: Settings) -> None:
    assert prebuilt(f"rye@{release}:3.11", settings).unpacking == Unpacking("archive", full)  # type: ignore[arg-type]


def test_the_release_that_took_free_threaded_builds(settings: Settings) -> None:
    answer = prebuilt("rye@0.42.0:3.13", settings)
    assert "freethreaded" in answer.asset.build_options
    assert "mended in 0.43.0" in answer.notes[-1]
    assert "freethreaded" not in prebuilt("rye@0.43.0:3.13", settings).asset.build_options


def test_a_build_without_a_hash(settings: Settings) -> None:
    answer = prebuilt("rye@0.44.0:3.8.2", settings)
    assert "rye 0.44.0 has no hash for" in answer.notes[0]


@pytest.mark.parametrize(
    ("spec", "message", "hint"),
    [
        (
            "rye@0.44.0:3.12.2#linux-x86",
            "rye 0.44.0's list has no 3.12.2 for linux-x86-gnu",
            "windows-x86, windows-x86_64",
        ),
        ("rye@0.44.0:3.12.99", "has no 3.12.99 for linux-x86_64-gnu", "it has 3.12.0"),
        ("rye@0.33.0:3.13", "rye 0.33.0's list has no 3.13", "3.13 is in the lists of rye 0.42.0 to 0.44.0"),
        ("rye@0.44.0:3.99", "has no 3.99", "it has Python 3.7 to 3.13"),
        ("rye@0.44.0:3.12#linux-x86_64-musl", "for linux-x86_64-musl", "it is there for linux-aarch64-gnu"),
        ("rye@0.44.0:3.13t", "rye cannot be asked for 3.13t", "uv:3.13t"),
        ("rye@0.44.0:3.12.2+20240107", "rye cannot be asked for a build date", "it takes 3.12.2+20240224"),
    ],
)
def test_what_it_does_not_have(spec: str, message: str, hint: str, settings: Settings) -> None:
    with pytest.raises(NoSuchBuildError) as caught:
        resolve(parse_spec(spec), settings)
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_versions_of_rye(settings: Settings) -> None:
    assert prebuilt("rye:3.12", replace(settings, as_of=date(2024, 5, 1))).manager.version == "0.33.0"
    with pytest.raises(SpecError, match=r"rye 0\.14\.0 cannot be imitated"):
        resolve(parse_spec("rye@0.14.0:3.11"), settings)
    later = prebuilt("rye@0.99.0:3.12", settings)
    assert "rye 0.99.0 is newer than pydiff's tables" in later.notes[0]


@pytest.mark.parametrize(
    ("target", "name"),
    [("windows-x86", "cpython-x86@3.12.2"), ("linux-aarch64", "cpython@3.12.2"), ("macos-x86_64", "cpython@3.12.2")],
)
def test_the_folder(target: str, name: str) -> None:
    assert install_name(Python("3.12.2", "", "20240224", Target.parse(target))) == name
