"""Installations: built once, reused, rebuilt when damaged, and never visible half-made."""

# ruff: noqa: ARG002 (stand-ins take what the real ones are given)
from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

from pbs_archives import Item, prebuilt, python_items, release_asset, write_archive
from pydiff.errors import ArchiveError, CacheError, InstallError, NotInstallableError
from pydiff.events import Event, Notice, listening
from pydiff.fetch import fetch
from pydiff.install import install, layout, runnable
from pydiff.managers.changes.links import LinkPython
from pydiff.model.asset import Asset
from pydiff.model.change import FileEdit, WriteFile
from pydiff.model.resolution import Archive, Compiled, InPlace, Prebuilt
from pydiff.model.settings import Settings
from pydiff.model.spec import HostRequest, Spec
from pydiff.model.target import Target, this_machine
from pydiff.model.tree import Tree


@dataclass(frozen=True, slots=True)
class Stamp:
    """Writes the prefix into the tree, as managers do."""

    text: str = "x"
    name: str = "stamp"

    def describe(self) -> str:
        return f"stamped {self.text}"

    def reads(self, _path: str) -> bool:
        return False

    def apply(self, tree: Tree, prefix: PurePosixPath) -> Iterator[FileEdit]:
        assert tree.get("bin/python3.9") is not None
        yield WriteFile("stamp", f"{self.text} {prefix}".encode())


@pytest.fixture
def archive(tmp_path: Path, settings: Settings) -> Archive:
    asset = release_asset(tmp_path / "mirror")
    local = dataclasses.replace(asset, path=str(tmp_path / "mirror" / asset.tag / asset.name))
    return fetch(prebuilt(local), settings)


def _resolution(archive: Archive, *changes: Stamp) -> Prebuilt:
    return dataclasses.replace(prebuilt(archive.asset), changes=changes)


def _rooms(settings: Settings) -> tuple[list[str], list[str]]:
    """What is in installations and in tmp."""
    rooms = (settings.cache_dir / "installations", settings.cache_dir / "tmp")
    return tuple(sorted(path.name for path in room.iterdir()) if room.is_dir() else [] for room in rooms)  # type: ignore[return-value]


def test_an_installation_is_what_the_manager_would_leave(archive: Archive, settings: Settings) -> None:
    made = install(_resolution(archive, Stamp()), archive, settings)
    prefix = Path(made.prefix)
    assert prefix.name == "cpython-3.9.20-linux-x86_64-gnu"
    assert prefix.parent.name == made.digest[:16]
    assert made.python == str(prefix / "bin/python3.9")
    assert made.version == "3.9.20"
    assert made.archive == archive
    assert (prefix / "stamp").read_text() == f"x {prefix}"
    record = json.loads((prefix.parent / layout.RECORD).read_text())
    assert record["archive_sha256"] == archive.sha256
    assert record["changed"] == ["stamped x"]
    assert _rooms(settings) == ([made.digest[:16]], [])


def test_a_change_that_finds_nothing_to_do_is_not_called_a_change(archive: Archive, settings: Settings) -> None:
    first = LinkPython("python3.9", absolute=False, replaces=False)
    second = LinkPython("python3.9", absolute=True, replaces=False)  # finds the link of the first
    resolution = dataclasses.replace(prebuilt(archive.asset), changes=(first, second))
    assert install(resolution, archive, settings).changed == (first.describe(),)
    assert install(resolution, archive, settings).changed == (first.describe(),), "as it was recorded"


def test_the_second_time_nothing_is_done(archive: Archive, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    first = install(_resolution(archive, Stamp()), archive, settings)
    monkeypatch.setattr(layout, "extract", None)
    assert install(_resolution(archive, Stamp()), archive, settings) == first


def test_other_changes_names_or_caches_are_other_trees(archive: Archive, settings: Settings, tmp_path: Path) -> None:
    elsewhere = dataclasses.replace(settings, cache_dir=tmp_path / "cache2")
    plain = _resolution(archive)
    made = [
        install(plain, archive, settings),
        install(_resolution(archive, Stamp()), archive, settings),
        install(_resolution(archive, Stamp("y")), archive, settings),
        install(dataclasses.replace(plain, install_name="3.9.20"), archive, settings),
        install(plain, archive, elsewhere),
    ]
    assert len({installation.digest for installation in made}) == 5


@pytest.mark.parametrize("damage", ["record", "python", "digest"])
def test_a_damaged_installation_is_rebuilt(archive: Archive, settings: Settings, damage: str) -> None:
    first = install(_resolution(archive), archive, settings)
    record = Path(first.prefix).parent / layout.RECORD
    match damage:
        case "record":
            record.unlink()
        case "python":
            Path(first.python).unlink()
        case _:
            record.write_text(json.dumps({"digest": "0" * 64, "python": "bin/python3.9"}))
    (Path(first.prefix) / "rubbish").touch()
    heard: list[Event] = []
    with listening(heard.append):
        assert install(_resolution(archive), archive, settings) == first
    assert isinstance(heard[0], Notice)
    assert Path(first.python).is_file()
    assert not (Path(first.prefix) / "rubbish").exists()


def test_a_failed_installation_leaves_nothing(tmp_path: Path, archive: Archive, settings: Settings) -> None:
    class Fails(Stamp):
        def apply(self, tree: Tree, prefix: PurePosixPath) -> Iterator[FileEdit]:
            raise InstallError("the tool would fail too")

    with pytest.raises(InstallError, match="the tool would fail too"):
        install(_resolution(archive, Fails()), archive, settings)
    evil = write_archive(tmp_path / "evil.tar.gz", [*python_items(), Item("python/../../evil", b"x")])
    with pytest.raises(ArchiveError):
        install(_resolution(archive), dataclasses.replace(archive, path=str(evil), sha256="1" * 64), settings)
    assert _rooms(settings) == ([], [])


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_ctrl_c_leaves_nothing(archive: Archive, settings: Settings, stop: type[BaseException]) -> None:
    class Interrupted(Stamp):
        def apply(self, tree: Tree, prefix: PurePosixPath) -> Iterator[FileEdit]:
            raise stop

    with pytest.raises(stop):
        install(_resolution(archive, Interrupted()), archive, settings)
    assert _rooms(settings) == ([], [])
    assert install(_resolution(archive), archive, settings).version == "3.9.20"


def test_an_archive_without_an_interpreter(tmp_path: Path, archive: Archive, settings: Settings) -> None:
    empty = write_archive(tmp_path / "empty.tar.gz", [Item("python/lib/x", b"x")])
    with pytest.raises(ArchiveError, match="holds no interpreter"):
        install(_resolution(archive), dataclasses.replace(archive, path=str(empty)), settings)


@pytest.mark.parametrize("name", ["", "..", "a/b", "../x"])
def test_a_name_that_is_no_folder_name(archive: Archive, settings: Settings, name: str) -> None:
    with pytest.raises(InstallError, match="cannot be the name of a folder"):
        install(dataclasses.replace(_resolution(archive), install_name=name), archive, settings)


def test_compiled_is_refused_with_a_way_out(settings: Settings) -> None:
    resolution = prebuilt(Asset("n", "3.9.20", "", "", (), "full"))
    compiled = Compiled(resolution.spec, resolution.manager, "3.9.20", "mise compiles it")
    with pytest.raises(NotInstallableError, match="mise compiles it") as caught:
        install(compiled, None, settings)
    assert "pyenv:3.9.20" in caught.value.hint


def _in_place(path: Path | str) -> InPlace:
    spec = Spec(f"path:{path}", "path", "", HostRequest(), this_machine())
    return InPlace(spec, prebuilt(Asset("n", "", "", "", (), "full")).manager, str(path), "")


def test_an_interpreter_in_place_keeps_its_name_and_its_bases_prefix(settings: Settings) -> None:
    made = install(_in_place(sys.executable), None, settings)
    assert made.python == sys.executable
    assert made.prefix == sys.base_prefix
    assert made.version == ".".join(map(str, sys.version_info[:3]))
    assert (made.digest, made.archive) == ("", None)
    assert runnable(made.resolution.spec.target)


def test_an_interpreter_that_is_none(tmp_path: Path, settings: Settings) -> None:
    liar = tmp_path / "liar"
    liar.write_text("#!/bin/sh\necho gone wrong >&2\nexit 3\n")
    liar.chmod(0o755)
    with pytest.raises(InstallError, match="gone wrong"):
        install(_in_place(liar), None, settings)
    with pytest.raises(InstallError, match="no interpreter at"):
        install(_in_place(tmp_path / "absent"), None, settings)


def test_runnable() -> None:
    here = this_machine()
    assert runnable(here)
    assert not runnable(Target("windows", "x86_64", "none"))
    assert not runnable(dataclasses.replace(here, libc="musl" if here.libc == "gnu" else "gnu"))


WORKER = """
    import sys, time
    from pathlib import Path
    sys.path.insert(0, sys.argv[3])
    from pbs_archives import prebuilt
    from pydiff.install import extract, install, layout
    from pydiff.model.asset import Asset
    from pydiff.model.resolution import Archive
    from pydiff.model.settings import Settings
    from pydiff.fetch.shelf import sha256_of

    real = layout.extract
    def slow(archive, folder, unpacking):
        print("extracting", flush=True)
        time.sleep(float(sys.argv[4]))
        return real(archive, folder, unpacking)
    layout.extract = slow
    path = Path(sys.argv[1])
    asset = Asset(path.name, "3.9.20", "20241016", "x86_64-unknown-linux-gnu", (), "install_only", path=str(path))
    made = install(prebuilt(asset), Archive(str(path), sha256_of(path), asset, ""), Settings(Path(sys.argv[2]), Path(sys.argv[2])))
    print(made.python, flush=True)
"""


def _worker(archive: Archive, settings: Settings, seconds: float) -> subprocess.Popen[str]:
    script = textwrap.dedent(WORKER)
    tests = Path(__file__).parent.parent
    arguments = [archive.path, str(settings.cache_dir), str(tests), str(seconds)]
    return subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True)


def test_of_two_processes_one_works_and_the_other_reuses(archive: Archive, settings: Settings) -> None:
    with _worker(archive, settings, 0.5) as first, _worker(archive, settings, 0.5) as second:
        said = [first.communicate(timeout=60)[0].split(), second.communicate(timeout=60)[0].split()]
    assert sorted(len(words) for words in said) == [1, 2]
    assert said[0][-1] == said[1][-1]
    assert Path(said[0][-1]).is_file()


def test_a_killed_process_leaves_no_tree_and_no_lock(archive: Archive, settings: Settings) -> None:
    with _worker(archive, settings, 60) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "extracting\n"
        victim.kill()
    installations, leftovers = _rooms(settings)
    assert installations == []
    assert len(leftovers) == 1
    assert install(_resolution(archive), archive, settings).version == "3.9.20"
    # A day later the leftover is swept by whoever comes next.
    leftover = settings.cache_dir / "tmp" / leftovers[0]
    assert leftover.is_dir()
    os.utime(leftover, (time.time() - 90_000,) * 2)
    install(_resolution(archive, Stamp()), archive, settings)
    assert not leftover.exists()


def test_a_cache_that_cannot_be_written(archive: Archive, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(CacheError, match="cannot write") as caught:
            install(_resolution(archive), archive, dataclasses.replace(settings, cache_dir=place))
        assert "PYDIFF_CACHE_DIR" in caught.value.hint
