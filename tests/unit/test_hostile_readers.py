"""Damaged real files and files made to hang a reader: facts, a note or an error that says what is wrong, at once."""

from __future__ import annotations

import gzip
import json
import pprint
import re
import struct
import sys
import sysconfig
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pip
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binary_writers import AD_HOC, PE, MachO, archive, superblob, universal
from mutations import damaged, words
from pbs_archives import Item, asset_name, full_items, python_items, tar_bytes, write_archive
from pydiff.errors import ArchiveError, InstallError
from pydiff.fetch import fetch
from pydiff.managers import parse_spec, resolve
from pydiff.model.resolution import Packed, Prebuilt
from pydiff.model.settings import Settings
from pydiff.model.snapshot import Snapshot
from pydiff.model.sysconfigdata import SysconfigDataError, parse_sysconfigdata
from pydiff.snapshot.archived import snapshot_of_archive
from pydiff.snapshot.binaries import described
from pydiff.snapshot.binary.interface import Binary, Unreadable
from snapshot_support import LINUX, MACOS, released

AT_ONCE = 2.0
"""Seconds; what these files hang takes minutes."""


def _real() -> Iterator[tuple[str, bytes]]:
    """The interpreter that runs the tests, launchers for Windows that pip carries, and files written by the book."""
    for path in sorted(Path(sysconfig.get_path("platstdlib"), "lib-dynload").glob("_[bj][is]*.so"))[:2]:
        yield path.name, path.read_bytes()
    yield "python", Path(sys.executable).resolve().read_bytes()[: 1 << 20]
    for path in (Path(pip.__file__).parent / "_vendor" / "distlib").glob("t*.exe"):
        yield path.name, path.read_bytes()
    mac = MachO(
        install_name="/i/l.dylib", needed=["/usr/lib/l.dylib"], rpaths=["@loader_path"], exported=["PyList_New"]
    )
    signed = MachO(cpu="x86_64", exported=["PyInit_x"], local=["PyInit_y"], signature=superblob(AD_HOC))
    yield "mac", mac.bytes()
    yield "universal", universal(mac, signed)
    yield "dll", PE(exports=["PyList_New", "PyInit_x"], imports={"python312.dll": ["f"]}, certificate=b"c" * 64).bytes()
    yield "a", archive([("m.o", signed.bytes()), ("longer-name.o", b"BC\xc0\xde" + bytes(40))], bsd=True)


REAL = dict(_real())


@given(damaged(REAL))
@settings(max_examples=300, deadline=AT_ONCE * 1000)
def test_a_damaged_binary_is_told_of_or_noted(data: bytes) -> None:
    match described(data[:4], data):
        case Unreadable(why):
            # An error of ours would name no format, and what it says would be no clause about the file.
            assert re.match(r"not a readable [a-z-]+ file: \S", why)
            assert not re.search(
                r"NoneType|object|defined|index out of range|attribute|argument|unpack|int too large", why
            )
        case Binary(facts):
            assert json.loads(msgspec.json.encode(facts)) == facts
        case None:
            assert data[:2] != b"MZ"


@contextmanager
def _at_once() -> Iterator[None]:
    begun = time.perf_counter()
    yield
    assert time.perf_counter() - begun < AT_ONCE


_SECTION = struct.Struct("<IIQQQQIIQQ")
_NAMES = b"\0.note.gnu.property\0"


def _elf(body: bytes, sections: list[bytes], segments: list[bytes]) -> bytes:
    """64 bits; the body lies at 64, the last section holds the names of sections."""
    at = 64 + len(body)
    head = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 3, 62, 1, 0, at, at + 56 * len(segments) if sections else 0, 0, 64, 56, len(segments), 64,
        len(sections), max(len(sections) - 1, 0),
    )  # fmt: skip
    return head + body + b"".join(segments) + b"".join(sections)


def _section(name: int, kind: int, offset: int, size: int, link: int = 0) -> bytes:
    return _SECTION.pack(name, kind, 0, 0, offset, size, link, 0, 0, 0)


def _dynamic(tags: dict[int, int], body: bytes) -> bytes:
    """A file whose dynamic section has these tags; the body is loaded at 0x10000."""
    table = b"".join(struct.pack("<qQ", *tag) for tag in {**tags, 0: 0}.items())
    loaded = struct.pack("<IIQQQQQQ", 1, 4, 64 + len(table), 0x10000, 0, len(body), 0, 0)
    return _elf(table + body, [], [loaded, struct.pack("<IIQQQQQQ", 2, 4, 64, 0, 0, len(table), 0, 0)])


def _many_tables_of_symbols() -> bytes:
    texts, symbols = b"\0PyInit_posix\0", struct.pack("<IBBHQQ", 1, 0x12, 0, 1, 0, 0) * 20_000
    one = _section(0, 2, 64 + len(texts), len(symbols), link=1)
    return _elf(texts + symbols, [_section(0, 0, 0, 0), _section(0, 3, 64, len(texts)), *[one] * 20_000], [])


def _many_sections_of_notes() -> bytes:
    notes = struct.pack("<IIII", 0, 0, 1, 0) * 4_096
    one = _section(1, 7, 64 + len(_NAMES), len(notes))
    return _elf(_NAMES + notes, [*[one] * 20_000, _section(0, 3, 64, len(_NAMES))], [])


def _versions_that_share_their_rows() -> bytes:
    rows = struct.pack("<HHIII", 1, 0xFFFF, 0x10000, 16, 16) * 40_000 + bytes(32)
    tags = {5: 0x10000, 10: 4_000_000, 0x6FFFFFFE: 0x10000 + 4_000_000, 0x6FFFFFFF: 32_767}
    return _dynamic(tags, bytes(4_000_000) + rows)


def _many_sections_of_windows() -> bytes:
    data = bytearray(PE(exports=[f"Py{number}" for number in range(65_000)]).bytes())
    struct.pack_into("<H", data, 70, 65_535)
    return bytes(data) + bytes(40 * 65_535)


def _names_over_each_other() -> bytes:
    """65,000 names of up to 4,000 bytes in a file of 600 kB."""
    data = bytearray(PE(exports=[f"Py{number:04}" for number in range(65_000)]).bytes())
    place = data.index(b"Py0000")
    for start in range(place, place + 65_000 * 8 - 4_000, 4_000):
        data[start : start + 3_999] = (b"Py" * 2_000)[:3_999]
    return bytes(data)


def _definition_without_an_end() -> bytes:
    """An abbreviation of 2**40 operands, four bits each."""
    bits, size = 0, 0
    for value, width in ((1, 2), (13, 8), (5, 4), (0, 18), (0, 32), (2, 5), *[(16, 5)] * 10, (1, 5), (8, 4)):
        bits |= value << size
        size += width
    return b"BC\xc0\xde" + bits.to_bytes(-(-size // 8), "little") + b"\x88" * 5_000_000


@pytest.mark.parametrize(
    "made",
    [
        _many_tables_of_symbols,
        _many_sections_of_notes,
        _versions_that_share_their_rows,
        _many_sections_of_windows,
        _names_over_each_other,
        _definition_without_an_end,
    ],
)
def test_a_binary_that_would_take_forever(made: object) -> None:
    assert callable(made)
    data = made()
    with _at_once():
        found = described(data[:4], data)
    assert isinstance(found, Unreadable) or len(str(found)) < 1_000


TEXTS = [
    "# header\nbuild_time_vars = " + form(dict(list(released(name, "sysconfig").items())[:60])) + "\n"
    for name in (LINUX, MACOS)
    for form in (pprint.pformat, lambda variables: json.dumps(variables, indent=4))
]


@given(words(TEXTS))
@settings(max_examples=300, deadline=AT_ONCE * 1000)
def test_damaged_variables_are_read_or_refused_with_the_line(text: str) -> None:
    try:
        said = "line 1: read" if parse_sysconfigdata(text) else ""
    except SysconfigDataError as refused:
        said = str(refused)
    assert re.match(r"line \d+: \S", said)


@pytest.mark.parametrize(
    "text",
    [
        "build_time_vars = {" + "'a' " * 100_000,
        "build_time_vars = {'a': " + "'b' " * 100_000,
        "#" * 1_000_000,
        "#\n" * 500_000,
        "build_time_vars = {" + " " * 1_000_000,
        "build_time_vars = {'" + "\\" * 999_999,
        "build_time_vars = {" + "'a': 1," * 150_000,
    ],
)
def test_variables_that_would_take_forever(text: str) -> None:
    with _at_once(), pytest.raises(SysconfigDataError):
        parse_sysconfigdata(text)


_ODD_NUMBERS = (b"77777777777\0", b"\x80" + b"\xff" * 11, b"\xff" * 12, b"-0000000001\0", b"000000xyz00\0", b" " * 12)
_TARS = (tar_bytes([*python_items(), Item("python/lib/x.so", REAL["mac"])]), tar_bytes(full_items()))


@st.composite
def _archives(draw: st.DrawFn) -> bytes:
    """A tar file with one or two headers of which a field was overwritten, their checksums right again."""
    data = bytearray(draw(st.sampled_from(_TARS)))
    with_tar = [place for place in range(0, len(data), 512) if data[place + 257 : place + 262] == b"ustar"]
    for _ in range(draw(st.integers(1, 2))):
        head = draw(st.sampled_from(with_tar))
        field, size = draw(st.sampled_from([(0, 12), (100, 8), (124, 12), (156, 1), (157, 12), (257, 8), (345, 12)]))
        data[head + field : head + field + size] = draw(
            st.sampled_from(_ODD_NUMBERS) | st.binary(min_size=12, max_size=12)
        )[:size]
        data[head + 148 : head + 156] = b" " * 8
        data[head + 148 : head + 156] = b"%06o\0 " % sum(data[head : head + 512])
    if draw(st.integers(0, 5)) == 0:
        del data[draw(st.integers(0, len(data))) :]
    return bytes(data)


def _looked_at(folder: Path, manager: str, flavor: str) -> Snapshot:
    path = folder / asset_name("full" if flavor == "full" else "install_only")
    kept = Settings(cache_dir=folder / "cache", state_dir=folder / "state")
    resolution = resolve(parse_spec(f"{manager}:{path}"), kept)
    assert isinstance(resolution, Prebuilt)
    return snapshot_of_archive(Packed(resolution, fetch(resolution, kept)), kept)[1]


@given(
    _archives(),
    st.sampled_from(["uv@0.13.9", "mise@2026.8.10", "pbs", "uv@0.2.22"]),
    st.sampled_from(["full", "install_only"]),
)
@settings(max_examples=60, deadline=AT_ONCE * 1000, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_archive_is_refused_with_its_name_or_read(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, manager: str, flavor: str
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    packed = zstandard.compress(data, 1) if flavor == "full" else gzip.compress(data, 1)
    (folder / asset_name("full" if flavor == "full" else "install_only")).write_bytes(packed)
    try:
        files, said, hint = bool(_looked_at(folder, manager, flavor).families["files"]), "", ""
    except (ArchiveError, InstallError) as refused:
        files, said, hint = False, str(refused), refused.hint
    assert files or (hint and re.search(r"cpython-3\.9\.20|this version of the manager", said))


@pytest.mark.parametrize("mode", [b"\xff" * 8, b"\x80\0\0\0\xff\xff\xff\xff", b"\x80" + b"\x7f" * 7])
@pytest.mark.parametrize("manager", ["uv@0.13.9", "mise@2026.8.10", "pbs"])
def test_a_mode_that_is_none(tmp_path: Path, manager: str, mode: bytes) -> None:
    """A tar header may hold any number, as of 64 bits; of a negative one `stat.S_IMODE` makes an OverflowError."""
    data = bytearray(tar_bytes([*python_items(), Item("python/lib/odd", b"x")]))
    head = data.index(b"python/lib/odd")
    data[head + 100 : head + 108], data[head + 148 : head + 156] = mode, b" " * 8
    data[head + 148 : head + 156] = b"%06o\0 " % sum(data[head : head + tarfile.BLOCKSIZE])
    (tmp_path / asset_name()).write_bytes(gzip.compress(data, 1))
    with pytest.raises(ArchiveError, match="cannot be the mode of 'python/lib/odd'"):
        _looked_at(tmp_path, manager, "install_only")


def test_the_archives_are_good_where_nothing_is_damaged(tmp_path: Path) -> None:
    write_archive(tmp_path / asset_name(), python_items())
    assert _looked_at(tmp_path, "uv@0.13.9", "install_only").families["sysconfig"]
