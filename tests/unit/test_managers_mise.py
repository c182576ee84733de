"""What mise would install, by the list it sees and by how each of its eras reads it."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date

import pytest
from pytest_httpserver import HTTPServer

from pydiff.errors import NoSuchBuildError
from pydiff.managers import eras, mise_list, names_list, parse_spec, resolve
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
    rows = mise_list.readable(names, "2024.10.2", parse_spec("3.9#linux-x86_64-gnu").target)
    chosen = mise_list.pick(rows, "3.9.19", "2024.10.2")
    assert chosen is not None
    assert chosen.name == names[1]
    full_only = mise_list.pick(rows[2:], "3.9.19", "2024.10.2")
    assert full_only is not None
    assert full_only.name == names[2]
    # Before 2024.10.2 it took the last line of a list that had no full archives.
    for version in ("2024.1.30", "2024.10.1"):
        last = mise_list.pick(rows, "3.9.19", version)
        assert last is not None
        assert last.name == names[1]
        assert mise_list.pick(rows[2:], "3.9.19", version) is None


def test_prereleases_and_old_names_are_read_by_era() -> None:
    names = [
        NAME.format("3.14.0rc2+20250902", ""),
        f"cpython-3.9.7-{GNU}-pgo+lto-20211017T1616.tar.zst",
        "SHA256SUMS",
        NAME.format("3.9.19+20240726", "").replace("x86_64", "x86_64_v2"),
    ]
    target = parse_spec("3.9#linux-x86_64-gnu").target
    assert [row.version for row in mise_list.readable(names, "2024.10.2", target)] == ["3.14.0rc2"]
    assert mise_list.readable(names, "2024.10.1", target) == []


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
        ("mise@2025.6.0:3.11#linux-x86-gnu", None, "it has 3.11.1, 3.11.3, 3.11.4, 3.11.5"),
        ("mise@2025.6.0:3.13t", None, "no precompiled free-threaded"),
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
        ("mise@2025.6.0:3.14.0rc9", "finds no Python 3.14.0rc9", "3.14.0rc3"),
        ("mise@2025.6.0:3.13d", "mise has no debug builds", "uv:3.13d"),
        ("mise@2025.6.0:3.9.20+20240909", "cannot be asked for a build date", "it would take 3.9.20+20241016"),
        ("mise@2024.11.8:3.9.20+20241016", "cannot be asked for a build date", "compile this version from source"),
        ("mise@2024.3.1:3.12#windows-x86_64", "no precompiled Python for Windows", "mise 2024.8.10"),
        ("mise@2025.8.2:3.12t#windows-x86_64", "finds no Python 3.12t for windows-x86_64", "3.12.14"),
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


def test_alpine_is_mentioned(offline: Settings) -> None:
    assert any("Alpine" in note for note in prebuilt("mise@2025.6.0:3.12#linux-x86_64-musl", offline).notes)


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
