"""What managers change, against what the real programs wrote.

`tests/data/uv-rewrites.json` holds an input and what uv of each era made of it, recorded from the releases themselves; `{prefix}` stands for
the folder they installed to. mise's outputs are those of uv 0.5.10 with the backslashes of 0.5.11 (same bytes in runs of both).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.errors import InstallError
from pydiff.managers import eras, mise, uv_changes
from pydiff.managers.changes import (
    CopyPythonExe,
    LinkPython,
    MarkExternallyManaged,
    RewritePkgConfig,
    RewriteSysconfig,
    WriteBuildFile,
)
from pydiff.managers.interface import Python
from pydiff.model.change import Change, FileEdit, MakeLink, WriteFile
from pydiff.model.sysconfigdata import HEADER, format_sysconfigdata, parse_sysconfigdata
from pydiff.model.target import Target
from pydiff.model.tree import Entry

GNU = Target("linux", "x86_64", "gnu")
PYTHON = Python("3.9.23", "", "20250604", GNU)
SYSCONFIG = "lib/python3.9/_sysconfigdata__linux_x86_64-linux-gnu.py"
PC = "lib/pkgconfig/python-3.9.pc"
PREFIX = PurePosixPath("/p q/cpython-3.9.23-linux-x86_64-gnu")
RECORDED = json.loads((Path(__file__).parents[1] / "data/uv-rewrites.json").read_text())


class Held:
    """A tree in memory: path -> bytes, or link target for a str."""

    def __init__(self, files: dict[str, bytes | str]) -> None:
        self.files = files

    def entries(self) -> Iterator[Entry]:
        folders = {str(parent) for path in self.files for parent in PurePosixPath(path).parents} - {"."}
        for path in sorted({*self.files, *folders}):
            entry = self.get(path)
            assert entry is not None
            yield entry

    def get(self, path: str) -> Entry | None:
        content = self.files.get(path)
        if isinstance(content, str):
            return Entry(path, "link", 0o777, target=content)
        if content is not None:
            return Entry(path, "file", 0o644, len(content))
        if any(other.startswith(f"{path}/") for other in self.files):
            return Entry(path, "dir", 0o755)
        return None

    def read(self, path: str) -> bytes:
        content = self.files[path]
        assert isinstance(content, bytes)
        return content


def tree(**more: bytes | str) -> Held:
    files: dict[str, bytes | str] = {
        "bin/python3.9": b"",
        SYSCONFIG: RECORDED["input"].encode(),
        PC: RECORDED["pkgconfig"].encode(),
        "lib/pkgconfig/python3.pc": "python-3.9.pc",
    }
    return Held(files | more)


def applied(changes: tuple[Change, ...], held: Held, prefix: PurePosixPath = PREFIX) -> dict[str, FileEdit]:
    return {edit.path: edit for change in changes for edit in change.apply(held, prefix)}


def text_of(edits: dict[str, FileEdit], path: str, prefix: PurePosixPath) -> str | None:
    edit = edits.get(path)
    return edit.data.decode().replace(str(prefix), "{prefix}") if isinstance(edit, WriteFile) else None


@pytest.mark.parametrize("version", RECORDED["outputs"])
def test_uv_of_every_era_byte_for_byte(version: str) -> None:
    prefix = PurePosixPath("/srv/cpython-3.9.23-linux-x86_64-gnu")
    edits = applied(uv_changes.changes(version, PYTHON), tree(), prefix)
    real = RECORDED["outputs"][version]
    assert (text_of(edits, SYSCONFIG, prefix) or RECORDED["input"]) == real["sysconfigdata"]
    assert (text_of(edits, PC, prefix) or RECORDED["pkgconfig"]) == real["pkgconfig"]


def test_mise_rewrites_as_uv_once_did() -> None:
    prefix = PurePosixPath("/srv/cpython-3.9.23-linux-x86_64-gnu")
    edits = applied(mise.changes("2025.6.0", PYTHON), tree(), prefix)
    assert text_of(edits, SYSCONFIG, prefix) == RECORDED["outputs"]["0.5.11"]["sysconfigdata"]
    assert edits["bin/python"] == MakeLink("bin/python", f"{prefix}/bin/python3")
    assert PC not in edits


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ("0.2.22", ["externally-managed"]),
        ("0.2.34", ["bin-python", "externally-managed"]),
        ("0.5.8", ["bin-python", "externally-managed"]),
        ("0.5.9", ["bin-python", "externally-managed", "sysconfig"]),
        ("0.5.14", ["bin-python", "externally-managed", "sysconfig", "pkgconfig"]),
        ("0.8.14", ["bin-python", "externally-managed", "sysconfig", "pkgconfig", "build-file"]),
    ],
)
def test_what_uv_changes_by_version(version: str, names: list[str]) -> None:
    assert [change.name for change in uv_changes.changes(version, PYTHON)] == names


def test_uv_elsewhere() -> None:
    windows = uv_changes.changes("0.12.5", Python("3.12.8", "", "20241206", Target("windows", "x86_64", "none")))
    assert windows == (MarkExternallyManaged("Lib"), WriteBuildFile("20241206"))
    free = uv_changes.changes("0.12.5", Python("3.13.1", "freethreaded", "", GNU))
    assert [change.name for change in free] == ["bin-python", "externally-managed", "sysconfig", "pkgconfig"]
    assert free[1] == MarkExternallyManaged("lib/python3.13t")


def test_what_uv_does_to_a_tree_that_is_there_already() -> None:
    def names(version: str, target: Target = GNU, variant: str = "") -> list[str]:
        return [change.name for change in uv_changes.again(version, Python("3.13.1", variant, "20250604", target))]

    assert names("0.4.28") == []
    assert names("0.4.29") == ["externally-managed", "bin-python"]
    assert names("0.13.9") == ["externally-managed", "sysconfig", "pkgconfig", "bin-python"], "no BUILD: that is kept"
    assert names("0.13.9", Target("macos", "aarch64", "none"))[-1] == "install-name"
    assert names("0.13.9", Target("windows", "x86_64", "none")) == ["externally-managed"]
    *_, link = uv_changes.again("0.13.9", Python("3.13.1", "freethreaded+debug", "", GNU))
    assert link == LinkPython("python3.13td", absolute=True, replaces=False)


def test_python_exe_of_free_threaded_windows_builds() -> None:
    windows = Target("windows", "x86_64", "none")
    python = Python("3.13.0", "freethreaded", "20241016", windows)
    assert "python-exe" not in [change.name for change in uv_changes.changes("0.4.23", python)]
    change = CopyPythonExe("python3.13t.exe")
    assert change in uv_changes.changes("0.4.24", python)
    assert change not in uv_changes.changes("0.4.24", Python("3.13.0", "", "20241016", windows))
    assert list(change.apply(Held({"python3.13t.exe": b"MZ"}), PREFIX)) == [WriteFile("python.exe", b"MZ", 0o644)]
    assert list(change.apply(Held({"python3.13t.exe": b"MZ", "python.exe": b"other"}), PREFIX)) == []
    assert list(change.apply(Held({"Lib/os.py": b""}), PREFIX)) == []
    assert [change.reads(path) for path in ("python3.13t.exe", "python.exe")] == [True, False]


def test_how_uv_unpacks() -> None:
    versions = ("0.5.26", "0.5.27", "0.5.28", "0.12.24", "0.13.0", "0.13.1")
    manners = [uv_changes.unpacking(version) for version in versions]
    assert [manner.modes for manner in manners] == ["archive+x", "umask+x", "umask+x", "umask+x", "umask", "umask"]
    assert [manner.hard_links for manner in manners] == [True, False, True, True, False, True]


def test_the_small_files_of_uv() -> None:
    edits = applied((MarkExternallyManaged("lib/python3.9"), WriteBuildFile("20251031")), tree())
    assert edits["BUILD"] == WriteFile("BUILD", b"20251031")
    marker = edits["lib/python3.9/EXTERNALLY-MANAGED"]
    assert isinstance(marker, WriteFile)
    assert marker.data.startswith(b"[externally-managed]\nError=")


def test_links() -> None:
    relative = LinkPython("python3.9", absolute=False, replaces=False)
    assert applied((relative,), tree()) == {"bin/python": MakeLink("bin/python", "python3.9")}
    shipped = tree(**{"bin/python": "python3.9"})
    assert applied((relative,), shipped) == {}
    for version, replaces in (("2024.11.37", True), ("2024.12.15", False)):
        link = mise.changes(version, PYTHON)[-1]
        assert isinstance(link, LinkPython)
        assert (link.replaces, link.absolute) == (replaces, True)
        assert bool(applied((link,), shipped)) == replaces


@pytest.mark.parametrize(
    ("version", "python", "folders"),
    [
        ("2024.12.15", "3.14.0rc2", ("lib/python3.14rc2",)),
        ("2025.8.14", "3.14.0rc2", ("lib/python3.14rc2", "lib/python3.14")),
        ("2026.3.10", "3.14.0", ("lib/python3.14", "lib/python3.14t")),
    ],
)
def test_where_mise_looks(version: str, python: str, folders: tuple[str, ...]) -> None:
    change = mise.changes(version, Python(python, "", "", GNU))[0]
    assert isinstance(change, RewriteSysconfig)
    assert change.folders == folders


def test_mise_fails_where_it_failed() -> None:
    # A free-threaded archive taken for an ordinary one (mise#8672).
    held = Held({"lib/python3.14t/_sysconfigdata_t_linux_.py": format_sysconfigdata({}).encode()})
    before, after = (mise.changes(version, Python("3.14.0", "", "", GNU)) for version in ("2026.3.9", "2026.3.10"))
    with pytest.raises(InstallError, match=r"the tree has no lib/python3\.14"):
        applied(before, held)
    assert "lib/python3.14t/_sysconfigdata_t_linux_.py" in applied(after, held)


def sysconfig(version: str) -> tuple[Change, ...]:
    return tuple(change for change in uv_changes.changes(version, PYTHON) if isinstance(change, RewriteSysconfig))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"build_time_vars = {}\n", "header comment is missing"),
        (HEADER.encode() + b"\nbuild_time_vars = {}\n", "header comment is missing"),
        (HEADER.encode() + b"build_time_vars = {'a': None}\n", "line 2: expected a string or an integer"),
        (HEADER.encode() + b"build_time_vars = {'a': 'x\\n'}\n", "unrecognized escape"),
        (HEADER.encode() + b"build_time_vars = {'a': '\xff'}\n", "not UTF-8"),
    ],
)
def test_what_uv_cannot_rewrite(content: bytes, message: str) -> None:
    with pytest.raises(InstallError, match=message) as caught:
        applied(sysconfig("0.6.15"), tree(**{SYSCONFIG: content}))
    assert "uv itself fails on this archive" in caught.value.hint


def test_the_early_parser_took_every_escape() -> None:
    held = tree(**{SYSCONFIG: HEADER.encode() + b"build_time_vars = {'a': 'x\\n'}\n"})
    edit = applied(sysconfig("0.5.9"), held)[SYSCONFIG]
    assert isinstance(edit, WriteFile)
    assert parse_sysconfigdata(edit.data.decode())["a"] == "x\\n"


def test_uv_drops_code_after_the_variables() -> None:
    held = tree(**{SYSCONFIG: HEADER.encode() + b"build_time_vars = {'a': 1}\nimport os\n"})
    edit = applied(sysconfig("0.12.5"), held)[SYSCONFIG]
    assert isinstance(edit, WriteFile)
    assert edit.data.decode() == format_sysconfigdata({"a": 1, "PYTHON_BUILD_STANDALONE": 1})


def test_files_that_are_not_there() -> None:
    empty = Held({"bin/python3.9": b"", "lib/python3.9/os.py": b"", "lib/python3.9/_sysconfigdata_x.py": "os.py"})
    with pytest.raises(InstallError, match=r"has no _sysconfigdata_\*\.py"):
        applied(sysconfig("0.12.5"), empty)
    with pytest.raises(InstallError, match="where uv writes EXTERNALLY-MANAGED"):
        applied((MarkExternallyManaged("lib/python3.8"),), empty)
    with pytest.raises(InstallError, match="not UTF-8"):
        applied((RewritePkgConfig(relocatable=True),), Held({PC: b"\xff"}))


def test_pkgconfig_without_change_stays_untouched() -> None:
    held = Held({PC: b"prefix=${pcfiledir}/../..\n"})
    assert applied((RewritePkgConfig(relocatable=True),), held) == {}
    # uv 0.5.14 to 0.5.29 wrote it all the same, and lost the last line end.
    assert applied((RewritePkgConfig(relocatable=False),), held) == {PC: WriteFile(PC, b"prefix=${pcfiledir}/../..")}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_rewriting_twice_is_rewriting_once(value: str) -> None:
    (change,) = sysconfig("0.12.5")
    assert isinstance(change, RewriteSysconfig)
    for name in ("CC", "CFLAGS", "AR"):
        once = change.rewritten(name, value, "/opt/python")
        assert change.rewritten(name, once, "/opt/python") == once


@given(
    words=st.lists(st.text("abc-/=\x1c\x1f", min_size=1, max_size=6), max_size=6),
    blank=st.sampled_from([" ", "  ", "\t", "\u2003", "\x85"]),
)
def test_white_space_is_what_rust_takes_for_it(words: list[str], blank: str) -> None:
    (change,) = sysconfig("0.5.9")
    assert isinstance(change, RewriteSysconfig)
    assert change.rewritten("CFLAGS", blank + blank.join(words), "/opt/python") == " ".join(words)


def test_changes_are_stable_keys() -> None:
    for version in ("0.5.9", "0.7.1", "0.12.5"):
        assert repr(uv_changes.changes(version, PYTHON)) == repr(uv_changes.changes(version, PYTHON))
    assert repr(uv_changes.changes("0.7.1", PYTHON)) != repr(uv_changes.changes("0.7.2", PYTHON))


@pytest.mark.parametrize("version", ["0.5.5", "0.6.15", "0.12.5"])
def test_descriptions_are_one_line(version: str) -> None:
    for change in uv_changes.changes(version, PYTHON) + mise.changes("2025.6.0", PYTHON):
        assert change.describe()
        assert "\n" not in change.describe()


def test_compiler_tables() -> None:
    assert eras.UV_COMPILERS.at("0.5.9") == {}
    assert eras.UV_COMPILERS.at("0.7.1")["CC"] == {"/usr/bin/aarch64-linux-gnu-gcc": "cc"}
    assert eras.UV_COMPILERS.at("0.7.1")["LDSHARED"] == {"clang": "cc"}
    sizes = [len(eras.UV_COMPILERS.at(version)["CC"]) for version in ("0.7.10", "0.7.19", "0.8.20", "0.11.19")]
    assert sizes == [11, 10, 11, 13]
