"""The managers without a list of their own: pbs, pyenv, path; and the requests that need none: host and archives."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from pydiff.errors import DownloadError, InstallError, NoSuchBuildError, SpecError
from pydiff.managers import interpreters, names_list, parse_spec, pbs_index, resolve
from pydiff.model.resolution import InPlace, Prebuilt, Repack, Resolution
from pydiff.model.settings import Settings

GNU = "x86_64-unknown-linux-gnu"
ARCHIVE = f"cpython-3.9.20+20241016-{GNU}-install_only.tar.gz"


def interpreter(path: Path, version: str, kind: str = "CPython") -> None:
    """Stands for an interpreter; `_ask` reads what a real one would say."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{kind} {version}\n")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with pyenv's 3.9.2 and 3.9.18, a shim on PATH, and 3.10 and a PyPy on PATH."""
    for version in ("3.9.2", "3.9.18", "3.13.0t", "3.8-dev", "pypy3.10"):
        minor = ".".join(version.split(".")[:2]) + ("t" if version.endswith("t") else "")
        interpreter(tmp_path / "pyenv/versions" / version / "bin" / f"python{minor}", version.removesuffix("t"))
    (tmp_path / "pyenv/versions/3.9.19").mkdir()
    shim = tmp_path / "shims/python3.10"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\nexit 1\n")
    shim.chmod(0o755)
    interpreter(tmp_path / "bin/python3.10", "3.10.4")
    interpreter(tmp_path / "bin/python3.7", "3.7.1", kind="PyPy")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", f"{tmp_path}/shims:{tmp_path}/bin")
    monkeypatch.setattr(interpreters, "ask", _ask)
    return tmp_path


def _ask(path: Path) -> SimpleNamespace:
    """In place of `pydiff.interpreter.ask`."""
    if not path.is_file():
        raise InstallError("does not answer")
    kind, version = path.read_text().split()
    minor = ".".join(version.split(".")[:2])
    return SimpleNamespace(implementation=kind, version=version, minor_text=minor, executable=path, abiflags="")


def answer(text: str, settings: Settings) -> Resolution:
    return resolve(parse_spec(text), settings)


# ------------------------------------------------------------------------------------------------------------------------ pbs


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("pbs:3.9.20+20241016", f"cpython-3.9.20+20241016-{GNU}-install_only_stripped.tar.gz"),
        ("pbs:3.9", f"cpython-3.9.25+20251031-{GNU}-install_only_stripped.tar.gz"),
        ("pbs:3.9.12", f"cpython-3.9.12+20220502-{GNU}-install_only.tar.gz"),
        ("pbs:3.9.7", f"cpython-3.9.7-{GNU}-install_only-20211017T1616.tar.gz"),
        ("pbs:3.13.0t+20241016", f"cpython-3.13.0+20241016-{GNU}-freethreaded+pgo+lto-full.tar.zst"),
        ("pbs:3.9.20d+20241016", f"cpython-3.9.20+20241016-{GNU}-debug-full.tar.zst"),
        ("pbs:3.14.0rc2", f"cpython-3.14.0rc2+20250902-{GNU}-install_only_stripped.tar.gz"),
        # Withdrawn from the list of releases, but uv remembers it.
        ("pbs:3.14.0rc1+20250808", f"cpython-3.14.0rc1+20250808-{GNU}-install_only_stripped.tar.gz"),
    ],
)
def test_pbs_takes_the_archive_itself(spec: str, name: str, settings: Settings) -> None:
    found = answer(f"{spec}#linux-x86_64-gnu", settings)
    assert isinstance(found, Prebuilt)
    assert found.asset.name == name
    assert found.asset.urls[0].endswith(
        f"/astral-sh/python-build-standalone/releases/download/{found.asset.tag}/{name.replace('+', '%2B')}"
    )
    assert (found.changes, str(found.manager)) == ((), "pbs")


def test_pbs_as_of_a_day(settings: Settings) -> None:
    found = answer("pbs:3.9#linux-x86_64-gnu", replace(settings, as_of=date(2024, 10, 20)))
    assert isinstance(found, Prebuilt)
    assert found.asset.tag == "20241016"


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ("pbs:3.9.20+20230101", "releases that have it: 20240909, 20241002, 20241008, 20241016"),
        ("pbs:3.9.99", "3.9.24, 3.9.25"),
        ("pbs:3.99", "no Python 3.99 was released for linux-x86_64-gnu"),
    ],
)
def test_what_pbs_never_released(spec: str, hint: str, settings: Settings) -> None:
    with pytest.raises(NoSuchBuildError) as caught:
        answer(f"{spec}#linux-x86_64-gnu", settings)
    assert hint in caught.value.hint


NEW = f"cpython-3.9.30+20990101-{GNU}-install_only.tar.gz"
NEWER = f"cpython-3.9.31+20990201-{GNU}-install_only_stripped.tar.gz"
DIGEST = "ab" * 32


def line(version: str, *artifacts: tuple[str, object]) -> bytes:
    """A line of the index; `artifacts` are (file name, sha256)."""
    base = "https://github.com/astral-sh/python-build-standalone/releases/download"
    tag = version.partition("+")[2]
    found = [
        {
            "url": f"{base}/{tag}/{name.replace('+', '%2B')}",
            "sha256": sha256,
            "platform": GNU,
            "variant": "install_only",
        }
        for name, sha256 in artifacts
    ]
    return json.dumps({"version": version, "date": "2099-01-01T00:00:00Z", "artifacts": found}).encode() + b"\n"


INDEX = line("3.9.31+20990201", (NEWER, "cd" * 32)) + line("3.9.30+20990101", (NEW, DIGEST)) + line("3.9.25+20251031")


@pytest.fixture
def newest(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    """The two lists that are asked for a release newer than the shipped names, at a server that has neither yet."""
    monkeypatch.setattr("pydiff.managers.pbs.NEWEST", httpserver.url_for("/{triple}.gz"))
    monkeypatch.setattr("pydiff.managers.pbs_index.URL", httpserver.url_for("/index.ndjson"))
    return httpserver


def asked_for(server: HTTPServer) -> list[str]:
    return [request.path for request, _ in server.log]


def test_a_release_newer_than_the_table(newest: HTTPServer, settings: Settings) -> None:
    with pytest.raises(NoSuchBuildError, match="newer than pydiff's table") as caught:
        answer("pbs:3.9.30+20990101#linux-x86_64-gnu", replace(settings, offline=True))
    assert "path instead of its version" in caught.value.hint
    assert asked_for(newest) == []
    newest.expect_request("/index.ndjson").respond_with_data(INDEX)
    found = answer("pbs:3.9.30+20990101#linux-x86_64-gnu", settings)
    assert isinstance(found, Prebuilt)
    assert found.asset.name == NEW
    assert found.asset.urls[0].endswith(f"/20990101/{NEW.replace('+', '%2B')}")
    assert (found.asset.sha256, found.asset.hash_source) == (DIGEST, "the index of PBS releases")
    assert found.notes == (f"chosen from {newest.url_for('/index.ndjson')}",)
    assert asked_for(newest) == ["/index.ndjson"]


def test_what_the_index_said_is_kept(newest: HTTPServer, settings: Settings) -> None:
    """Asked once; and then a request without a tag knows of it too, also offline."""
    plain = "pbs:3.9#linux-x86_64-gnu"
    before = answer(plain, settings)
    assert isinstance(before, Prebuilt)
    assert (before.asset.tag, before.notes, asked_for(newest)) == ("20251031", (), [])
    newest.expect_ordered_request("/index.ndjson").respond_with_data(INDEX)
    answer("pbs:3.9.30+20990101#linux-x86_64-gnu", settings)
    for chosen in (settings, replace(settings, offline=True)):
        after = answer(plain, chosen)
        assert isinstance(after, Prebuilt)
        assert (after.asset.name, after.asset.sha256) == (NEWER, "cd" * 32)
        assert after.notes == (f"chosen from {newest.url_for('/index.ndjson')} (asked in an earlier run)",)
    other = answer("pbs:3.9.12#linux-x86_64-gnu", settings)
    assert isinstance(other, Prebuilt)
    assert other.notes == ()
    assert asked_for(newest) == ["/index.ndjson"]


def test_an_old_extract_is_better_than_none(
    newest: HTTPServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest.expect_ordered_request("/index.ndjson").respond_with_data(INDEX)
    newest.expect_ordered_request("/index.ndjson").respond_with_data("gone", status=404)
    answer("pbs:3.9.30+20990101#linux-x86_64-gnu", settings)
    kept = next((settings.cache_dir / "lists").glob("pbs-after-*.json"))
    os.utime(kept, (0, 0))
    found = answer("pbs:3.9.30+20990101#linux-x86_64-gnu", settings)
    assert found.notes == (f"chosen from {newest.url_for('/index.ndjson')} (asked in an earlier run)",)
    assert asked_for(newest) == ["/index.ndjson", "/index.ndjson"]
    kept.write_text("{")
    with pytest.raises(NoSuchBuildError, match="no newer table could be had"):
        answer("pbs:3.9.30+20990101#linux-x86_64-gnu", replace(settings, offline=True))


def test_as_of_cuts_the_index(newest: HTTPServer, settings: Settings) -> None:
    newest.expect_request("/index.ndjson").respond_with_data(INDEX)
    january = replace(settings, as_of=date(2099, 1, 15))
    with pytest.raises(NoSuchBuildError, match=r"have no 3\.9\.31\+20990201"):
        answer("pbs:3.9.31+20990201#linux-x86_64-gnu", january)
    with pytest.raises(NoSuchBuildError):
        answer("pbs:3.9.30+20990101#linux-x86_64-gnu", replace(settings, as_of=date(2025, 1, 1)))
    assert asked_for(newest) == []
    for request in ("3.9.30+20990101", "3.9"):
        found = answer(f"pbs:{request}#linux-x86_64-gnu", january)
        assert isinstance(found, Prebuilt)
        assert found.asset.name == NEW


@pytest.mark.parametrize(("status", "body"), [(404, b"gone"), (200, line("3.9.31+20990201", (NEWER, None)))])
def test_mise_s_list_answers_where_the_index_does_not(
    status: int, body: bytes, newest: HTTPServer, settings: Settings
) -> None:
    newest.expect_request("/index.ndjson").respond_with_data(body, status=status)
    newest.expect_request(f"/{GNU}.gz").respond_with_data(f"{NEW}\nunreadable\n")
    found = answer("pbs:3.9.30+20990101#linux-x86_64-gnu", settings)
    assert isinstance(found, Prebuilt)
    assert (found.asset.name, found.asset.sha256) == (NEW, None)
    assert found.notes == (f"chosen from {newest.url_for(f'/{GNU}.gz')}",)


def test_a_release_that_neither_list_has(newest: HTTPServer, settings: Settings) -> None:
    newest.expect_request("/index.ndjson").respond_with_data(INDEX)
    newest.expect_request(f"/{GNU}.gz").respond_with_data("", status=404)
    with pytest.raises(NoSuchBuildError, match="up to 20990201 have no"):
        answer("pbs:3.9.30+20990115#linux-x86_64-gnu", settings)


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\n\n",
        b"<html>\n",
        b"[" * 200_000,
        b'{"version": 1, "artifacts": []}\n',
        b'{"version": "3.9.30+20990101"}\n',
        b"\xff\xfe\x00\n",
        b"x" * 2_000 + b"\n" + INDEX,
    ],
)
def test_an_index_that_is_none(
    hostile: bytes, newest: HTTPServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is kept, and mise's list is asked."""
    monkeypatch.setattr("pydiff.managers.pbs_index._LINE_LIMIT", 1_999)
    newest.expect_request("/index.ndjson").respond_with_data(hostile)
    newest.expect_request(f"/{GNU}.gz").respond_with_data(NEW)
    found = answer("pbs:3.9.30+20990101#linux-x86_64-gnu", settings)
    assert found.notes == (f"chosen from {newest.url_for(f'/{GNU}.gz')}",)
    assert not list((settings.cache_dir / "lists").glob("pbs-after-*"))


def test_an_index_that_is_too_large(newest: HTTPServer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pydiff.managers.pbs_index._LIMIT", 100)
    newest.expect_request("/index.ndjson").respond_with_data(INDEX)
    newest.expect_request(f"/{GNU}.gz").respond_with_data(NEW)
    found = answer("pbs:3.9.30+20990101#linux-x86_64-gnu", settings)
    assert found.notes == (f"chosen from {newest.url_for(f'/{GNU}.gz')}",)


def test_lines_of_the_index_that_do_not_fit_are_passed_over(newest: HTTPServer, settings: Settings) -> None:
    """A file under another release, a name that is none, a hash that is none: only what reads as that release's archive counts."""
    wrong = line(
        "3.9.30+20990101",
        (NEWER, DIGEST),
        ("../../evil.tar.gz", DIGEST),
        (NEW, "../../evil"),
        (NEW.replace("x86_64", "pdp11"), DIGEST),
    )
    newest.expect_request("/index.ndjson").respond_with_data(
        b'{"version": "3.9.30+20990101", "artifacts": [1, {"url": 2}]}\n' + wrong
    )
    found = answer("pbs:3.9.30+20990101#linux-x86_64-gnu", settings)
    assert isinstance(found, Prebuilt)
    assert (found.asset.name, found.asset.sha256, found.asset.hash_source) == (NEW, None, "")
    kept = next((settings.cache_dir / "lists").glob("pbs-after-*.json"))
    assert json.loads(kept.read_bytes())["hashes"] == {NEW: None}


@given(st.binary(max_size=300), st.recursive(st.none() | st.text() | st.integers(), st.lists, max_leaves=5))
@examples(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_index_holds(tmp_path: Path, garbage: bytes, value: object) -> None:
    """It yields archives or says that it is no index, and nothing else."""
    whole = tmp_path / "index"
    records = [{"version": "3.9.30+20990101", "artifacts": value}, {"version": value, "artifacts": []}, value]
    whole.write_bytes(garbage + b"\n" + b"\n".join(json.dumps(record).encode() for record in records))
    with contextlib.suppress(DownloadError):
        assert list(pbs_index._newer(whole, "20260101")) == []


def test_the_newest_release_of_the_table() -> None:
    assert names_list.newest_tag() >= "20260814"


# ------------------------------------------------------------------------------------------------------------------- archives


def test_an_archive_by_path(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ARCHIVE).touch()
    monkeypatch.chdir(tmp_path)
    found = answer(f"uv@0.8.14:./{ARCHIVE}", settings)
    assert isinstance(found, Prebuilt)
    assert (found.asset.path, found.asset.urls) == (str(tmp_path / ARCHIVE), ())
    # A file of that name may hold anything: it must not be measured against the hash of the release.
    assert found.asset.sha256 is None
    assert [change.name for change in found.changes][-1] == "build-file"
    assert found.install_name == "cpython-3.9.20-linux-x86_64-gnu"
    assert str(found.spec.target) == "linux-x86_64-gnu"
    bare = answer(f"pbs:{ARCHIVE}", settings)
    assert isinstance(bare, Prebuilt)
    assert bare.changes == ()


def test_an_archive_for_another_machine(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "cpython-3.12.8+20241206-aarch64-apple-darwin-install_only.tar.gz"
    path.touch()
    found = answer(f"mise@2025.6.0:{path}", settings)
    assert str(found.spec.target) == "macos-aarch64"
    with pytest.raises(SpecError, match="is for macos-aarch64, not for windows-x86"):
        answer(f"mise@2025.6.0:{path}#windows-x86", settings)


def test_an_archive_by_url(settings: Settings) -> None:
    released = f"https://github.com/indygreg/python-build-standalone/releases/download/20241016/{ARCHIVE}"
    found = answer(f"uv@0.5.5:{released.replace('_only', '_only_stripped')}", settings)
    assert isinstance(found, Prebuilt)
    assert (found.asset.sha256 or "").startswith("44d9d016")
    elsewhere = answer(f"uv@0.5.5:https://h/python-build-standalone/releases/download/{ARCHIVE}", settings)
    assert isinstance(elsewhere, Prebuilt)
    assert elsewhere.asset.sha256 is None
    assert elsewhere.asset.urls == (f"https://h/python-build-standalone/releases/download/{ARCHIVE}",)


def test_archives_that_say_nothing(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "python.tar.gz").touch()
    with pytest.raises(SpecError, match=r"python\.tar\.gz is not named as a PBS archive") as caught:
        answer(f"uv@0.5.5:{tmp_path}/python.tar.gz", settings)
    assert "rename it in the form cpython-" in caught.value.hint
    with pytest.raises(SpecError, match="no archive at"):
        answer(f"uv@0.5.5:{tmp_path}/{ARCHIVE}", settings)


# ----------------------------------------------------------------------------------------------------------------------- host


def test_host_is_the_interpreter_that_runs_pydiff(settings: Settings) -> None:
    found = answer("uv@0.8.14:host", settings)
    assert isinstance(found, Repack)
    assert Path(found.interpreter).samefile(getattr(sys, "_base_executable", sys.executable))
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    # Without a release there is nothing to write into BUILD.
    assert [change.name for change in found.changes] == ["bin-python", "externally-managed", "sysconfig", "pkgconfig"]
    assert "not a release" in found.notes[0]


@pytest.mark.parametrize(("spec", "names"), [("pbs:host", []), ("mise@2024.12.15:host", ["sysconfig", "bin-python"])])
def test_host_under_other_managers(spec: str, names: list[str], settings: Settings) -> None:
    found = answer(spec, settings)
    assert isinstance(found, Repack)
    assert [change.name for change in found.changes] == names


def test_host_of_another_version(machine: Path, settings: Settings) -> None:
    found = answer("uv@0.5.5:host-3.9", settings)
    assert isinstance(found, Repack)
    assert (found.interpreter, found.version) == (str(machine / "pyenv/versions/3.9.18/bin/python3.9"), "3.9.18")
    assert found.install_name == "cpython-3.9.18-linux-x86_64-gnu"
    on_path = answer("uv@0.5.5:host-3.10", settings)
    assert isinstance(on_path, Repack)
    assert (on_path.interpreter, on_path.version) == (str(machine / "bin/python3.10"), "3.10.4")


@pytest.mark.parametrize("minor", ["3.7", "3.6", "3.13"])
def test_no_such_host(minor: str, machine: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """3.7 is a PyPy, 3.6 is not there, 3.13 is free-threaded."""
    monkeypatch.setattr(interpreters, "running", lambda: interpreters.Found(Path("/x"), "3.11.0", ""))
    with pytest.raises(SpecError, match=f"no Python {minor} on this machine") as caught:
        answer(f"host-{minor}", settings)
    assert "3.9, 3.11" in caught.value.hint


def test_the_running_interpreter_may_be_the_one(
    machine: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreters, "running", lambda: interpreters.Found(machine / "x", "3.6.1", ""))
    found = answer("uv@0.5.5:host-3.6", settings)
    assert isinstance(found, Repack)
    assert found.interpreter == str(machine / "x")


# ------------------------------------------------------------------------------------------------------------------- in place


@pytest.mark.parametrize(
    ("spec", "folder", "version"),
    [("pyenv:3.9", "3.9.18", "3.9.18"), ("pyenv:3.9.2", "3.9.2", "3.9.2"), ("pyenv:3.13t", "3.13.0t", "3.13.0")],
)
def test_pyenv(spec: str, folder: str, version: str, machine: Path, settings: Settings) -> None:
    found = answer(spec, settings)
    assert isinstance(found, InPlace)
    assert found.version == version
    assert f"/versions/{folder}/bin/python" in found.interpreter


@pytest.mark.parametrize("spec", ["pyenv:3.9.19", "pyenv:3.4", "pyenv:3.13"])
def test_pyenv_has_no_such(spec: str, machine: Path, settings: Settings) -> None:
    with pytest.raises(NoSuchBuildError, match="pyenv has no Python") as caught:
        answer(spec, settings)
    assert "3.9.2, 3.9.18" in caught.value.hint


def test_pyenv_without_pyenv(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    with pytest.raises(NoSuchBuildError) as caught:
        answer("pyenv:3.9", settings)
    assert caught.value.hint.endswith("none")


@pytest.mark.parametrize("spec", ["pyenv:3.9+20241016", "pyenv:3.9#windows-x86"])
def test_pyenv_builds_here(spec: str, settings: Settings) -> None:
    with pytest.raises(SpecError, match="built on this machine"):
        answer(spec, settings)


def test_path(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = tmp_path / "mypython"
    link.symlink_to(sys.executable)
    version = ".".join(map(str, sys.version_info[:3]))
    found = answer(f"path:{link}", settings)
    assert isinstance(found, InPlace)
    assert (found.interpreter, found.version) == (str(link), version)
    monkeypatch.setenv("PATH", str(tmp_path))
    by_name = answer("path:mypython", settings)
    assert isinstance(by_name, InPlace)
    assert by_name.interpreter == str(link)


def test_paths_that_are_no_interpreter(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no interpreter at"):
        answer(f"path:{tmp_path}/nothing", settings)
    with pytest.raises(SpecError, match="no interpreter at no-such-program"):
        answer("path:no-such-program", settings)
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    with pytest.raises(SpecError, match="does not answer as a Python 3 interpreter"):
        answer(f"path:{broken}", settings)
