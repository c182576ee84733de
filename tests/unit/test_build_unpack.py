"""Unpacking sdists, friendly and hostile."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pydiff.build.packing import pack_folder
from pydiff.build.unpack import unpack
from pydiff.errors import PackageError
from pydiff.install import headers

Entry = tarfile.TarInfo


def member(name: str, data: bytes = b"x", **fields: object) -> tuple[Entry, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def tar(path: Path, *members: tuple[Entry, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return path


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tuple[Entry, bytes]:
    return member(name, b"", type=kind, linkname=target)


def test_plain_sdist(tmp_path: Path) -> None:
    archive = tar(
        tmp_path / "a.tar.gz",
        member("a-1/setup.py", b"print()", mtime=1_000_000_000),
        member("a-1/configure", b"#!/bin/sh\n", mode=0o4755),
        link("a-1/README", "setup.py"),
        link("a-1/docs/up", "../setup.py"),
        link("a-1/again.py", "a-1/setup.py", tarfile.LNKTYPE),
    )
    top = unpack(archive, "a.tar.gz", tmp_path / "out")
    assert top == tmp_path / "out" / "a-1"
    assert (top / "setup.py").stat().st_mtime == 1_000_000_000
    assert stat.S_IMODE((top / "configure").stat().st_mode) == 0o755
    assert stat.S_IMODE((top / "setup.py").stat().st_mode) == 0o644
    assert (top / "README").readlink() == Path("setup.py")
    assert (top / "docs/up").read_bytes() == (top / "again.py").read_bytes() == b"print()"
    assert (top / "again.py").stat().st_nlink == 1


HOSTILE: list[tuple[str, list[tuple[Entry, bytes]]]] = [
    ("parent", [member("a-1/../../evil")]),
    ("absolute", [member("/tmp/evil")]),
    ("escaping link", [link("a-1/l", "../../evil")]),
    ("absolute link", [link("a-1/l", "/etc")]),
    ("link out of the top folder", [link("a-1/l", "../b")]),
    ("hard link outside", [link("a-1/l", "../evil", tarfile.LNKTYPE)]),
    ("hard link to nothing", [link("a-1/l", "a-1/none", tarfile.LNKTYPE)]),
    ("write through a link", [link("a-1/l", "."), member("a-1/l/evil"), link("a-1/l", "..")]),
    ("chain of links", [member("a-1/x/y/f"), link("a-1/x/y/up", "../.."), link("a-1/x/y/l", "up/../..")]),
    ("circle", [link("a-1/l", "m"), link("a-1/m", "l")]),
    ("nameless link", [link("a-1/l", "")]),
    ("device", [member("a-1/d", b"", type=tarfile.CHRTYPE)]),
    ("pipe", [member("a-1/p", b"", type=tarfile.FIFOTYPE)]),
    ("file below a file", [member("a-1/f"), member("a-1/f/g")]),
    ("file over a folder", [member("a-1/d/f"), member("a-1/d")]),
]


@pytest.mark.parametrize(("_name", "members"), HOSTILE, ids=[name for name, _ in HOSTILE])
def test_hostile_members_are_refused(_name: str, members: list[tuple[Entry, bytes]], tmp_path: Path) -> None:
    archive = tar(tmp_path / "a.tar.gz", *members)
    with pytest.raises(PackageError, match="the sdist was refused"):
        unpack(archive, "a.tar.gz", tmp_path / "deep" / "out")
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "deep" / "evil").exists()


def test_bomb_is_refused_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pydiff.build.unpack._MOST_BYTES", 1000)
    archive = tar(tmp_path / "a.tar.gz", member("a-1/big", b"0" * 2000))
    with pytest.raises(PackageError, match="unpacks to more than"):
        unpack(archive, "a.tar.gz", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_zip_sdist(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("a-1/setup.py", "print()")
    assert (unpack(tmp_path / "a.zip", "a.zip", tmp_path / "out") / "setup.py").read_text() == "print()"


@pytest.mark.parametrize("name", ["../evil", "/evil", "a-1/../../evil", "a-1\\..\\evil"])
def test_hostile_zip_names_are_refused(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        info = zipfile.ZipInfo("a-1/fine")
        file.writestr(info, "")
        info = zipfile.ZipInfo(name)
        info.filename = name
        file.writestr(info, "")
    with pytest.raises(PackageError, match="outside its folder"):
        unpack(tmp_path / "a.zip", "a.zip", tmp_path / "out")


def test_zip_link_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a-1/l")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr(info, "/etc/passwd")
    with pytest.raises(PackageError, match="is a link"):
        unpack(tmp_path / "a.zip", "a.zip", tmp_path / "out")


def truncated(path: Path) -> None:
    tar(path, member("a-1/f", os.urandom(5000)))
    path.write_bytes(path.read_bytes()[:3000])


def two_tops(path: Path) -> None:
    tar(path, member("a/f"), member("b/f"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (truncated, "cannot be unpacked"),
        (two_tops, "holds 2 entries at its top"),
        (lambda path: path.write_bytes(b"<html>not found</html>"), "neither a tar nor a zip"),
        (lambda path: tar(path, member("file-at-top")), "holds 1 entries at its top"),
    ],
)
def test_what_is_not_an_sdist_says_so(make: Callable[[Path], object], message: str, tmp_path: Path) -> None:
    make(tmp_path / "a.tar.gz")
    with pytest.raises(PackageError, match=message):
        unpack(tmp_path / "a.tar.gz", "a.tar.gz", tmp_path / "out")


names = st.lists(st.sampled_from(["a", "b", "..", ".", "", "c"]), min_size=1, max_size=5).map("/".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.lists(st.tuples(names, st.one_of(st.none(), names)), min_size=1, max_size=6))
def test_nothing_ever_leaves_the_folder(
    data: list[tuple[str, str | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("unpack")
    archive = tar(root / "a.tar.gz", *[member(f"t/{n}") if to is None else link(f"t/{n}", to) for n, to in data])
    inner = root / "one" / "two"
    try:
        unpack(archive, "a.tar.gz", inner / "out")
    except PackageError:
        pass
    else:
        for path in (inner / "out").rglob("*"):
            if path.is_symlink() and path.exists():
                assert path.resolve().is_relative_to(inner / "out")
    assert {path.name for path in root.iterdir()} <= {"a.tar.gz", "one"}
    assert not inner.exists() or {path.name for path in inner.iterdir()} <= {"out"}


def test_packed_folder_is_the_same_bytes_every_time(tmp_path: Path) -> None:
    folder = tmp_path / "src"
    (folder / "pkg").mkdir(parents=True)
    (folder / "setup.py").write_text("x")
    (folder / "pkg" / "__init__.py").write_text("")
    (folder / "link").symlink_to("pkg")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("secret")
    (folder / "cache").mkdir()
    (folder / "cache" / "CACHEDIR.TAG").write_text("")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_text("")
    pack_folder(folder, tmp_path / "1.tar")
    os.utime(folder / "setup.py", (1, 1))
    pack_folder(folder, tmp_path / "2.tar")
    assert (tmp_path / "1.tar").read_bytes() == (tmp_path / "2.tar").read_bytes()
    top = unpack(tmp_path / "1.tar", "1.tar", tmp_path / "out")
    assert sorted(path.name for path in top.iterdir()) == ["link", "pkg", "setup.py"]
    assert (top / "link").readlink() == Path("pkg")


def raw(kind: bytes, data: bytes) -> bytes:
    """One extension header as it lies in the file."""
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, len(data)
    return info.tobuf() + data + b"\0" * (-len(data) % tarfile.BLOCKSIZE)


PLAIN = tarfile.TarInfo("a-1/setup.py").tobuf() + b"\0" * 1024


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (raw(tarfile.XHDTYPE, b"1" * 1_000_000), "extension header of 1,000,000 bytes"),
        (raw(tarfile.XGLTYPE, b"1" * 16_385), "extension header of 16,385 bytes"),
        (raw(tarfile.SOLARIS_XHDTYPE, b"1" * 16_385), "extension header"),
        (raw(tarfile.GNUTYPE_LONGNAME, b"a" * 16_385), "extension header"),
        (raw(tarfile.GNUTYPE_LONGLINK, b"a" * 16_385), "extension header"),
        (raw(tarfile.XHDTYPE, b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"), "sparse"),
        (raw(tarfile.GNUTYPE_SPARSE, b""), "sparse"),
        (raw(tarfile.XHDTYPE, b"9" * 5_000 + b" a=b\n"), "cannot be unpacked"),
        (raw(tarfile.XHDTYPE, b"6 a=b\n") * 2_000, "cannot be unpacked"),
    ],
)
def test_extension_headers_are_bounded(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    for stream in (data + PLAIN, tarfile.TarInfo("a-1/other.py").tobuf() + data + PLAIN):
        path.write_bytes(gzip.compress(stream))
        with pytest.raises(PackageError, match=message):
            unpack(path, "a.tar.gz", tmp_path / "out")


def test_many_large_extension_headers_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headers, "MAX_WORK", 40_000)
    path = tmp_path / "a.tar.gz"
    header = raw(tarfile.XHDTYPE, b"100 a=" + b"b" * 93 + b"\n")
    path.write_bytes(gzip.compress((header + tarfile.TarInfo("a-1/x").tobuf()) * 4 + PLAIN))
    unpack(path, "a.tar.gz", tmp_path / "fine")
    path.write_bytes(gzip.compress((header + tarfile.TarInfo("a-1/x").tobuf()) * 5 + PLAIN))
    with pytest.raises(PackageError, match="too many large extension headers"):
        unpack(path, "a.tar.gz", tmp_path / "out")
