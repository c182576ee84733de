"""pipx: the newest release of PBS and nothing else."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pytest_httpserver import HTTPServer

from pydiff.errors import NoSuchBuildError, SpecError
from pydiff.managers import names_list, parse_spec, pipx, resolve
from pydiff.managers.pipx import pick
from pydiff.model.resolution import Prebuilt, Unpacking
from pydiff.model.settings import Settings
from pydiff.model.spec import VersionRequest

APRIL_2024, AUGUST_2026 = date(2024, 4, 20), date(2026, 8, 14)
HOST = "https://github.com/astral-sh/python-build-standalone/releases/download"
END = "-install_only.tar.gz"


def prebuilt(text: str, settings: Settings, day: date | None = None) -> Prebuilt:
    answer = resolve(parse_spec(text), replace(settings, as_of=day))
    assert isinstance(answer, Prebuilt)
    return answer


@pytest.mark.parametrize(
    ("spec", "day", "name"),
    [
        ("pipx@1.5.0:3.12#linux-x86_64-gnu", APRIL_2024, "3.12.3+20240415-x86_64_v3-unknown-linux-gnu"),
        ("pipx@1.5.0:3.12#linux-x86_64-musl", APRIL_2024, "3.12.3+20240415-x86_64_v3-unknown-linux-musl"),
        ("pipx@1.6.0:3.12#linux-x86_64-gnu", APRIL_2024, "3.12.3+20240415-x86_64-unknown-linux-gnu"),
        ("pipx@1.7.0:3.12#linux-x86_64-gnu", APRIL_2024, "3.12.3+20240415-x86_64_v3-unknown-linux-gnu"),
        ("pipx@1.7.0:3.8#linux-x86_64-gnu", APRIL_2024, "3.8.19+20240415-x86_64-unknown-linux-gnu"),
        ("pipx@1.7.0:3.12#windows-x86_64", APRIL_2024, "3.12.3+20240415-x86_64-pc-windows-msvc-shared"),
        ("pipx@1.8.0:3.12#windows-x86_64", AUGUST_2026, "3.12.14+20260814-x86_64-pc-windows-msvc"),
        ("pipx@1.18.4:3.12#windows-aarch64", AUGUST_2026, "3.12.14+20260814-aarch64-pc-windows-msvc"),
        ("pipx@1.18.4:3.12#macos-aarch64", AUGUST_2026, "3.12.14+20260814-aarch64-apple-darwin"),
        ("pipx@1.18.4:3.12.14#linux-aarch64-gnu", AUGUST_2026, "3.12.14+20260814-aarch64-unknown-linux-gnu"),
        ("pipx@1.18.4:3.12#linux-x86_64_v3-gnu", AUGUST_2026, "3.12.14+20260814-x86_64_v3-unknown-linux-gnu"),
    ],
)
def test_what_it_takes(spec: str, day: date, name: str, settings: Settings) -> None:
    answer = prebuilt(spec, settings, day)
    assert answer.asset.name == f"cpython-{name}{END}"
    assert answer.asset.urls == (f"{HOST}/{answer.asset.tag}/{answer.asset.name.replace('+', '%2B')}",)
    assert answer.install_name == spec.partition(":")[2].partition("#")[0]
    assert answer.changes == ()
    assert f"{answer.spec.target.triple}-" in answer.asset.name
    assert any("keeps its list for 30 days" in note for note in answer.notes)


def test_a_pre_release_counts_as_the_version_that_it_will_be(settings: Settings) -> None:
    answer = prebuilt("pipx@1.18.4:3.15#macos-aarch64", settings, AUGUST_2026)
    assert answer.asset.version == "3.15.0rc1"
    assert "takes 3.15.0rc1 for the version that it will be" in answer.notes[-1]


def test_versions_as_text() -> None:
    names = [f"cpython-3.12.{patch}+20250529-x86_64-apple-darwin{END}" for patch in (1, 10)]
    request = VersionRequest(3, 12, 1)
    assert pick(names, request, "1.5.0", (END,)) == names[1]
    assert pick(names, request, "1.6.0", (END,)) == names[0]
    assert pick([], request, "1.6.0", (END,)) is None


@pytest.mark.parametrize(
    ("release", "modes"), [("1.5.0", "tarfile"), ("1.15.0", "tarfile"), ("1.15.1", "tarfile+data")]
)
def test_how_it_unpacks(release: str, modes: str, settings: Settings) -> None:
    expected = Unpacking(modes)  # type: ignore[arg-type]
    assert prebuilt(f"pipx@{release}:3.12#macos-aarch64", settings, AUGUST_2026).unpacking == expected


def test_files_of_hashes_that_are_no_more(settings: Settings) -> None:
    spec = "pipx@1.7.0:3.12#linux-x86_64-gnu"
    assert "pipx 1.7.0 itself fails on this release" in prebuilt(spec, settings, AUGUST_2026).notes[-1]
    assert len(prebuilt(spec, settings, date(2025, 7, 1)).notes) == 1
    assert len(prebuilt(spec.replace("1.7.0", "1.8.0"), settings, AUGUST_2026).notes) == 1


@pytest.mark.parametrize(
    ("spec", "message", "hint"),
    [
        ("pipx@1.18.4:3.9#linux-x86_64-gnu", "20260814 has no 3.9 for linux-x86_64-gnu", "--as-of DATE does"),
        ("pipx@1.18.4:3.12.1#linux-x86_64-gnu", "has no 3.12.1 for", "it has 3.10."),
        (
            "pipx@1.18.4:3.12#linux-s390x-gnu",
            "pipx 1.18.4 has no Pythons for linux-s390x-gnu",
            "uv:3.12#linux-s390x-gnu",
        ),
        ("pipx@1.18.4:3.12#linux-aarch64-musl", "has no Pythons for linux-aarch64-musl", "uv:3.12"),
        ("pipx@1.15.0:3.12#windows-aarch64", "pipx 1.15.0 has no Pythons for windows-aarch64", "uv:3.12"),
        ("pipx@1.7.0:3.12#windows-x86_64", "has no 3.12", "no build that ends in -x86_64-pc-windows-msvc-shared"),
        ("pipx@1.6.0:3.12#linux-x86_64_v3-gnu", "has no Pythons for linux-x86_64_v3-gnu", "uv has"),
        ("pipx:3.13t", "pipx cannot be asked for 3.13t", "uv:3.13t"),
        ("pipx:3.15.0rc1", "pipx cannot be asked for 3.15.0rc1", "uv can"),
        ("pipx:3.12+20240415#linux-x86_64-gnu", "a build date", "it takes 3.12.14+20260814"),
    ],
)
def test_what_it_does_not_have(spec: str, message: str, hint: str, settings: Settings) -> None:
    with pytest.raises(NoSuchBuildError) as caught:
        resolve(parse_spec(spec), replace(settings, as_of=AUGUST_2026))
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_a_day_after_the_table(settings: Settings) -> None:
    last = date.fromisoformat(names_list.newest_tag())
    spec = "pipx@1.18.4:3.12#linux-x86_64-gnu"
    ended = "pydiff's table of archives ends with"
    assert not any(ended in note for note in prebuilt(spec, settings, last).notes)
    assert "pydiff's table of archives ends with" in prebuilt(spec, settings, last + timedelta(days=1)).notes[-1]


def test_versions_of_pipx(settings: Settings) -> None:
    assert prebuilt("pipx:3.12#macos-aarch64", settings, APRIL_2024).manager.version == "1.5.0"
    with pytest.raises(SpecError, match=r"pipx 1\.4\.3 cannot be imitated: before 1\.5\.0"):
        resolve(parse_spec("pipx@1.4.3:3.12"), settings)


NEW = f"cpython-3.12.99+20300101-aarch64-apple-darwin{END}"
MAC = "pipx@1.18.4:3.12#macos-aarch64"


def release_page(*assets: object) -> str:
    return json.dumps({"assets": list(assets)})


def entry(name: str, digest: object) -> dict[str, object]:
    return {"browser_download_url": f"{HOST}/20300101/{name.replace('+', '%2B')}", "digest": digest}


def test_the_release_as_it_is_now(httpserver: HTTPServer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sums = entry("SHA256SUMS", None)
    httpserver.expect_ordered_request("/latest").respond_with_data(release_page(entry(NEW, f"sha256:{'a' * 64}"), sums))
    monkeypatch.setattr(pipx, "LATEST", httpserver.url_for("/latest"))
    for _ in range(2):  # kept for an hour
        asset = prebuilt(MAC, settings).asset
        assert (asset.name, asset.sha256, asset.hash_source) == (NEW, "a" * 64, "the latest PBS release")


@pytest.mark.parametrize("digest", [None, "md5:00", 3])
def test_a_release_without_hashes(
    digest: object, httpserver: HTTPServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/latest").respond_with_data(release_page(entry(NEW, digest)))
    monkeypatch.setattr(pipx, "LATEST", httpserver.url_for("/latest"))
    asset = prebuilt(MAC, settings).asset
    assert (asset.name, asset.sha256, asset.hash_source) == (NEW, None, "")


@pytest.mark.parametrize("body", ["", "[]", '{"assets": 3}', '{"assets": [{}]}', '{"assets": [3]}'])
def test_an_answer_that_is_none(
    body: str, httpserver: HTTPServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/latest").respond_with_data(body)
    monkeypatch.setattr(pipx, "LATEST", httpserver.url_for("/latest"))
    assert "could not be asked" in prebuilt(MAC, settings).notes[-1]


def test_offline(settings: Settings) -> None:
    answer = prebuilt(MAC, replace(settings, offline=True))
    assert answer.asset.version.startswith("3.12.")
    assert "could not be asked; chosen from the newest that pydiff knows" in answer.notes[-1]


def test_a_mirror_with_a_list_of_its_own(httpserver: HTTPServer, settings: Settings) -> None:
    body = gzip.compress(f"{NEW}\n{NEW.replace('20300101', '20290101')}\n".encode())
    httpserver.expect_request("/python-precompiled-aarch64-apple-darwin.gz").respond_with_data(body)
    answer = prebuilt(MAC, replace(settings, mirror=httpserver.url_for("")))
    assert answer.asset.name == NEW
    assert "the mirror's own list" in answer.notes[0]
