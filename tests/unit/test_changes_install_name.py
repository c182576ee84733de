"""uv's change of libpython on macOS: for which versions and files, and what it does to an installation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from macho_files import RELEASED, X86_64, Library, checked_signatures, install_names
from pbs_archives import Item, folder, symlink, write_archive
from pydiff.events import Event, Notice, listening
from pydiff.fetch import fetch
from pydiff.fetch.pack.rewrite import write_sysconfigdata
from pydiff.install import FolderTree, install
from pydiff.managers import parse_spec, resolve, uv_changes
from pydiff.managers.changes import SetInstallName
from pydiff.managers.interface import Python
from pydiff.model.change import FileEdit, WriteFile
from pydiff.model.resolution import Installation, Prebuilt
from pydiff.model.settings import Settings
from pydiff.model.target import Target
from snapshot_support import MACOS, released

LIBRARY = "lib/libpython3.9.dylib"
ARCHIVE = "cpython-3.9.6+20210724-x86_64-apple-darwin-install_only.tar.gz"
ARM, INTEL, GNU = (
    Target("macos", "aarch64", "none"),
    Target("macos", "x86_64", "none"),
    Target("linux", "x86_64", "gnu"),
)
UNSIGNED = Library("/install/lib/libpython3.9.dylib", signed="", processor=X86_64, minimum=(1, 0xA0900))


def _library(version: str, variant: str = "", target: Target = ARM) -> str | None:
    made = uv_changes.changes(version, Python("3.13.1", variant, "20250115", target))
    found = [change.library for change in made if isinstance(change, SetInstallName)]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("version", "variant", "target", "library"),
    [
        ("0.5.18", "", ARM, None),
        ("0.5.19", "", ARM, "lib/libpython3.13.dylib"),
        ("0.5.19", "", INTEL, "lib/libpython3.13.dylib"),
        # Two releases tried it for every system, and found no such file there.
        ("0.5.19", "", GNU, None),
        ("0.12.5", "", GNU, None),
        ("0.5.19", "freethreaded", ARM, "lib/libpython3.13t.dylib"),
        ("0.8.18", "debug", ARM, "lib/libpython3.13d.dylib"),
        ("0.8.18", "freethreaded+debug", ARM, "lib/libpython3.13td.dylib"),
    ],
)
def test_which_versions_edit_which_file(version: str, variant: str, target: Target, library: str | None) -> None:
    assert _library(version, variant, target) == library


def test_it_is_uvs_last_change() -> None:
    made = uv_changes.changes("0.8.14", Python("3.13.1", "", "20250115", ARM))
    assert [change.name for change in made][-2:] == ["build-file", "install-name"]
    assert made[-1].describe() == "lib/libpython3.13.dylib: install name {prefix}/lib/libpython3.13.dylib"


def _edits(root: Path, prefix: str = "/p") -> tuple[list[FileEdit], list[Event]]:
    heard: list[Event] = []
    with listening(heard.append):
        return list(SetInstallName(LIBRARY).apply(FolderTree(root), PurePosixPath(prefix))), heard


def test_the_library_is_named_by_where_it_will_be(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / LIBRARY).write_bytes(Library(RELEASED).build())
    (edit,), heard = _edits(tmp_path, "/Users/u/py")
    assert isinstance(edit, WriteFile)
    assert (edit.path, edit.mode) == (LIBRARY, None)
    assert install_names(edit.data) == [f"/Users/u/py/{LIBRARY}"]
    (signature,) = checked_signatures(edit.data)
    assert signature is not None
    assert signature.identifier == "libpython3.9.dylib"
    assert heard == []
    # uv runs the tool again on every install: the same bytes come out.
    (tmp_path / LIBRARY).write_bytes(edit.data)
    assert _edits(tmp_path, "/Users/u/py") == ([], [])


@pytest.mark.parametrize("kind", ["nothing", "link", "folder"])
def test_a_tree_without_the_library_is_told(tmp_path: Path, kind: str) -> None:
    (tmp_path / "lib").mkdir()
    if kind == "link":
        (tmp_path / LIBRARY).symlink_to("elsewhere.dylib")
    elif kind == "folder":
        (tmp_path / LIBRARY).mkdir()
    edits, heard = _edits(tmp_path)
    assert edits == []
    assert heard == [Notice(f"uv could not set the install name of {LIBRARY}: the archive has no such file")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x7fELF", "it is no 64-bit Mach-O file"),
        (replace(UNSIGNED, name=None).build(), "it has no ID_DYLIB command"),
        (replace(UNSIGNED, room=0).build(), "its header is 16 bytes too small for the install name"),
    ],
)
def test_a_library_that_cannot_be_edited_is_left_and_told(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / LIBRARY).write_bytes(data)
    edits, heard = _edits(tmp_path, "/install")
    assert edits == []
    assert heard == [Notice(f"uv could not set the install name of {LIBRARY}: {reason}; it is left as released")]


def _archive(folder_: Path, library: bytes) -> Path:
    """A macOS tree with the real sysconfig variables of 3.9.6."""
    stdlib = "python/lib/python3.9"
    variables = released(MACOS, "sysconfig")
    items = [
        folder("python/bin"),
        Item("python/bin/python3.9", b"\xcf\xfa\xed\xfe", mode=0o755),
        symlink("python/bin/python3", "python3.9"),
        Item(f"python/{LIBRARY}", library, mode=0o755),
        Item(f"{stdlib}/os.py", b"# the standard library\n"),
        Item(f"{stdlib}/_sysconfigdata__darwin_darwin.py", write_sysconfigdata(variables)),
    ]
    return write_archive(folder_ / ARCHIVE, items)


def _installed(spec: str, settings: Settings) -> Installation:
    resolution = resolve(parse_spec(spec), settings)
    assert isinstance(resolution, Prebuilt)
    return install(resolution, fetch(resolution, settings), settings)


def test_a_macos_tree_installed_here(tmp_path: Path, settings: Settings) -> None:
    path = _archive(tmp_path, UNSIGNED.build())
    made = _installed(f"uv@0.6.0:{path}", settings)
    library = Path(made.prefix) / LIBRARY
    assert install_names(library.read_bytes()) == [str(library)]
    assert checked_signatures(library.read_bytes()) == [None]
    assert library.stat().st_mode & 0o777 == 0o755
    assert f"{LIBRARY}: install name {{prefix}}/{LIBRARY}" in made.changed
    earlier = _installed(f"uv@0.5.18:{path}", settings)
    assert (Path(earlier.prefix) / LIBRARY).read_bytes() == UNSIGNED.build()


def test_resolve_describes_it_and_says_what_was_not_observed(tmp_path: Path, settings: Settings) -> None:
    resolution = resolve(parse_spec(f"uv@0.6.0:{_archive(tmp_path, UNSIGNED.build())}"), settings)
    assert isinstance(resolution, Prebuilt)
    assert [change.name for change in resolution.changes] == [
        "bin-python",
        "externally-managed",
        "sysconfig",
        "pkgconfig",
        "install-name",
    ]
    assert "not compared with the tool itself" in resolution.notes[-1]
