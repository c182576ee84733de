"""hatch: its lists, the level of the processor, and what it leaves beside a tree."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pbs_archives import full_items, python_items, write_archive
from pydiff.errors import NoSuchBuildError, SpecError
from pydiff.install import install
from pydiff.managers import hatch, parse_spec, resolve
from pydiff.managers.changes import WriteHatchRecord
from pydiff.model.resolution import Archive, Prebuilt, Unpacking
from pydiff.model.settings import Settings
from pydiff.model.target import Target

V2 = "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3"
V3 = f"{V2} avx avx2 bmi1 bmi2 f16c fma movbe xsave"
V4 = f"{V3} avx512f avx512bw avx512cd avx512dq avx512vl"


@pytest.fixture(autouse=True)
def _on_linux(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for module in ("hatch", "spec"):
        monkeypatch.setattr(f"pydiff.managers.{module}.this_machine", lambda: Target("linux", "x86_64", "gnu"))
    processor(monkeypatch, tmp_path, V3)


def processor(monkeypatch: pytest.MonkeyPatch, folder: Path, flags: str) -> None:
    place = folder / "cpuinfo"
    place.write_text(f"processor\t: 0\nflags\t\t: fpu {flags}\nvmx flags\t: none\n\nflags\t\t: {V4}\n")
    monkeypatch.setattr(hatch, "CPUINFO", place)


def prebuilt(text: str, settings: Settings) -> Prebuilt:
    answer = resolve(parse_spec(text), replace(settings, offline=True))
    assert isinstance(answer, Prebuilt)
    return answer


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("hatch@1.8.0:3.12", "cpython-3.12.0+20231002-x86_64_v3-unknown-linux-gnu-install_only.tar.gz"),
        ("hatch@1.10.0:3.12", "cpython-3.12.3+20240415-x86_64_v3-unknown-linux-gnu-install_only.tar.gz"),
        ("hatch@1.14.0:3.12", "cpython-3.12.8+20241206-x86_64_v3-unknown-linux-gnu-install_only_stripped.tar.gz"),
        ("hatch@1.14.0:3.12.8", "cpython-3.12.8+20241206-x86_64_v3-unknown-linux-gnu-install_only_stripped.tar.gz"),
        ("hatch@1.14.0:3.8", "cpython-3.8.20+20241002-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz"),
        ("hatch@1.14.0:3.7", "cpython-3.7.9-x86_64-unknown-linux-gnu-pgo-20200823T0036.tar.zst"),
        (
            "hatch@1.14.0:3.12#linux-x86_64_v2-gnu",
            "cpython-3.12.8+20241206-x86_64_v2-unknown-linux-gnu-install_only_stripped.tar.gz",
        ),
        (
            "hatch@1.14.0:3.12#macos-aarch64",
            "cpython-3.12.8+20241206-aarch64-apple-darwin-install_only_stripped.tar.gz",
        ),
    ],
)
def test_what_each_release_takes(spec: str, name: str, settings: Settings) -> None:
    answer = prebuilt(spec, settings)
    assert answer.asset.name == name
    assert answer.spec.target == Target.from_triple(answer.asset.triple)
    assert "hatch does not verify" in answer.notes[0]


@pytest.mark.parametrize(("flags", "level"), [("sse2", ""), (V2, "_v2"), (V3, "_v3"), (V4, "_v4")])
def test_the_processor_decides(
    flags: str, level: str, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    processor(monkeypatch, tmp_path, flags)
    answer = prebuilt("hatch@1.11.0:3.11", settings)
    assert answer.asset.triple == f"x86_64{level}-unknown-linux-gnu"
    assert f"hatch picks {level.strip('_') or 'v1'} for the processor of this machine" in answer.notes[1]
    # Before 1.11.0 nothing was looked at.
    assert prebuilt("hatch@1.10.0:3.11", settings).asset.triple == "x86_64_v3-unknown-linux-gnu"


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"model name : x\n"])
def test_a_processor_that_cannot_be_read(
    content: bytes | None, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = tmp_path / "odd"
    if content is not None:
        place.write_bytes(content)
    monkeypatch.setattr(hatch, "CPUINFO", place)
    assert "x86_64_v3-" in prebuilt("hatch@1.18.2:3.12", settings).asset.triple


def test_on_another_machine(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pydiff.managers.hatch.this_machine", lambda: Target("macos", "aarch64", "none"))
    answer = prebuilt("hatch@1.18.2:3.12#linux-x86_64-gnu", settings)
    assert "x86_64_v3-" in answer.asset.triple
    assert "v3, which it takes where it cannot tell, is assumed" in answer.notes[1]


@pytest.mark.parametrize(
    ("spec", "folder", "note"),
    [
        ("hatch@1.14.0:3.13", "3.13", None),
        ("hatch@1.14.0:3.13t", "3.13", "HATCH_PYTHON_VARIANT_GIL=freethreaded"),
        ("hatch@1.18.0:3.13t", "3.13t", None),
    ],
)
def test_free_threaded(spec: str, folder: str, note: str | None, settings: Settings) -> None:
    answer = prebuilt(spec, settings)
    assert answer.install_name == folder
    assert ("freethreaded" in answer.asset.build_options) == spec.endswith("t")
    assert note is None or note in answer.notes[-1]


def test_a_machine_by_another_name(settings: Settings) -> None:
    answer = prebuilt("hatch@1.14.0:3.12#linux-armv7-gnueabihf", settings)
    assert "hatch's list calls this machine armv7" in answer.notes[-1]


@pytest.mark.parametrize(
    ("spec", "message", "hint"),
    [
        ("hatch@1.14.0:3.12.7", "hatch cannot be asked for 3.12.7", "hatch 1.14.0 has 3.12.8"),
        ("hatch@1.14.0:3.12+20240101", "hatch cannot be asked for a build date", "it takes 3.12.8+20241206"),
        ("hatch@1.14.0:3.14", "hatch 1.14.0's list has no 3.14", "3.14 is in the lists of hatch 1.15.0 to"),
        ("hatch@1.12.0:3.13t", "hatch 1.12.0 cannot be asked for 3.13t", "since hatch 1.13.0"),
        ("hatch@1.14.0:3.13d", "no debug builds", "uv:3.13d"),
        ("hatch@1.14.0:3.12t", "has no 3.12t", "it has Python 3.7 to 3.13, but not in this variant"),
        (
            "hatch@1.14.0:3.8#linux-x86_64_v3-gnu",
            "has no 3.8 for linux-x86_64_v3-gnu",
            "it is there for linux-aarch64-gnu",
        ),
    ],
)
def test_what_it_does_not_have(spec: str, message: str, hint: str, settings: Settings) -> None:
    with pytest.raises(NoSuchBuildError) as caught:
        resolve(parse_spec(spec), settings)
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_versions_of_hatch(settings: Settings) -> None:
    assert prebuilt("hatch:3.12", replace(settings, as_of=date(2024, 12, 16))).manager.version == "1.14.0"
    with pytest.raises(SpecError, match=r"hatch 1\.7\.0 cannot be imitated: before 1\.8\.0"):
        resolve(parse_spec("hatch@1.7.0:3.11"), settings)


@pytest.mark.parametrize(
    ("release", "modes"), [("1.8.0", "tarfile"), ("1.15.1", "tarfile"), ("1.16.0", "tarfile+data")]
)
def test_how_it_unpacks(release: str, modes: str, settings: Settings) -> None:
    expected = Unpacking(modes, "whole", top_kept=True)  # type: ignore[arg-type]
    assert prebuilt(f"hatch@{release}:3.12", settings).unpacking == expected


def laid(spec: str, settings: Settings, tmp_path: Path) -> tuple[Path, Path]:
    """(the folder that hatch gives the tree, the prefix)"""
    resolution = prebuilt(spec, settings)
    full = resolution.asset.name.endswith(".zst")
    version = resolution.asset.version
    file = write_archive(
        tmp_path / resolution.asset.name, full_items(version) if full else python_items(version=version)
    )
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    prefix = Path(install(resolution, Archive(str(file), digest, resolution.asset, ""), settings).prefix)
    return next(path for path in prefix.parents if path.name == resolution.install_name), prefix


def test_what_it_leaves(settings: Settings, tmp_path: Path) -> None:
    folder, prefix = laid("hatch@1.14.0:3.12", settings, tmp_path)
    assert prefix == folder / "python"
    assert sorted(path.name for path in folder.iterdir()) == ["hatch-dist.json", "python"]
    base = "https://github.com/indygreg/python-build-standalone/releases/download/20241206/"
    name = "cpython-3.12.8%2B20241206-x86_64_v3-unknown-linux-gnu-install_only_stripped.tar.gz"
    record = {"source": base + name, "python_path": "python/bin/python3"}
    assert (folder / "hatch-dist.json").read_text() == json.dumps(record, indent=2)


def test_what_it_leaves_of_a_full_archive(settings: Settings, tmp_path: Path) -> None:
    folder, prefix = laid("hatch@1.18.2:3.7", settings, tmp_path)
    assert prefix == folder / "python" / "install"
    assert sorted(path.name for path in (folder / "python").iterdir()) == [
        "PYTHON.json",
        "build",
        "install",
        "licenses",
    ]
    assert json.loads((folder / "hatch-dist.json").read_text())["python_path"] == "python/install/bin/python3"


def test_an_archive_that_is_given(settings: Settings, tmp_path: Path) -> None:
    name = "cpython-3.12.8+20241206-x86_64-pc-windows-msvc-install_only.tar.gz"
    (change,) = prebuilt(f"hatch@1.14.0:{write_archive(tmp_path / name, python_items())}", settings).changes
    assert change == WriteHatchRecord(
        f"https://github.com/astral-sh/python-build-standalone/releases/download/20241206/{name.replace('+', '%2B')}",
        "python\\python.exe",
    )
