"""What mise would install, by the list it sees and by how each of its eras reads it."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

import pytest
from pytest_httpserver import HTTPServer

from pydiff import data
from pydiff.errors import InstallError, NoSuchBuildError
from pydiff.install.apply import apply
from pydiff.managers import eras, mise_list, names_list, parse_spec, resolve
from pydiff.managers.changes.windows_programs import CopyPython3, WrapPip
from pydiff.managers.versions import Eras
from pydiff.model.resolution import Compiled, Prebuilt, Resolution
from pydiff.model.settings import Settings

GNU = "x86_64-unknown-linux-gnu"
NAME = "cpython-{}-" + GNU + "-install_only{}.tar.gz"


@pytest.fixture
def offline(settings: Settings) -> Settings:
    return replace(settings, offline=True)


def answer(text: str, settings: Settings) -> Resolution:
    return resolve(parse_spec(text if "#" in text else f"{text}#linux-x86_64-gnu"), settings)


def prebuilt(text: str, settings: Settings) -> Prebuilt:
    found = answer(text, settings)
    assert isinstance(found, Prebuilt)
    return found


def test_the_archive_of_the_ticket(settings: Settings) -> None:
    """Seen with the real mise 2024.11.37 and the list cut at that day."""
    found = prebuilt("mise:3.9", replace(settings, as_of=date(2024, 12, 2)))
    name = NAME.format("3.9.20+20241016", "_stripped")
    assert str(found.manager) == "mise 2024.11.37"
    assert found.asset.name == name
    assert found.asset.urls == (
        f"https://github.com/indygreg/python-build-standalone/releases/download/20241016/{name}",
    )
    assert (found.asset.sha256 or "").startswith("44d9d016")
    assert "'s list" in found.asset.hash_source
    assert found.install_name == "3.9.20"
    assert [change.name for change in found.changes] == ["bin-python"]
    assert "cut at 2024-12-02" in found.notes[0]


@pytest.mark.parametrize(
    ("spec", "day", "name"),
    [
        # The releases of the end of July 2024 were the first with stripped archives.
        ("mise:3.9", date(2024, 7, 20), NAME.format("3.9.19+20240713", "")),
        ("mise:3.9", date(2024, 7, 27), NAME.format("3.9.19+20240726", "_stripped")),
        ("mise:3.9", date(2024, 10, 5), NAME.format("3.9.20+20241002", "_stripped")),
        ("mise:3.9.12", date(2024, 12, 2), NAME.format("3.9.12+20220502", "")),
        ("mise:3.12", date(2026, 8, 20), NAME.format("3.12.14+20260814", "_stripped")),
    ],
)
def test_by_day(spec: str, day: date, name: str, settings: Settings) -> None:
    assert prebuilt(spec, replace(settings, as_of=day)).asset.name == name


def test_newest_date_goes_before_flavor() -> None:
    names = [
        NAME.format("3.9.19+20240726", "_stripped"),
        NAME.format("3.9.19+20240814", ""),
        f"cpython-3.9.19+20240814-{GNU}-pgo+lto-full.tar.zst",
    ]
    rows = mise_list.readable(names, "2024.10.2", GNU)
    chosen = mise_list.pick(rows, "3.9.19", "2024.10.2")
    assert chosen is not None
    assert chosen.name == names[1]
    full_only = mise_list.pick(rows[2:], "3.9.19", "2024.10.2")
    assert full_only is not None
    assert full_only.name == names[2]
    # Before 2024.10.2 it took the last line, whatever that is.
    for version in ("2024.1.30", "2024.10.1"):
        last = mise_list.pick(rows, "3.9.19", version)
        assert last is not None
        assert last.name == names[2]
        assert mise_list.pick(rows, "3.9.18", version) is None


def test_the_last_line_of_the_list_with_all_flavors(settings: Settings) -> None:
    """Such a list is of mise 2024.12.10; seen with the real 2024.9.0: `invalid gzip header`."""
    found = prebuilt("mise@2024.9.0:3.9", replace(settings, as_of=date(2024, 12, 13)))
    assert found.asset.name == NAME.format("3.9.21+20241206", "_stripped")
    later = prebuilt("mise@2024.9.0:3.9", replace(settings, as_of=date(2024, 12, 14)))
    assert later.asset.name == f"cpython-3.9.21+20241206-{GNU}-pgo-full.tar.zst"
    assert later.unpacking.full == "refused"
    assert any("its install fails" in note for note in later.notes)
    ranked = prebuilt("mise@2024.10.6:3.9", replace(settings, as_of=date(2024, 12, 14)))
    assert ranked.asset.name == NAME.format("3.9.21+20241206", "_stripped")


def test_prereleases_and_old_names_are_read_by_era() -> None:
    names = [
        NAME.format("3.14.0rc2+20250902", ""),
        f"cpython-3.9.7-{GNU}-pgo+lto-20211017T1616.tar.zst",
        "SHA256SUMS",
        NAME.format("3.9.19+20240726", "").replace("x86_64", "x86_64_v2"),
    ]
    assert [row.version for row in mise_list.readable(names, "2024.10.2", GNU)] == ["3.14.0rc2"]
    assert mise_list.readable(names, "2024.10.1", GNU) == []


@pytest.mark.parametrize(("version", "free"), [("2026.3.9", True), ("2026.3.10", False)])
def test_free_threaded_archives_taken_for_ordinary_ones(version: str, free: bool, offline: Settings) -> None:
    found = prebuilt(f"mise@{version}:3.14", offline)
    assert ("freethreaded" in found.asset.name) == free
    assert any("mise#8672" in note for note in found.notes) == free


@pytest.mark.parametrize(
    ("spec", "version", "reason"),
    [
        ("mise@2024.11.7:3.9", "3.9.25", "2024.11.7 to 2024.11.9"),
        ("mise@2024.11.9:3.9.12", "3.9.12", "2024.11.7 to 2024.11.9"),
        ("mise@2025.6.0:3.9.8", "3.9.8", "has no 3.9.8 for linux-x86_64-gnu (it has 3.9.10"),
        ("mise@2025.6.0:3.7", "3.7.17", "has no 3.7.17"),
        ("mise@2025.6.0:3.13.0t", "3.13.0t", "no precompiled free-threaded"),
        ("mise@2024.12.10:3.11#linux-x86-gnu", None, "asks for x86-unknown-linux-gnu on linux-x86-gnu"),
        ("mise@2024.12.10:3.12#linux-armv7-gnueabihf", None, "asks for arm-unknown-linux-gnu"),
        ("mise@2025.6.0:3.12#linux-x86_64-musl", "3.12.14", "on Alpine mise compiles from source by default"),
        (
            "mise@2025.6.0:3.12#linux-x86_64-musl",
            None,
            "it would take cpython-3.12.14+20260814-x86_64-unknown-linux-musl-",
        ),
    ],
)
def test_what_it_compiles(spec: str, version: str | None, reason: str, offline: Settings) -> None:
    found = answer(spec, offline)
    assert isinstance(found, Compiled)
    assert reason in found.reason
    assert version in {None, found.version}


def test_the_window_in_which_pbs_was_behind(settings: Settings) -> None:
    """2024.11.10 takes archives again, as 2024.11.6 did."""
    assert isinstance(answer("mise@2024.11.10:3.9", replace(settings, offline=True)), Prebuilt)
    assert isinstance(answer("mise@2024.11.6:3.9", replace(settings, offline=True)), Prebuilt)


@pytest.mark.parametrize(
    ("spec", "message", "hint"),
    [
        ("mise@2025.6.0:3.99", "finds no Python 3.99 for linux-x86_64-gnu", "it has Python 3.8, 3.9"),
        ("mise@2025.6.0:3.9.99", "finds no Python 3.9.99", "3.9.24, 3.9.25"),
        ("mise@2025.6.0:3.15", "finds no Python 3.15", "3.15.0a"),
        ("mise@2025.6.0:3.13t", "finds no Python 3.13t", "mise:3.13.0t"),
        ("mise@2025.6.0:3.13.99t", "finds no Python 3.13.99t", "python-build does not know it"),
        (
            "mise@2024.12.11:3.12#linux-powerpc64le-gnu",
            "a list of Pythons for powerpc64-unknown-linux-gnu",
            "precompiled_arch",
        ),
        ("mise@2025.6.0:3.12#windows-x86", "no precompiled Python for windows-x86", "`uv:3.12#windows-x86`"),
        ("mise@2024.9.0:3.12#windows-x86_64", "no precompiled Python for windows-x86_64", "2024.8.12 to 2024.11.6"),
        ("mise@2025.6.0:3.14.0rc9", "finds no Python 3.14.0rc9", "3.14.0rc3"),
        ("mise@2025.6.0:3.13d", "mise has no debug builds", "uv:3.13d"),
        ("mise@2025.6.0:3.9.20+20240909", "cannot be asked for a build date", "it would take 3.9.20+20241016"),
        ("mise@2024.11.8:3.9.20+20241016", "cannot be asked for a build date", "compile this version from source"),
        ("mise@2024.3.1:3.12#windows-x86_64", "no precompiled Python for windows-x86_64", "mise 2024.8.10"),
        ("mise@2025.8.2:3.12t#windows-x86_64", "finds no Python 3.12t for windows-x86_64", "uv:3.12t"),
    ],
)
def test_what_it_cannot_give(spec: str, message: str, hint: str, offline: Settings) -> None:
    with pytest.raises(NoSuchBuildError) as caught:
        answer(spec, offline)
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_the_build_it_would_take_may_be_named(offline: Settings) -> None:
    assert prebuilt("mise@2025.6.0:3.9.20+20241016", offline).asset.tag == "20241016"


def test_windows_by_era(offline: Settings) -> None:
    shared = prebuilt("mise@2025.8.1:3.12#windows-x86_64", offline)
    assert "-pc-windows-msvc-shared-install_only_stripped" in shared.asset.name
    assert shared.changes == ()
    later = prebuilt("mise@2025.8.2:3.12#windows-x86_64", offline)
    assert "-pc-windows-msvc-install_only_stripped" in later.asset.name


def test_windows_on_arm(offline: Settings) -> None:
    emulated = prebuilt("mise@2026.4.6:3.12#windows-aarch64", offline)
    assert "-x86_64-pc-windows-msvc-" in emulated.asset.name
    assert any("Windows on ARM" in note for note in emulated.notes)
    native = prebuilt("mise@2026.4.7:3.12#windows-aarch64", offline)
    assert "-aarch64-pc-windows-msvc-" in native.asset.name


def test_windows_before_its_own_list(settings: Settings) -> None:
    """2024.8.10 and 2024.8.11 took the version from python-build's definitions, and could not compile."""
    offline = replace(settings, offline=True, as_of=date(2024, 9, 8))
    with pytest.raises(NoSuchBuildError, match=r"finds no Python 3\.12"):
        answer("mise@2024.8.11:3.12#windows-x86_64", offline)
    found = prebuilt("mise@2024.8.11:3.12#windows-x86_64", replace(offline, as_of=date(2024, 9, 10)))
    assert found.asset.name == "cpython-3.12.6+20240909-x86_64-pc-windows-msvc-shared-install_only_stripped.tar.gz"


@pytest.mark.parametrize(
    ("version", "names"),
    [("2026.7.12", []), ("2026.7.13", ["python3-exe"]), ("2026.7.14", ["python3-exe", "pip-cmd"])],
)
def test_what_it_adds_on_windows(version: str, names: list[str], offline: Settings) -> None:
    found = prebuilt(f"mise@{version}:3.12#windows-x86_64", offline)
    assert [change.name for change in found.changes] == names


def test_programs_on_windows(tmp_path: Path) -> None:
    (tmp_path / "python.exe").write_bytes(b"MZ")
    (tmp_path / "python3.exe").write_bytes(b"of the archive")
    for change in (CopyPython3(), WrapPip()):
        assert change.describe()
        assert apply(change, tmp_path, PurePosixPath("/prefix"))
    assert (tmp_path / "python3.exe").read_bytes() == b"MZ"
    assert (tmp_path / "pip.cmd").read_bytes() == (tmp_path / "pip3.cmd").read_bytes()
    assert b"-m pip %*\r\n" in (tmp_path / "pip.cmd").read_bytes()
    (tmp_path / "Scripts").mkdir()
    (tmp_path / "Scripts" / "pip.exe").touch()
    assert not apply(WrapPip(), tmp_path, PurePosixPath("/prefix"))
    (tmp_path / "python.exe").unlink()
    with pytest.raises(InstallError, match=r"no python\.exe"):
        apply(CopyPython3(), tmp_path, PurePosixPath("/prefix"))


@pytest.mark.parametrize(
    ("spec", "day", "python"),
    [
        # pyenv knew 3.9.21 two days before PBS released it; seen with the real 2024.11.37.
        ("mise@2024.11.37:3.9", date(2024, 12, 3), "3.9.21"),
        ("mise:3.9", date(2024, 12, 4), "3.9.21"),
        # Its list of versions ended in 3.13.0t (mise#2716).
        ("mise@2024.10.1:3.13", date(2024, 10, 7), "3.13.0t"),
        # It asked for x86_64_v1, and on a Mac for x86_64_v2.
        ("mise@2024.1.30:3.12", date(2024, 1, 29), "3.12.1"),
        ("mise@2024.5.13:3.12#macos-x86_64", date(2024, 5, 13), "3.12.3"),
        # python-build forgets a pre-release when the next comes.
        ("mise@2024.9.0:3.13.0rc1", date(2024, 9, 1), "3.13.0rc1"),
    ],
)
def test_compiled_on_a_day(spec: str, day: date, python: str, settings: Settings) -> None:
    found = answer(spec, replace(settings, as_of=day))
    assert isinstance(found, Compiled)
    assert found.version == python
    assert any("pyenv's definitions" in note for note in found.notes) == ("rc" not in spec)


@pytest.mark.parametrize(
    ("spec", "day", "name"),
    [
        ("mise@2024.11.37:3.9", date(2024, 12, 5), NAME.format("3.9.21+20241205", "_stripped")),
        ("mise@2024.10.2:3.13", date(2024, 10, 12), NAME.format("3.13.0+20241008", "_stripped")),
        ("mise@2024.10.1:3.13", date(2024, 10, 13), NAME.format("3.13.0+20241008", "_stripped")),
        ("mise@2024.1.31:3.12", date(2024, 1, 31), NAME.format("3.12.1+20240107", "")),
        (
            "mise@2024.5.14:3.12#macos-x86_64",
            date(2024, 5, 14),
            "cpython-3.12.3+20240415-x86_64-apple-darwin-install_only.tar.gz",
        ),
    ],
)
def test_taken_on_a_day(spec: str, day: date, name: str, settings: Settings) -> None:
    assert prebuilt(spec, replace(settings, as_of=day)).asset.name == name


def test_the_day_in_a_tag_is_not_that_of_its_publication(settings: Settings) -> None:
    fresh = prebuilt("mise@2024.11.37:3.9", replace(settings, as_of=date(2024, 12, 5)))
    assert any("PBS 20241205 is taken to be there" in note for note in fresh.notes)
    old = prebuilt("mise@2024.11.37:3.9", replace(settings, as_of=date(2024, 12, 2)))
    assert not any("is taken to be there" in note for note in old.notes)


@pytest.mark.parametrize(
    ("spec", "fails"),
    [
        ("mise@2026.3.17:3.9.12", False),
        ("mise@2026.3.18:3.9.12", True),
        ("mise@2026.3.18:3.8", True),
        ("mise@2026.3.18:3.9", False),
    ],
)
def test_attestations(spec: str, fails: bool, offline: Settings) -> None:
    notes = prebuilt(spec, offline).notes
    assert any("python.github_attestations=false" in note for note in notes) == fails
    assert any("compares no checksum" in note for note in notes)


def test_after_the_end_of_the_table(settings: Settings) -> None:
    """Pyenv's history ends on 2026-07-18 here, and PBS released 3.12.14 after that."""
    until = data.pyenv_definitions().until
    found = prebuilt("mise@2026.8.10:3.12", replace(settings, as_of=date(2026, 8, 14)))
    assert found.asset.version == "3.12.14"
    assert any(f"pyenv's definitions of {until}, and later versions" in note for note in found.notes)


def test_a_micro_architecture_is_only_asked_for_when_told_to(offline: Settings) -> None:
    found = prebuilt("mise@2025.6.0:3.12#linux-x86_64_v3-gnu", offline)
    assert "-x86_64_v3-unknown-linux-gnu-" in found.asset.name
    assert any("python.precompiled_arch=x86_64_v3" in note for note in found.notes)


def test_unpacking_by_era() -> None:
    described = {
        version: (way.full, way.hard_links, way.top_left, way.modes)
        for version in ("2024.11.12", "2024.11.13", "2024.12.10", "2025.7.1", "2025.7.12", "2026.7.8")
        for way in (eras.MISE_UNPACKING.at(version),)
    }
    assert described == {
        "2024.11.12": ("refused", True, False, "archive"),
        "2024.11.13": ("refused", False, False, "archive"),
        "2024.12.10": ("lifted", False, False, "archive"),
        "2025.7.1": ("lifted", True, True, "archive"),
        "2025.7.12": ("lifted", True, False, "archive"),
        "2026.7.8": ("lifted", True, False, "archive+ids"),
    }


@pytest.mark.parametrize(
    ("version", "url"),
    [
        ("2024.12.10", "http://mise-versions.jdx.dev/python-precompiled"),
        ("2024.12.11", "http://mise-versions.jdx.dev/python-precompiled-{triple}.gz"),
        ("2025.10.8", "https://mise-versions.jdx.dev/python-precompiled-{triple}.gz"),
        ("2025.12.11", "https://mise-versions.jdx.dev/tools/python-precompiled-{triple}.gz"),
    ],
)
def test_the_list_it_asks_for(version: str, url: str) -> None:
    assert eras.MISE_LISTS.at(version) == url


@pytest.fixture
def live(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    """The host of mise's lists, on loopback."""
    base = httpserver.url_for("")
    monkeypatch.setattr(
        eras, "MISE_LISTS", Eras(f"{base}/python-precompiled", (("2024.12.11", f"{base}/{{triple}}.gz"),))
    )
    monkeypatch.setattr(names_list, "NEWEST", f"{base}/tools/{{triple}}.gz")
    return httpserver


def test_the_list_of_today(live: HTTPServer, settings: Settings) -> None:
    names = f"{NAME.format('3.9.26+20270101', '')}\n{NAME.format('3.9.26+20270101', '_stripped')}\n"
    live.expect_ordered_request(f"/{GNU}.gz").respond_with_data(gzip.compress(names.encode()))
    found = prebuilt("mise@2025.6.0:3.9", settings)
    assert found.asset.name == NAME.format("3.9.26+20270101", "_stripped")
    assert (found.asset.sha256, found.asset.hash_source) == (None, "")
    assert "chosen from http://" in found.notes[0]
    # Kept for an hour, and for as long as need be when offline.
    assert prebuilt("mise@2025.6.0:3.9", settings) == found
    assert prebuilt("mise@2025.6.0:3.9", replace(settings, offline=True)) == found
    live.check()


def test_the_plain_list_of_old_days_and_its_successor(live: HTTPServer, settings: Settings) -> None:
    live.expect_ordered_request("/python-precompiled").respond_with_data("gone", status=404)
    body = gzip.compress(NAME.format("3.9.25+20251031", "").encode())
    live.expect_ordered_request(f"/tools/{GNU}.gz").respond_with_data(body)
    found = prebuilt("mise@2024.11.37:3.9", settings)
    assert found.asset.name == NAME.format("3.9.25+20251031", "")
    assert "/tools/" in found.notes[0]
    live.check()


@pytest.mark.parametrize("body", [b"\x1f\x8bbroken", gzip.compress(b"x" * 100)[:-4], b"\xff\xfe"])
def test_a_list_that_is_none_is_replaced(body: bytes, live: HTTPServer, settings: Settings) -> None:
    live.expect_request(f"/{GNU}.gz").respond_with_data(body)
    found = prebuilt("mise@2025.6.0:3.9", settings)
    assert found.asset.version == "3.9.25"
    assert "mise's list could not be had" in found.notes[0]


def test_a_list_cannot_unpack_to_any_size(
    live: HTTPServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names_list, "_LIMIT", 1000)
    live.expect_request(f"/{GNU}.gz").respond_with_data(gzip.compress(b"\n" * 1_000_000))
    assert "could not be had" in prebuilt("mise@2025.6.0:3.9", settings).notes[0]


def test_a_mirror_with_a_list_of_its_own(httpserver: HTTPServer, settings: Settings) -> None:
    names = "\n".join(NAME.format(f"3.9.20+{tag}", "") for tag in ("20241016", "20250101"))
    httpserver.expect_request(f"/python-precompiled-{GNU}.gz").respond_with_data(names)
    mirrored = replace(settings, mirror=httpserver.url_for(""))
    found = prebuilt("mise@2024.12.15:3.9.20", mirrored)
    assert found.asset.tag == "20250101"
    assert "the mirror's own list" in found.notes[0]
    assert prebuilt("mise@2024.12.15:3.9.20", replace(mirrored, as_of=date(2024, 12, 24))).asset.tag == "20241016"
