"""Archives as they are released, and every way in which one can be hostile or broken."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from pbs_archives import (
    FAKE_PYTHON,
    Item,
    folder,
    full_items,
    hardlink,
    python_items,
    symlink,
    tar_bytes,
    write_archive,
)
from pydiff.errors import ArchiveError, CacheError, InstallError
from pydiff.install import members
from pydiff.install import unpacked as unpacking
from pydiff.install.extract import extract
from pydiff.install.modes import MODES
from pydiff.model.resolution import UNPACKED_AS_UV, Unpacking

GOOD = Item("python/bin/python3.9", FAKE_PYTHON, mode=0o755)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    path = tmp_path / "jail" / "out"
    path.mkdir(parents=True)
    return path


def _extract(
    tmp_path: Path, out: Path, *items: Item, name: str = "a.tar.gz", unpacking: Unpacking = UNPACKED_AS_UV
) -> Path:
    return extract(write_archive(tmp_path / name, items), out, unpacking).tree


def _modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@contextlib.contextmanager
def _umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tar.zst"])
def test_install_only(tmp_path: Path, out: Path, name: str) -> None:
    root = _extract(tmp_path, out, *python_items(), name=name)
    assert root == out
    assert (root / "bin/python3").readlink() == Path("python3.9")
    assert (root / "bin/python3").read_bytes() == FAKE_PYTHON
    assert sorted(path.name for path in root.iterdir()) == ["bin", "include", "lib"]


@pytest.mark.parametrize("name", ["a.tar.zst", "a.tar.gz"])
def test_of_a_full_archive_only_install_is_the_tree(tmp_path: Path, out: Path, name: str) -> None:
    root = _extract(tmp_path, out, *full_items(), name=name)
    assert root == out / "install"
    assert (root / "bin/python3.9").read_bytes() == FAKE_PYTHON
    assert not (out / "build").exists()
    assert not (out / "licenses").exists()


def test_what_lies_beside_the_tree_of_a_full_archive_may_be_in_another_tree(tmp_path: Path, out: Path) -> None:
    _extract(tmp_path, out, GOOD, Item("python/licenses/LICENSE", b"PSF"), Item("python/build/x", b"x"))
    assert sorted(path.name for path in out.iterdir()) == ["bin", "build", "licenses"]


ODD = (0o100, 0o777, 0o4755, 0o000, 0o666, 0o611)
# Each manner under a umask of 027.
LEFT: dict[str, tuple[int, ...]] = {
    "umask": (0o750, 0o750, 0o750, 0o640, 0o640, 0o750),
    "umask+x": (0o751, 0o751, 0o751, 0o640, 0o640, 0o751),
    "archive": (0o100, 0o777, 0o755, 0o000, 0o666, 0o611),
    "archive+x": (0o111, 0o777, 0o755, 0o000, 0o666, 0o711),
    "archive+ids": (0o100, 0o777, 0o4755, 0o000, 0o666, 0o611),
    "tarfile": (0o100, 0o777, 0o4755, 0o000, 0o666, 0o611),
    "tarfile+data": (0o700, 0o755, 0o755, 0o600, 0o644, 0o600),
}


@pytest.mark.parametrize("modes", MODES)
def test_modes_of_files(tmp_path: Path, out: Path, modes: Any) -> None:
    items = [Item(f"python/f{mode:04o}", b"x", mode=mode) for mode in ODD]
    with _umask(0o027):
        _extract(tmp_path, out, *items, unpacking=Unpacking(modes=modes))
    assert _modes(out) == {f"f{mode:04o}": left for mode, left in zip(ODD, LEFT[modes], strict=True)}


@pytest.mark.parametrize("modes", MODES)
def test_modes_of_folders(tmp_path: Path, out: Path, modes: Any) -> None:
    """Of those that are members; what a folder takes in is written before its mode forbids it."""
    odd = [Item(f"python/d{mode:04o}", kind=tarfile.DIRTYPE, mode=mode) for mode in (0o700, 0o555, 0o2775)]
    with _umask(0o027):
        _extract(tmp_path, out, *odd, Item("python/d0555/in/x"), unpacking=Unpacking(modes=modes))
    wanted = {"d0700": 0o750, "d0555": 0o750, "d2775": 0o750}
    if modes in {"archive", "archive+x", "archive+ids", "tarfile"}:
        wanted = {"d0700": 0o700, "d0555": 0o555, "d2775": 0o2775 if modes in {"archive+ids", "tarfile"} else 0o775}
    assert _modes(out) == wanted
    assert _modes(out / "d0555") == {"in": 0o750}


@pytest.mark.parametrize(
    ("modes", "left"), [("umask", 0o640), ("umask+x", 0o751), ("archive", 0o644), ("archive+x", 0o755)]
)
def test_x_of_a_hard_link(tmp_path: Path, out: Path, modes: Any, left: int) -> None:
    link = Item("python/link", kind=tarfile.LNKTYPE, link="python/file", mode=0o755)
    with _umask(0o027):
        _extract(tmp_path, out, Item("python/file", b"x"), link, unpacking=Unpacking(modes=modes))
    assert _modes(out) == {"file": left, "link": left}


def _paths(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir() or not list(path.iterdir())
    )


FULL = (
    Item("python/PYTHON.json", b"{}"),
    Item("python/build/x.o", b"x"),
    Item("python/install/bin/python3.9", FAKE_PYTHON, mode=0o755),
    symlink("python/install/bin/python3", "python3.9"),
    hardlink("python/install/bin/hard", "python/install/bin/python3.9"),
)
LAID: dict[Unpacking, tuple[list[str], str]] = {
    Unpacking(): (["bin/hard", "bin/python3", "bin/python3.9"], ""),
    Unpacking(full="lifted"): (
        ["PYTHON.json", "bin/hard", "bin/python3", "bin/python3.9", "build/x.o", "install"],
        "",
    ),
    Unpacking(full="lifted", top_left=True): (
        ["PYTHON.json", "bin/hard", "bin/python3", "bin/python3.9", "build/x.o", "install", "python"],
        "",
    ),
    Unpacking(full="whole"): (
        ["PYTHON.json", "build/x.o", "install/bin/hard", "install/bin/python3", "install/bin/python3.9"],
        "install",
    ),
    Unpacking(full="whole", top_kept=True): (
        [
            *("python/PYTHON.json", "python/build/x.o"),
            *("python/install/bin/hard", "python/install/bin/python3", "python/install/bin/python3.9"),
        ],
        "python/install",
    ),
}


@pytest.mark.parametrize("unpacking", LAID, ids=repr)
def test_how_a_full_archive_is_laid_out(tmp_path: Path, out: Path, unpacking: Unpacking) -> None:
    found = extract(write_archive(tmp_path / "a.tar.zst", FULL), out, unpacking)
    assert (_paths(found.tree), found.inside) == LAID[unpacking]


def test_how_an_install_only_archive_is_laid_out_with_its_top(tmp_path: Path, out: Path) -> None:
    found = extract(write_archive(tmp_path / "a.tar.gz", [GOOD]), out, Unpacking(full="whole", top_kept=True))
    assert (_paths(found.tree), found.inside) == (["python/bin/python3.9"], "python")


def test_two_things_that_would_be_lifted_to_one_place(tmp_path: Path, out: Path) -> None:
    clash = [Item("python/bin/x", b"1"), Item("python/install/bin/x", b"2")]
    with pytest.raises(ArchiveError, match="two members with one name"):
        _extract(tmp_path, out, *clash, unpacking=Unpacking(full="lifted"))


def test_a_link_that_is_called_install_is_not_lifted(tmp_path: Path, out: Path) -> None:
    hidden = [GOOD, symlink("python/install", "bin"), Item("python/install/x", b"x")]
    with pytest.raises(ArchiveError, match="two members with one name"):
        _extract(tmp_path, out, *hidden, unpacking=Unpacking(full="lifted"))


def test_a_link_that_leads_out_only_where_it_was_lifted_to(tmp_path: Path, out: Path) -> None:
    link = symlink("python/install/a", "../x")
    _extract(tmp_path, out, Item("python/x"), link, unpacking=Unpacking(full="whole"))
    (out.parent / "two").mkdir()
    with pytest.raises(ArchiveError, match="leaves the tree"):
        _extract(tmp_path, out.with_name("two"), Item("python/x"), link, unpacking=Unpacking(full="lifted"))


def test_a_manager_that_fails_on_hard_links(tmp_path: Path, out: Path) -> None:
    items = [GOOD, hardlink("python/bin/hard", "python/bin/python3.9")]
    with pytest.raises(InstallError, match="fails on a hard link, and the archive has one: python/bin/hard"):
        _extract(tmp_path, out, *items, unpacking=Unpacking(hard_links=False))


def test_hard_links_inside_the_tree(tmp_path: Path, out: Path) -> None:
    _extract(tmp_path, out, GOOD, hardlink("python/bin/python3", "python/bin/python3.9"))
    assert (out / "bin/python3").samefile(out / "bin/python3.9")


def test_long_names_and_several_gzip_members(tmp_path: Path, out: Path) -> None:
    long = "python/" + "/".join(["d" * 90] * 3) + "/" + "f" * 120
    data = tar_bytes([GOOD, Item(long, b"x")])
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(data[:700]) + gzip.compress(data[700:]))
    extract(path, out)
    assert (out / long.removeprefix("python/")).read_bytes() == b"x"


HOSTILE = {
    "a name with ..": ([Item("python/../../evil", b"x")], "leaves its folder"),
    "an absolute name": ([Item("/tmp/evil", b"x")], "absolute or malformed name"),
    "an absolute symlink": ([symlink("python/x", "/etc/passwd")], "absolute path"),
    "an escaping symlink": ([symlink("python/a/x", "../../evil")], "leaves the tree"),
    "an escaping symlink by way of another": (
        [Item("python/a/b/f"), symlink("python/a/b/up", ".."), symlink("python/x", "a/b/up/../..")],
        "leaves the tree",
    ),
    "a file through a symlink": ([symlink("python/d", "bin"), Item("python/d/evil", b"x")], "writes through a link"),
    "a folder through a symlink": ([symlink("python/d", "bin"), folder("python/d/evil")], "writes through a link"),
    "a symlink replaced by a file": ([symlink("python/d", "bin"), Item("python/d", b"x")], "two members"),
    "a hard link out of the tree": ([hardlink("python/x", "../../etc/passwd")], "leaves its folder"),
    "a hard link to an absolute path": ([hardlink("python/x", "/etc/passwd")], "absolute or malformed name"),
    "a hard link to something that is not there": ([hardlink("python/x", "python/y")], "no file of it"),
    "a hard link to a symlink": (
        [symlink("python/y", "bin"), hardlink("python/x", "python/y")],
        "no file of it",
    ),
    "a hard link to the top": ([hardlink("python/x", "python")], "no file of it"),
    "a hard link into what is left out": (
        [Item("python/PYTHON.json"), Item("python/build/y", b"x"), hardlink("python/x", "python/build/y")],
        "no file of it",
    ),
    "a character device": ([Item("python/null", kind=tarfile.CHRTYPE)], "special file"),
    "a block device": ([Item("python/disk", kind=tarfile.BLKTYPE)], "special file"),
    "a pipe": ([Item("python/pipe", kind=tarfile.FIFOTYPE)], "special file"),
    "an unknown kind": ([Item("python/what", kind=b"Z")], "special file"),
    "a name twice": ([Item("python/x", b"1"), Item("python/x", b"2")], "two members with one name"),
    "a name twice, spelled differently": ([Item("python/x", b"1"), Item("python/.//x", b"2")], "two members"),
    "a file where a folder was": ([Item("python/d/x"), Item("python/d", b"2")], "two members with one name"),
    "a folder below a file": ([Item("python/d", b"2"), Item("python/d/x")], "uses a file as a folder"),
    "two top folders": ([Item("other/x", b"x")], "more than one folder at its top"),
    "a file at the top": ([Item("python", b"x")], "at its top"),
    "a name that is too long": ([Item(f"python/{'n' * 300}", b"x")], "too long"),
}


MANNERS = {
    "uv": UNPACKED_AS_UV,
    "archive": Unpacking(modes="archive+ids"),
    "lifted": Unpacking(full="lifted", top_left=True),
    "whole": Unpacking(full="whole", top_kept=True),
}


# Where everything is kept, nothing is left out.
_NO_CASE = {("a hard link into what is left out", "lifted"), ("a hard link into what is left out", "whole")}


@pytest.mark.parametrize(
    ("case", "manner"), [pair for pair in itertools.product(HOSTILE, MANNERS) if pair not in _NO_CASE]
)
def test_hostile_archives(tmp_path: Path, out: Path, case: str, manner: str) -> None:
    items, message = HOSTILE[case]
    top = [] if case == "a file at the top" else [GOOD]
    with pytest.raises(ArchiveError, match=message) as caught:
        _extract(tmp_path, out, *top, *items, unpacking=MANNERS[manner])
    assert str(caught.value).startswith("a.tar.gz ")
    assert caught.value.hint
    # Nothing beside the folder that the caller throws away.
    assert [path.name for path in out.parent.iterdir()] == ["out"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar.gz", "jail"]


def test_names_that_the_disk_cannot_tell_apart(tmp_path: Path, out: Path) -> None:
    """On a disk that ignores case, `A` finds the `a` that is there; a file put there beforehand stands for it."""
    (out / "A").write_text("a")
    with pytest.raises(ArchiveError, match="cannot tell apart"):
        _extract(tmp_path, out, Item("python/A", b"x"))


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tar.zst"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated(tmp_path: Path, out: Path, name: str, share: float) -> None:
    noise = Item("python/noise", os.urandom(300_000))
    path = write_archive(tmp_path / name, [GOOD, noise, Item("python/last", b"x")])
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ArchiveError, match=r"ends too early|damaged"):
        extract(path, out)


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tar.zst"])
def test_corrupted(tmp_path: Path, out: Path, name: str) -> None:
    path = write_archive(tmp_path / name, [GOOD, Item("python/noise", os.urandom(300_000))])
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="damaged"):
        extract(path, out)


def test_a_damaged_header_is_not_taken_for_the_end(tmp_path: Path, out: Path) -> None:
    """`tarfile` stops in silence at a header whose checksum is wrong; half a tree must not pass for a whole one."""
    data = bytearray(tar_bytes([GOOD, Item("python/second", b"x"), Item("python/third", b"x")]))
    data[data.index(b"python/second") + 3] ^= 0xFF
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(data))
    with pytest.raises(ArchiveError, match="ends too early, or a header in it is damaged"):
        extract(path, out)


def test_a_tar_without_its_end(tmp_path: Path, out: Path) -> None:
    data = tar_bytes([GOOD]).rstrip(b"\0")
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(data + b"\0" * (-len(data) % 512)))
    with pytest.raises(ArchiveError, match="ends too early"):
        extract(path, out)


@pytest.mark.parametrize("body", [b"", b"hello", b"PK\x03\x04 a zip", b"\x1f\x8bnot gzip at all"])
def test_not_an_archive(tmp_path: Path, out: Path, body: bytes) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(body)
    with pytest.raises(ArchiveError, match=r"neither gzip nor zstd|damaged|ends too early"):
        extract(path, out)


def test_gzip_of_something_else(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(b"no tar file" * 100))
    with pytest.raises(ArchiveError, match="damaged"):
        extract(path, out)


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tar.zst"])
def test_a_bomb_by_ratio(tmp_path: Path, out: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "RATIO_FREE", 1_000_000)
    with pytest.raises(ArchiveError, match="times its size"):
        _extract(tmp_path, out, GOOD, Item("python/zeros", bytes(20_000_000)), name=name)
    assert sum(path.stat().st_size for path in out.rglob("zeros")) < 10_000_000


def test_a_bomb_by_size(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MAX_BYTES", 1_000_000)
    with pytest.raises(ArchiveError, match="more than 1,000,000 bytes"):
        _extract(tmp_path, out, GOOD, Item("python/noise", os.urandom(3_000_000)))


def test_a_file_too_large_to_be_held_in_memory(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MAX_FILE", 1_000_000)
    with pytest.raises(ArchiveError, match="a file of 1,000,001 bytes, 'python/noise'"):
        _extract(tmp_path, out, GOOD, Item("python/noise", os.urandom(1_000_001)))


def test_a_bomb_by_number(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MAX_MEMBERS", 10)
    with pytest.raises(ArchiveError, match="more than 10 members"):
        _extract(tmp_path, out, *(Item(f"python/{number}") for number in range(20)))


def test_a_bomb_in_what_is_left_out_is_seen_too(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MAX_BYTES", 1_000_000)
    with pytest.raises(ArchiveError, match="more than 1,000,000 bytes"):
        _extract(tmp_path, out, GOOD, Item("python/build/noise", os.urandom(3_000_000)), GOOD)


def test_a_header_that_lies_about_its_length(tmp_path: Path, out: Path) -> None:
    """A long-name header that claims a gigabyte must not be believed."""
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 1 << 30
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(entry.tobuf(tarfile.GNU_FORMAT) + b"x" * 4096))
    with pytest.raises(ArchiveError, match="extension header of 1,073,741,824 bytes"):
        extract(path, out)


def test_a_member_longer_than_the_file(tmp_path: Path, out: Path) -> None:
    entry = tarfile.TarInfo("python/x")
    entry.size = 1 << 20
    path = tmp_path / "a.tar.zst"
    path.write_bytes(zstandard.compress(entry.tobuf(tarfile.GNU_FORMAT) + b"x" * 4096))
    with pytest.raises(ArchiveError, match="ends too early"):
        extract(path, out)


def test_no_space(tmp_path: Path, out: Path) -> None:
    path = write_archive(tmp_path / "a.tar.gz", [Item("python/full", b"x" * 10_000)])
    real = os.open

    def full(where: os.PathLike[str], flags: int, mode: int) -> int:
        return real("/dev/full", os.O_WRONLY)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pydiff.install.extract.os.open", full)
        with pytest.raises(CacheError, match="no space left while extracting"):
            extract(path, out)


@pytest.mark.parametrize(
    "kind",
    [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK],
)
def test_extension_header_that_is_a_bomb(tmp_path: Path, out: Path, kind: bytes) -> None:
    bomb = Item("python/x", b"1" * 1_000_000, kind=kind)
    with pytest.raises(ArchiveError, match="extension header of 1,000,000 bytes, more than 16,384"):
        _extract(tmp_path, out, GOOD, bomb, GOOD)


def test_chain_of_extension_headers(tmp_path: Path, out: Path) -> None:
    with pytest.raises(ArchiveError, match="long chain of extension headers"):
        _extract(tmp_path, out, *[Item("x", b"6 a=b\n", kind=tarfile.XHDTYPE)] * 2_000, GOOD)
