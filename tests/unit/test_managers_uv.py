"""What uv would install: from the shipped table, from a list of the user's, from a mirror's and from uv's own at a newer tag."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from pydiff import data
from pydiff.errors import DownloadError, NoSuchBuildError, SpecError
from pydiff.managers import parse_spec, resolve, uv_list
from pydiff.model.resolution import Prebuilt
from pydiff.model.settings import Settings

GITHUB = "https://github.com/{}/python-build-standalone/releases/download/"


@pytest.fixture
def offline(settings: Settings) -> Settings:
    return replace(settings, offline=True)


def prebuilt(text: str, settings: Settings) -> Prebuilt:
    answer = resolve(parse_spec(text), settings)
    assert isinstance(answer, Prebuilt)
    return answer


# The table of facts: latest 3.9 of uv releases, by the lists in their sources.
@pytest.mark.parametrize(
    ("spec", "version", "tag", "flavor"),
    [
        ("uv@0.2.22:3.9", "3.9.19", "20240415", "install_only"),
        ("uv@0.2.25:3.9", "3.9.19", "20240713", "install_only"),
        ("uv@0.2.30:3.9", "3.9.19", "20240726", "install_only_stripped"),
        ("uv@0.4.9:3.9", "3.9.20", "20240909", "install_only_stripped"),
        ("uv@0.5.5:3.9", "3.9.20", "20241016", "install_only_stripped"),
        ("uv@0.5.7:3.9", "3.9.21", "20241206", "install_only_stripped"),
        ("uv@0.7.8:3.9", "3.9.22", "20250409", "install_only_stripped"),
        ("uv@0.7.9:3.9", "3.9.22", "20250529", "install_only_stripped"),
        ("uv@0.12.5:3.9", "3.9.25", "20251031", "install_only_stripped"),
        ("uv@0.2.22:3.9.12", "3.9.12", "20220502", "install_only"),
        ("uv@0.12.5:3.9.12", "3.9.12", "20220502", "install_only"),
        ("uv@0.4.20:3.9.7", "3.9.7", "20211017", "install_only"),
        ("uv@0.4.22:3.9.7", "3.9.7", "20211017", "full"),
        ("uv@0.5.5:3.13t", "3.13.0", "20241016", "full"),
        ("uv@0.12.5:3.9.20+20241016", "3.9.20", "20241016", "install_only_stripped"),
        ("uv@0.12.5:3.9+20241016", "3.9.20", "20241016", "install_only_stripped"),
        ("uv@0.10.9:3.15", "3.15.0a6", "20260303", "install_only_stripped"),
        ("uv@0.8.18:3.13.7d", "3.13.7", "20250902", "full"),
    ],
)
def test_what_each_release_takes(spec: str, version: str, tag: str, flavor: str, offline: Settings) -> None:
    asset = prebuilt(f"{spec}#linux-x86_64-gnu", offline).asset
    assert (asset.version, asset.tag, asset.flavor) == (version, tag, flavor)
    assert asset.triple == "x86_64-unknown-linux-gnu"


def test_the_archive_of_the_ticket(offline: Settings) -> None:
    answer = prebuilt("uv@0.5.5:3.9.12#linux-x86_64-gnu", offline)
    name = "cpython-3.9.12+20220502-x86_64-unknown-linux-gnu-install_only.tar.gz"
    assert answer.asset.name == name
    assert answer.asset.sha256 == "ccca12f698b3b810d79c52f007078f520d588232a36bc12ede944ec3ea417816"
    assert answer.asset.hash_source == "uv 0.5.5's list"
    assert answer.asset.urls == (GITHUB.format("indygreg") + "20220502/" + name.replace("+", "%2B"),)
    assert answer.install_name == "cpython-3.9.12-linux-x86_64-gnu"
    assert answer.notes == ()


@pytest.mark.parametrize(
    ("spec", "hosts"),
    [
        ("uv@0.5.9:3.12", ["https://github.com/indygreg/"]),
        ("uv@0.5.10:3.12", ["https://github.com/astral-sh/"]),
        ("uv@0.10.7:3.12", ["https://github.com/astral-sh/"]),
        ("uv@0.10.8:3.12", ["https://releases.astral.sh/github/", "https://github.com/astral-sh/"]),
    ],
)
def test_where_it_is_asked_for(spec: str, hosts: list[str], offline: Settings) -> None:
    urls = prebuilt(f"{spec}#linux-x86_64-gnu", offline).asset.urls
    assert [url.startswith(host) for url, host in zip(urls, hosts, strict=True)] == [True] * len(hosts)


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("uv@0.12.5:3.13.1t#linux-x86_64-gnu", "cpython-3.13.1+freethreaded-linux-x86_64-gnu"),
        ("uv@0.12.5:3.12.8#macos-aarch64", "cpython-3.12.8-macos-aarch64-none"),
        ("uv@0.12.5:3.12.8#windows-x86", "cpython-3.12.8-windows-x86-none"),
        ("uv@0.12.5:3.13.3#linux-riscv64-gnu", "cpython-3.13.3-linux-riscv64gc-gnu"),
        ("uv@0.12.5:3.12.8#linux-x86_64_v3-gnu", "cpython-3.12.8-linux-x86_64_v3-gnu"),
    ],
)
def test_the_folder_it_installs_to(spec: str, name: str, offline: Settings) -> None:
    assert prebuilt(spec, offline).install_name == name


def test_a_hash_that_the_release_did_not_have(offline: Settings) -> None:
    answer = prebuilt("uv@0.5.10:3.9.7#linux-x86_64-gnu", offline)
    assert answer.asset.sha256 is not None
    assert answer.asset.hash_source == f"uv {data.releases('uv')[-1][0]}'s list"
    assert "uv 0.5.10 would not verify it" in answer.notes[0]


# As the releases themselves answered (tests/conformance asks them again).
@pytest.mark.parametrize(
    ("spec", "version"),
    [
        ("uv@0.4.9:3.13.0", "3.13.0rc2"),
        ("uv@0.4.19:3.13.0rc1", "3.13.0rc3"),
        ("uv@0.4.20:3.13.0a5", "3.13.0"),
        ("uv@0.8.20:3.13.0rc2", "3.13.0"),
        ("uv@0.8.20:3.13.0rc2t", "3.13.0"),
        ("uv@0.8.20:3.14.0rc1", "3.14.0rc1"),
        ("uv@0.8.20:3.14.0", "3.14.0rc3"),
        ("uv@0.9.0:3.13.0rc2", "3.13.0rc2"),
    ],
)
def test_prereleases(spec: str, version: str, offline: Settings) -> None:
    answer = prebuilt(f"{spec}#linux-x86_64-gnu", offline)
    assert answer.asset.version == version
    asked = spec.partition(":")[2].removesuffix("t")
    instead = [note for note in answer.notes if "asked for" in note and f"takes {version}" in note]
    assert len(instead) == (0 if asked == version else 1)


def test_builds_for_other_processors(offline: Settings) -> None:
    with pytest.raises(NoSuchBuildError) as caught:
        resolve(parse_spec("uv@0.12.5:3.8.5#macos-aarch64"), offline)
    assert "takes the build for macos-x86_64, which is `3.8.5#macos-x86_64`" in caught.value.hint
    for without in ("uv@0.7.2:3.8.5#macos-aarch64", "uv@0.12.5:3.99#macos-aarch64", "uv@0.12.5:3.8.5#linux-s390x-gnu"):
        with pytest.raises(NoSuchBuildError) as caught:
            resolve(parse_spec(without), offline)
        assert "such a machine" not in caught.value.hint
    assert "takes the windows-x86_64 build" in prebuilt("uv@0.12.5:3.12#windows-aarch64", offline).notes[0]
    assert prebuilt("uv@0.12.5:3.12#windows-x86_64", offline).notes == ()


def test_a_debug_build_that_a_list_has_for_a_default_one(offline: Settings) -> None:
    answer = prebuilt("uv@0.2.34:3.9.1#linux-x86_64-musl", offline)
    assert "-debug-" in answer.asset.name
    assert answer.install_name == "cpython-3.9.1-linux-x86_64-musl"


def test_later_versions_over_the_tree_of_the_first(offline: Settings) -> None:
    answer = prebuilt("uv@0.5.5,0.5.10,0.13.9:3.9#linux-x86_64-gnu", offline)
    assert str(answer.manager) == "uv 0.5.5, then 0.5.10, then 0.13.9"
    assert answer.asset.tag == "20241016", "what the first one downloaded"
    once = ["bin-python", "externally-managed"]
    twice = ["externally-managed", "sysconfig", "bin-python"]
    thrice = ["externally-managed", "sysconfig", "pkgconfig", "bin-python"]
    assert [change.name for change in answer.changes] == [*once, *twice, *thrice]
    with pytest.raises(SpecError, match=r"there is no uv 0\.5\.99"):
        resolve(parse_spec("uv@0.5.5,0.5.99:3.9"), offline)


@pytest.mark.parametrize(
    ("spec", "message", "hint"),
    [
        ("uv@0.5.5:3.99", "uv 0.5.5's list has no 3.99 for linux-x86_64-gnu", "it has Python 3.7 to 3."),
        ("uv@0.5.5:3.9.8", "has no 3.9.8", "3.9.7, 3.9.10"),
        ("uv@0.5.5:3.9.25", "has no 3.9.25", "3.9.25 is in the lists of uv 0.9.9 to"),
        ("uv@0.5.5:3.9.20+20250101", "a build date", "the 3.9.20 of uv 0.5.5 is 20241016; no uv ever had it"),
        ("uv@0.12.5:3.9.20+20240909", "one build of each version", "it was in the list of uv 0.4.9 to 0.4.1"),
        ("uv@0.5.5:3.9.25+20251031", "a build date", "uv 0.5.5 has no build of it"),
        ("uv@0.5.5:3.9+20240814", "a build date", "the 3.9.20 of uv 0.5.5 is 20241016"),
        ("uv@0.5.5:3.13d", "uv 0.5.5 cannot be asked for 3.13d", "since uv 0.8.18"),
        ("uv@0.4.20:3.13t", "uv 0.4.20 cannot be asked for 3.13t", "since uv 0.4.21"),
        ("uv@0.4.9:3.13.0rc2", "uv 0.4.9 cannot be asked for 3.13.0rc2", "since uv 0.4.11"),
        ("uv@0.9.1:3.15.0", "has no 3.15.0", "it has Python"),
        ("uv@0.5.5:3.12#linux-x86_64-musl", "uv 0.5.5 installs no builds for musl", "uv 0.3.5 to those before 0.6.6"),
        ("uv@0.5.5:3.12#linux-x86_64_v3-gnu", "for linux-x86_64_v3-gnu", "Python 3.12 is there for linux-aarch64-gnu"),
    ],
)
def test_what_it_does_not_have(spec: str, message: str, hint: str, offline: Settings) -> None:
    text = spec if "#" in spec else f"{spec}#linux-x86_64-gnu"
    with pytest.raises(NoSuchBuildError) as caught:
        resolve(parse_spec(text), offline)
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_macos_says_what_is_left_out(offline: Settings) -> None:
    assert "install name" in prebuilt("uv@0.5.19:3.12#macos-aarch64", offline).notes[-1]
    assert prebuilt("uv@0.5.18:3.12#macos-aarch64", offline).notes == ()


ENTRY: dict[str, Any] = {
    "name": "cpython",
    "arch": {"family": "x86_64", "variant": None},
    "os": "linux",
    "libc": "gnu",
    "major": 3,
    "minor": 9,
    "patch": 99,
    "prerelease": "",
    "url": "file:///srv/cpython-3.9.99%2B20300101-x86_64-unknown-linux-gnu-install_only.tar.gz",
    "sha256": None,
    "variant": None,
    "build": "20300101",
}


def listing(*entries: dict[str, Any]) -> str:
    return json.dumps({str(number): entry for number, entry in enumerate(entries)})


def test_a_list_of_the_users_own(tmp_path: Path, offline: Settings) -> None:
    path = tmp_path / "list.json"
    unreadable = {"name": "cpython", "arch": 3}
    path.write_text(listing(ENTRY, unreadable, {**ENTRY, "name": "pypy"}, {**ENTRY, "minor": 10}))
    own = replace(offline, downloads_json=str(path))
    answer = prebuilt("uv@0.12.5:3.9#linux-x86_64-gnu", own)
    assert (answer.asset.version, answer.asset.tag, answer.asset.sha256) == ("3.9.99", "20300101", None)
    assert answer.asset.urls == (ENTRY["url"],)
    assert "chosen from the list that was given" in answer.notes
    assert "uv 0.5.5 itself could not be given a list" in " ".join(prebuilt("uv@0.5.5:3.9#linux-x86_64-gnu", own).notes)
    with pytest.raises(NoSuchBuildError, match=r"has no 3\.8") as caught:
        resolve(parse_spec("uv:3.8#linux-x86_64-gnu"), own)
    assert "it has Python 3.9 to 3.10" in caught.value.hint


def test_a_list_whose_names_say_nothing(tmp_path: Path, offline: Settings) -> None:
    path = tmp_path / "list.json"
    path.write_text(
        listing({**ENTRY, "url": "http://h/20300101/python.tar.zst", "variant": "freethreaded", "sha256": "ab"})
    )
    asset = prebuilt("uv@0.12.5:3.9t#linux-x86_64-gnu", replace(offline, downloads_json=str(path))).asset
    assert (asset.name, asset.version, asset.tag, asset.flavor) == ("python.tar.zst", "3.9.99", "20300101", "full")
    assert (asset.triple, asset.build_options) == ("x86_64-unknown-linux-gnu", ("freethreaded",))
    assert asset.sha256 == "ab"


@pytest.mark.parametrize("text", ["[]", "nonsense", "3"])
def test_a_list_that_is_none(text: str, tmp_path: Path, offline: Settings) -> None:
    path = tmp_path / "list.json"
    path.write_text(text)
    with pytest.raises(DownloadError, match=r"list\.json is not a download list of uv"):
        resolve(parse_spec("uv:3.9"), replace(offline, downloads_json=str(path)))
    with pytest.raises(DownloadError, match=r"absent\.json"):
        resolve(parse_spec("uv:3.9"), replace(offline, downloads_json=str(tmp_path / "absent.json")))


def test_a_mirror_with_a_list_of_its_own(httpserver: HTTPServer, settings: Settings) -> None:
    httpserver.expect_request("/pbs/download-metadata.json").respond_with_data(listing(ENTRY))
    answer = prebuilt("uv@0.5.5:3.9#linux-x86_64-gnu", replace(settings, mirror=httpserver.url_for("/pbs/")))
    assert answer.asset.version == "3.9.99"
    assert "the mirror's own list" in answer.notes[0]


def test_a_mirror_without_a_list(httpserver: HTTPServer, settings: Settings) -> None:
    httpserver.expect_request("/download-metadata.json").respond_with_data("", status=404)
    answer = prebuilt("uv@0.5.5:3.9#linux-x86_64-gnu", replace(settings, mirror=httpserver.url_for("")))
    assert answer.asset.version == "3.9.20"
    assert answer.asset.urls[0].startswith("https://github.com/")


def test_a_newer_uv_brings_its_list(
    httpserver: HTTPServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_ordered_request("/99.0.0/list.json").respond_with_data(listing(ENTRY))
    monkeypatch.setattr(uv_list, "AT_TAG", httpserver.url_for("/{version}/list.json"))
    first = prebuilt("uv@99.0.0:3.9#linux-x86_64-gnu", settings)
    assert first.asset.version == "3.9.99"
    assert "chosen from uv 99.0.0's own list" in first.notes[0]
    # The list at a tag cannot change: the second time nothing is asked, nor does it matter that the network is gone.
    assert prebuilt("uv@99.0.0:3.9#linux-x86_64-gnu", settings) == first
    assert prebuilt("uv@99.0.0:3.9#linux-x86_64-gnu", replace(settings, offline=True)) == first
    httpserver.check()


def test_a_newer_uv_whose_list_cannot_be_had(offline: Settings) -> None:
    answer = prebuilt("uv@99.0.0:3.9#linux-x86_64-gnu", offline)
    newest = data.releases("uv")[-1][0]
    assert answer.asset.version == "3.9.25"
    assert answer.asset.hash_source == f"uv {newest}'s list"
    assert f"chosen from the list of uv {newest}, which may lack newer builds" in answer.notes[0]


def test_a_build_date_can_be_asked_for_since_0_8_14(settings: Settings) -> None:
    dated = resolve(parse_spec("uv@0.8.14:3.9+20241016#linux-x86_64-gnu"), settings)
    assert isinstance(dated, Prebuilt)
    assert (dated.asset.version, dated.asset.tag) == ("3.9.20", "20241016")
    assert "UV_PYTHON_CPYTHON_BUILD=20241016" in "".join(dated.notes)
    with pytest.raises(NoSuchBuildError, match=r"uv 0\.8\.13, which cannot be asked for a build date"):
        resolve(parse_spec("uv@0.8.13:3.9+20241016#linux-x86_64-gnu"), settings)
    # The build that it takes anyway may be named by its date.
    same = resolve(parse_spec("uv@0.5.5:3.9+20241016#linux-x86_64-gnu"), settings)
    assert isinstance(same, Prebuilt)
    assert same.asset.version == "3.9.20"
