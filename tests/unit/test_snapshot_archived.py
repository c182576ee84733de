"""An archive that passes by gives the snapshot that its installation gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from pbs_archives import Item, asset_name, folder, full_items, hardlink, python_items, symlink, write_archive
from pydiff.errors import ArchiveError, InstallError
from pydiff.fetch import fetch
from pydiff.install import install
from pydiff.managers import parse_spec, resolve
from pydiff.model.resolution import Archive, Packed, Prebuilt
from pydiff.model.settings import Settings
from pydiff.snapshot import snapshot
from pydiff.snapshot.archived import snapshot_of_archive

ODD = [
    Item("python/bin/tool", b"#!/bin/sh\n", mode=0o700),
    Item("python/lib/private.txt", b"x", mode=0o600),
    Item("python/lib/open.txt", b"x", mode=0o4777),
    folder("python/empty"),
    hardlink("python/lib/second.txt", "python/lib/private.txt"),
    symlink("python/bin/python", "python3.9"),
    Item("python/lib/python3.9/os.pyc", b"byte code"),
]
MANAGERS = (
    "uv@0.2.22", "uv@0.5.5", "uv@0.5.11", "uv@0.5.14", "uv@0.13.9", "uv@0.5.5,0.13.9", "mise@2024.11.37", "mise@2026.8.10", "rye", "pdm", "hatch",
    "pipx", "pbs",
)  # fmt: skip


@pytest.fixture(params=["install_only", "full"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "full":
        return write_archive(tmp_path / asset_name("full"), full_items())
    return write_archive(tmp_path / asset_name(), [*python_items(), *ODD])


def both(text: str, settings: Settings) -> tuple[Prebuilt, Archive]:
    resolution = resolve(parse_spec(text), settings)
    assert isinstance(resolution, Prebuilt)
    return resolution, fetch(resolution, settings)


@pytest.mark.parametrize("manager", MANAGERS)
def test_as_the_installation(manager: str, archive: Path, settings: Settings) -> None:
    resolution, found = both(f"{manager}:{archive}", settings)
    try:
        laid = install(resolution, found, settings)
    except (ArchiveError, InstallError) as error:
        with pytest.raises(type(error), match="^" + str(error)[:20]):
            snapshot_of_archive(Packed(resolution, found), settings)
        return
    passed, facts = snapshot_of_archive(Packed(resolution, found), settings)
    expected = snapshot(laid, settings)
    assert facts.families.keys() == expected.families.keys()
    for family, told in expected.families.items():
        assert facts.families[family] == told, family
    assert facts == expected
    assert (passed.prefix, passed.digest, passed.changed) == (laid.prefix, laid.digest, laid.changed)
    assert passed.python == ""


def test_nothing_is_unpacked_and_the_second_look_is_kept(archive: Path, settings: Settings) -> None:
    resolution, found = both(f"uv@0.13.9:{archive}", settings)
    first = snapshot_of_archive(Packed(resolution, found), settings)
    assert list((settings.cache_dir / "installations").iterdir()) == []
    archive.write_bytes(b"gone")
    assert snapshot_of_archive(Packed(resolution, found), settings) == first


def test_what_cannot_be_installed_cannot_pass_either(tmp_path: Path, settings: Settings) -> None:
    hostile = write_archive(tmp_path / asset_name(), [*python_items(), symlink("python/out", "../../etc")])
    resolution, found = both(f"uv@0.13.9:{hostile}", settings)
    with pytest.raises(ArchiveError, match="leaves"):
        snapshot_of_archive(Packed(resolution, found), settings)


def test_no_interpreter(tmp_path: Path, settings: Settings) -> None:
    items = [one for one in python_items() if "/bin/" not in one.name]
    resolution, found = both(f"pbs:{write_archive(tmp_path / asset_name(), items)}", settings)
    with pytest.raises(ArchiveError, match="holds no interpreter"):
        snapshot_of_archive(Packed(resolution, found), settings)
