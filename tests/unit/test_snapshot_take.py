"""Taking snapshots of installations: what is kept, what is taken again, and what of a host's prefix is not the Python's."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pydiff import events
from pydiff.model.resolution import InPlace, Installation, ManagerChoice, Repack
from pydiff.model.settings import Settings
from pydiff.model.snapshot import SNAPSHOT_SCHEMA
from pydiff.model.spec import InterpreterRequest, Spec
from pydiff.model.target import Target, this_machine
from pydiff.snapshot import snapshot
from pydiff.snapshot.inplace import own_tree

STDLIB = "lib/python3.9"
DATA = f"{STDLIB}/_sysconfigdata__linux_x86_64-linux-gnu.py"


def laid(root: Path, contents: Mapping[str, str]) -> Path:
    """`-> target` makes a link."""
    for name, text in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("-> "):
            path.symlink_to(text.removeprefix("-> "))
        else:
            path.write_text(text)
    return root


def installation(prefix: Path, digest: str = "", target: Target | None = None) -> Installation:
    spec = Spec(f"path:{prefix}", "path", "", InterpreterRequest(str(prefix)), target or this_machine())
    choice = ManagerChoice("path", "", "given")
    if digest:
        made = Repack(spec, choice, str(prefix), "3.9.18", (), "x")
        return Installation(str(prefix), str(prefix / "bin/python3.9"), "3.9.18", digest, made)
    return Installation(
        str(prefix), str(prefix / "bin/python3.9"), "3.9.18", "", InPlace(spec, choice, str(prefix), "3.9.18")
    )


@pytest.fixture
def python(tmp_path: Path) -> Path:
    return laid(
        tmp_path / "py",
        {f"{STDLIB}/os.py": "", DATA: "build_time_vars = {'CC': 'gcc'}", "bin/python3.9": "#!/bin/sh\n"},
    )


def test_a_kept_snapshot_is_not_taken_again(python: Path, settings: Settings) -> None:
    first = snapshot(installation(python, "abc"), settings)
    (python / DATA).write_text("build_time_vars = {'CC': 'changed'}")
    assert snapshot(installation(python, "abc"), settings) == first
    assert snapshot(installation(python, "other"), settings).families["sysconfig"] == {"CC": "changed"}


def test_in_place_is_taken_each_time(python: Path, settings: Settings) -> None:
    assert snapshot(installation(python), settings).families["sysconfig"] == {"CC": "gcc"}
    (python / DATA).write_text("build_time_vars = {'CC': 'changed'}")
    assert snapshot(installation(python), settings).families["sysconfig"] == {"CC": "changed"}
    assert not (settings.cache_dir / "snapshots").exists()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"prefix": 1}'])
def test_a_damaged_kept_snapshot_is_taken_again_with_a_notice(python: Path, settings: Settings, damage: str) -> None:
    first = snapshot(installation(python, "abc"), settings)
    kept = settings.cache_dir / "snapshots" / f"abc-{SNAPSHOT_SCHEMA}.json"
    kept.write_text(damage)
    heard: list[events.Event] = []
    with events.listening(heard.append):
        assert snapshot(installation(python, "abc"), settings) == first
    assert [type(event).__name__ for event in heard] == ["StageStarted", "Notice", "StageFinished"]
    assert kept.read_text() != damage


def test_the_hosts_own_packages_are_not_the_python(tmp_path: Path) -> None:
    packages = f"{STDLIB}/site-packages"
    contents = {
        f"{STDLIB}/os.py": "",
        f"{packages}/pip/__init__.py": "",
        f"{packages}/pip-23.0.dist-info/METADATA": "",
        f"{packages}/numpy/__init__.py": "",
        f"{packages}/pipdeptree/__init__.py": "",
        f"{packages}/ca.pth": "",
        "bin/python3.9": "",
        "bin/pip": "",
        "bin/numpy-config": "",
        "include/python3.9/Python.h": "",
        "lib/libpython3.9.so": "",
        "share/man/man1/python3.9.1": "",
    }
    found = {entry.path for entry in own_tree(laid(tmp_path, contents), "3.9.18").entries()}
    foreign = {
        f"{packages}/numpy/__init__.py",
        f"{packages}/pipdeptree/__init__.py",
        f"{packages}/ca.pth",
        "bin/numpy-config",
    }
    assert contents.keys() - found == foreign
    assert f"{packages}/pip" in found
    assert "lib" in found


def test_of_a_shared_prefix_only_the_pythons_corners(tmp_path: Path) -> None:
    ours = {
        "bin/python3.9": "",
        "bin/python3": "-> python3.9",
        "bin/x86_64-linux-gnu-python3.9-config": "",
        "include/python3.9/Python.h": "",
        "include/x86_64-linux-gnu/python3.9/pyconfig.h": "",
        f"{STDLIB}/os.py": "",
        "lib/libpython3.9.so.1.0": "",
        "lib/x86_64-linux-gnu/libpython3.9.so": "-> ../libpython3.9.so.1.0",
        "lib/x86_64-linux-gnu/pkgconfig/python-3.9.pc": "",
        "lib/x86_64-linux-gnu/pkgconfig/python3.pc": "-> python-3.9.pc",
    }
    theirs = {
        "bin/ls": "",
        "bin/python3.90": "",
        "bin/python3.10": "",
        "bin/python": "-> python3.10",
        "include/stdio.h": "",
        "lib/python3.10/os.py": "",
        "lib/python3/dist-packages/apt.py": "",
        f"{STDLIB}/dist-packages/numpy/x.py": "",
        "lib/x86_64-linux-gnu/libc.so": "",
        "lib/libpython3.10.so": "",
        "share/doc/x": "",
        "conda-meta/history": "",
    }
    tree = own_tree(laid(tmp_path, ours | theirs), "3.9.18")
    found = {entry.path for entry in tree.entries() if entry.kind != "dir"}
    assert found == ours.keys()
    paths = [entry.path for entry in tree.entries()]
    assert paths == sorted(set(paths))
    assert "lib/x86_64-linux-gnu" in paths, (
        "the folders above are there, or all of them would seem missing beside another tree"
    )


def test_neither_the_stage_nor_reading_a_binary_imports_much() -> None:
    """Our own readers take a millisecond; the import of lief is a third of a second and 50 MB."""
    import subprocess

    code = (
        "import sys, pydiff.snapshot, pydiff.compare; from pydiff.snapshot import binaries;"
        "from binary_writers import PE, MachO; from elf_writer import SMALL;"
        "files = [SMALL.written(), MachO().bytes(), PE().bytes()];"
        "print([binaries.described(data[:4], data).facts['format'] for data in files]);"
        "print([name for name in ('lief', 'httpx', 'rich', 'zstandard') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert done.stdout.splitlines() == ["['elf', 'macho', 'pe']", "[]"]
