"""Finding and verifying sources."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from pydiff.build import index, lookup, source
from pydiff.build.index import IndexConfig, parse_config
from pydiff.build.source import Source, acquire
from pydiff.errors import CacheError, DownloadError, HashMismatchError, PackageError
from pydiff.model.settings import Settings
from support import missing


def sdist(name: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo(f"{name}/setup.py")
        archive.addfile(info)
    return buffer.getvalue()


ALPHA = sdist("alpha-1.0")


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> list[IndexConfig]:
    """The one place that says where packages come from; a test puts its own there."""
    held = [IndexConfig(no_index=True)]
    for module in (source, lookup):
        monkeypatch.setattr(module, "read_index_config", lambda: held[0])
    return held


@pytest.fixture
def served(httpserver: HTTPServer, config: list[IndexConfig]) -> HTTPServer:
    config[0] = IndexConfig(index_url=httpserver.url_for("/simple").replace("localhost", "127.0.0.1"))
    return httpserver


def offer(server: HTTPServer, name: str, *files: dict[str, object]) -> None:
    """A JSON index page for `name`, and the files; `data` of a file is its content."""
    listed = []
    for file in files:
        data = file.pop("data", ALPHA)
        assert isinstance(data, bytes)
        server.expect_request(f"/files/{file['filename']}").respond_with_data(data)
        digest = {"sha256": hashlib.sha256(data).hexdigest()}
        listed.append({"url": server.url_for(f"/files/{file['filename']}"), "hashes": digest, **file})
    page = json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": listed})
    server.expect_request(f"/simple/{name}/").respond_with_data(
        page, content_type="application/vnd.pypi.simple.v1+json"
    )


def get(package: str, settings: Settings, *pythons: str) -> Source:
    return acquire(package, settings, pythons)


def test_pinned_version_is_downloaded_once(served: HTTPServer, settings: Settings) -> None:
    offer(served, "alpha", {"filename": "alpha-1.0.tar.gz"}, {"filename": "alpha-2.0.tar.gz"})
    first = get("Alpha==1.0", settings)
    assert (first.label, first.filename) == ("Alpha==1.0", "alpha-1.0.tar.gz")
    assert first.sha256 == hashlib.sha256(ALPHA).hexdigest()
    assert first.url.endswith("/files/alpha-1.0.tar.gz")
    asked = len(served.log)
    assert get("Alpha==1.0", settings) == first
    assert get("Alpha==1.0", replace(settings, offline=True)) == first
    assert len(served.log) == asked
    assert not list((settings.cache_dir / "tmp").iterdir())


def test_damaged_cache_entry_is_fetched_again(served: HTTPServer, settings: Settings) -> None:
    offer(served, "alpha", {"filename": "alpha-1.0.tar.gz"})
    first = get("alpha==1.0", settings)
    Path(first.path).write_bytes(b"rotten")
    assert get("alpha==1.0", settings) == first
    assert Path(first.path).read_bytes() == ALPHA


def test_without_a_version_the_newest_that_allows_both_pythons(served: HTTPServer, settings: Settings) -> None:
    offer(
        served,
        "alpha",
        {"filename": "alpha-1.0.tar.gz"},
        {"filename": "alpha-2.0.tar.gz", "requires-python": ">=3.10"},
        {"filename": "alpha-3.0.tar.gz", "yanked": "broken"},
        {"filename": "alpha-4.0rc1.tar.gz"},
    )
    assert get("alpha", settings, "3.9.18", "3.11.7").label == "alpha==1.0"
    assert get("alpha", settings, "3.10.1", "3.11.7").label == "alpha==2.0"
    assert get("alpha", settings, "3.8.1").notes == ()
    pinned = get("alpha==2.0", settings, "3.9.18")
    assert pinned.notes == ("alpha 2.0 says it needs Python >=3.10; pydiff builds it all the same",)
    assert get("alpha==3.0", settings, "3.9.18").label == "alpha==3.0"
    assert get("alpha==4.0rc1", settings, "3.9.18").label == "alpha==4.0rc1"


def test_as_of_takes_what_was_there_on_that_day(served: HTTPServer, settings: Settings) -> None:
    offer(
        served,
        "alpha",
        {"filename": "alpha-1.0.tar.gz", "upload-time": "2024-01-01T00:00:00Z"},
        {"filename": "alpha-2.0.tar.gz", "upload-time": "2024-06-01T23:59:00Z"},
        {"filename": "alpha-3.0.tar.gz", "upload-time": "2025-01-01T00:00:00Z"},
        {"filename": "alpha-4.0.tar.gz"},
    )
    assert get("alpha", replace(settings, as_of=date(2024, 6, 1))).label == "alpha==2.0"
    with pytest.raises(PackageError, match="had no release by 2020-01-01"):
        get("alpha", replace(settings, as_of=date(2020, 1, 1)))


def test_index_without_upload_times_is_noted(served: HTTPServer, settings: Settings) -> None:
    offer(served, "alpha", {"filename": "alpha-1.0.tar.gz"})
    (note,) = get("alpha", replace(settings, as_of=date(2024, 6, 1))).notes
    assert note == "--as-of was not applied to alpha: the index does not say when its files were uploaded"


def test_unknown_package(served: HTTPServer, settings: Settings) -> None:
    served.expect_request("/simple/alhpa/").respond_with_data("", status=404)
    with pytest.raises(PackageError, match="no package called alhpa") as caught:
        get("alhpa", settings)
    assert "spelling" in caught.value.hint


def test_unknown_version_names_those_that_exist(served: HTTPServer, settings: Settings) -> None:
    offer(served, "alpha", {"filename": "alpha-1.0.tar.gz"}, {"filename": "alpha-0.9-py3-none-any.whl"})
    with pytest.raises(PackageError, match=r"alpha has no version that fits `==9`") as caught:
        get("alpha==9", settings)
    assert caught.value.hint == "there are 1.0, 0.9"


def test_wheels_only(served: HTTPServer, settings: Settings) -> None:
    offer(served, "alpha", {"filename": "alpha-2.0-py3-none-any.whl"}, {"filename": "alpha-1.0.tar.gz"})
    with pytest.raises(PackageError, match="has only wheels: there is no source to build") as caught:
        get("alpha==2.0", settings)
    assert "(1.0)" in caught.value.hint
    older = get("alpha", settings)
    assert older.label == "alpha==1.0"
    assert older.notes == ("alpha 2.0 has only wheels; 1.0 is the newest with an sdist",)


def test_wrong_hash_is_refused_and_not_kept(served: HTTPServer, settings: Settings) -> None:
    offer(served, "alpha", {"filename": "alpha-1.0.tar.gz", "hashes": {"sha256": "0" * 64}})
    with pytest.raises(HashMismatchError, match="not the file that the index publishes"):
        get("alpha==1.0", settings)
    assert not list((settings.cache_dir / "sources").iterdir())
    assert not list((settings.cache_dir / "tmp").iterdir())


def test_missing_hash_is_noted(served: HTTPServer, settings: Settings) -> None:
    offer(served, "alpha", {"filename": "alpha-1.0.tar.gz", "hashes": {}})
    assert "publishes no hash" in get("alpha==1.0", settings).notes[0]


def test_index_that_fails_is_not_an_unknown_package(served: HTTPServer, settings: Settings) -> None:
    served.expect_request("/simple/alpha/").respond_with_data("", status=503)
    with pytest.raises(DownloadError, match="could not be read while looking for alpha"):
        get("alpha", settings)


def test_index_that_cannot_be_reached(config: list[IndexConfig], settings: Settings) -> None:
    config[0] = IndexConfig(index_url="http://127.0.0.1:9/simple")
    with pytest.raises(DownloadError, match="cannot be reached"):
        get("alpha", settings)


def test_find_links_folder_without_index(config: list[IndexConfig], settings: Settings, tmp_path: Path) -> None:
    links = tmp_path / "links"
    links.mkdir()
    (links / "alpha-1.0.tar.gz").write_bytes(ALPHA)
    config[0] = IndexConfig(find_links=(str(links),), no_index=True)
    assert get("alpha", settings).label == "alpha==1.0"
    with pytest.raises(PackageError, match="no package called beta"):
        get("beta", settings)


def test_no_index_and_no_links_never_asks_a_default(config: list[IndexConfig], settings: Settings) -> None:
    with pytest.raises(PackageError, match="no package called alpha"):
        get("alpha", settings)


def test_offline_without_cache(config: list[IndexConfig], settings: Settings) -> None:
    for package in ("alpha==1.0", "https://host.example/alpha-1.0.tar.gz", "git+https://host.example/alpha.git"):
        with pytest.raises(DownloadError, match="offline") as caught:
            get(package, replace(settings, offline=True))
        assert caught.value.exit_code == 4


def test_one_side_finds_what_two_sides_cached(served: HTTPServer, settings: Settings) -> None:
    offer(served, "alpha", {"filename": "alpha-1.0.tar.gz", "requires-python": ">=3.10"})
    offline = replace(settings, offline=True)
    both = get("alpha", settings, "3.11.7", "3.11.9")
    assert get("alpha", offline, "3.11.1") == both
    two = get("alpha", settings, "3.11.7", "3.10.1")
    assert get("alpha", offline, "3.10.1", "3.11.7") == two
    pinned = get("alpha==1.0", settings, "3.11.7", "3.10.1")
    assert get("alpha==1.0", offline, "3.12.1") == pinned
    # The note is about the Pythons of this run, not of the one that filled the cache.
    (note,) = get("alpha==1.0", offline, "3.9.1").notes
    assert "needs Python >=3.10" in note


def test_at_sign_before_something_that_is_no_url(config: list[IndexConfig], settings: Settings) -> None:
    with pytest.raises(PackageError, match="'bar' is no URL") as caught:
        get("foo@bar", settings)
    assert "`foo==bar`" in caught.value.hint


def test_wheel_says_what_to_give_instead(settings: Settings) -> None:
    for package in ("./alpha-1.0-py3-none-any.whl", "alpha @ https://host.example/alpha-1.0-py3-none-any.whl"):
        with pytest.raises(PackageError, match="is a wheel") as caught:
            get(package, settings)
        assert caught.value.hint == "give the sdist or `alpha==1.0` instead"


def test_sdist_file_keeps_its_name_and_hash(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "alpha-1.0.tar.gz").write_bytes(ALPHA)
    found = get(str(tmp_path / "alpha-1.0.tar.gz"), replace(settings, offline=True))
    assert (found.label, found.sha256, found.url) == ("alpha==1.0", hashlib.sha256(ALPHA).hexdigest(), "")


def test_folder_is_packed(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "setup.py").write_text("")
    found = get(f"{tmp_path}/src", settings)
    assert found.filename == "src.tar"
    assert get(f"file://{tmp_path}/src", settings).sha256 == found.sha256


def test_a_word_is_a_name_even_beside_such_a_folder(
    served: HTTPServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(served, "alpha", {"filename": "alpha-1.0.tar.gz"})
    (tmp_path / "alpha").mkdir()
    (tmp_path / "alpha" / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    assert get("alpha", settings).label == "alpha==1.0"
    assert get("./alpha", settings).filename == "alpha.tar"


def test_url_with_hash(httpserver: HTTPServer, config: list[IndexConfig], settings: Settings) -> None:
    httpserver.expect_request("/alpha-1.0.tar.gz").respond_with_data(ALPHA)
    url = httpserver.url_for("/alpha-1.0.tar.gz")
    good = hashlib.sha256(ALPHA).hexdigest()
    found = get(f"{url}#sha256={good}", settings)
    assert (found.label, found.url) == ("alpha==1.0", url)
    assert get(f"alpha @ {url}", settings).sha256 == good
    with pytest.raises(HashMismatchError):
        get(f"{url}#sha256={'0' * 64}", settings)
    with pytest.raises(DownloadError, match="answered 500"):
        get(httpserver.url_for("/beta-1.0.tar.gz"), settings)


@pytest.mark.parametrize(
    ("package", "message"),
    [
        ("a b", "is not a package"),
        ("./nowhere", "neither a file nor a folder"),
        ("/tmp/x.rpm/..", "neither pyproject.toml nor setup.py|neither a file"),
        ("alpha-1.0-py3-none-any.whl", "is a wheel, which is already built"),
        ("https://host.example/alpha-1.0-py3-none-any.whl", "is a wheel"),
        ("https://host.example/alpha.exe", "is not an sdist"),
    ],
)
def test_what_is_no_package_says_so(
    package: str, message: str, settings: Settings, httpserver: HTTPServer, config: list[IndexConfig]
) -> None:
    if "alpha.exe" in package:
        httpserver.expect_request("/alpha.exe").respond_with_data(b"MZ")
        package = httpserver.url_for("/alpha.exe")
    with pytest.raises(PackageError, match=message):
        get(package, settings)


def test_a_file_that_is_not_an_sdist(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(PackageError, match="its name does not end in"):
        get(str(tmp_path / "notes.txt"), settings)


def test_unwritable_cache(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "alpha-1.0.tar.gz").write_bytes(ALPHA)
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError):
        get(str(tmp_path / "alpha-1.0.tar.gz"), replace(settings, cache_dir=tmp_path / "file" / "cache"))


def git(*words: str, cwd: Path) -> None:
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    subprocess.run(
        ["git", *words],
        cwd=cwd,
        check=True,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(cwd), **identity},
    )


def test_git_repository_at_a_tag_and_below_a_folder(settings: Settings, tmp_path: Path) -> None:
    if shutil.which("git") is None:
        missing("no git")
    repository = tmp_path / "repo.git"
    (repository / "sub").mkdir(parents=True)
    (repository / "sub" / "setup.py").write_text("old")
    git("init", "-q", cwd=repository)
    git("add", ".", cwd=repository)
    git("commit", "-q", "-m", "1", cwd=repository)
    git("tag", "v1", cwd=repository)
    (repository / "sub" / "setup.py").write_text("new")
    git("commit", "-q", "-a", "-m", "2", cwd=repository)
    tagged = get(f"git+file://{repository}@v1#subdirectory=sub", settings)
    newest = get(f"git+file://{repository}#subdirectory=sub", replace(settings, offline=True))
    assert tagged.sha256 != newest.sha256
    with tarfile.open(tagged.path) as archive:
        assert archive.getnames() == ["source/setup.py"]
    with pytest.raises(PackageError, match="no name of a commit"):
        get(f"git+file://{repository}@--upload-pack=evil", settings)
    for bad, message in (
        (f"git+file://{repository}@nope", "git checkout failed"),
        (f"git+file://{tmp_path}/no", "git clone failed: fatal: "),
    ):
        with pytest.raises(PackageError, match=message):
            get(bad, settings)
    with pytest.raises(PackageError, match="has no folder"):
        get(f"git+file://{repository}#subdirectory=../..", settings)


def test_pips_settings_are_read_with_pips_precedence() -> None:
    text = """\
:env:.cert='/etc/ssl/certs/all.crt'
:env:.find-links='/a relative/b'
:env:.no-input='1'
global.index-url='https://user:secret@one.example/simple'
global.extra-index-url='\\nhttps://two.example/simple\\nhttps://three.example/simple'
global.timeout='15'
global.trusted-host='two.example'
global.no-index='false'
install.index-url='https://four.example/simple'
wheel.find-links='/ignored'
broken line
global.proxy=not a literal
"""
    found = parse_config(text)
    assert found.index_url == "https://four.example/simple"
    assert found.extra_index_urls == ("https://two.example/simple", "https://three.example/simple")
    assert found.find_links == ("/a", str(Path("relative/b").absolute()))
    assert (found.cert, found.timeout, found.no_index) == ("/etc/ssl/certs/all.crt", 15.0, False)
    assert (found.trusted_hosts, found.proxy) == (("two.example",), "not a literal")
    assert parse_config("") == IndexConfig()
    assert parse_config(":env:.no-index='1'\n").no_index


def test_settings_reach_a_pip_that_cannot_read_the_users_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in index._NETWORK_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    links = tmp_path / "links"
    links.mkdir()
    given = IndexConfig(index_url=links.as_uri(), find_links=(str(links), "https://x.example/"), no_index=True)
    environment = given.environment()
    assert environment["PIP_CONFIG_FILE"] == "/dev/null"
    assert environment["PIP_FIND_LINKS"] == f"{links} https://x.example/"
    assert environment["PIP_NO_INDEX"] == "1"
    assert environment["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert "PIP_CERT" not in environment
    assert given.local_paths() == (str(links), str(links))
    assert given.key() != IndexConfig().key()


def test_places_of_this_machine_can_be_left_out() -> None:
    mixed = IndexConfig(
        extra_index_urls=("file:///srv/simple", "https://x.example/simple"), find_links=("/srv", "https://y.example/")
    )
    assert mixed.without_local() == IndexConfig(
        extra_index_urls=("https://x.example/simple",), find_links=("https://y.example/",)
    )
    assert IndexConfig(no_index=True, find_links=("/srv",)).without_local() is None
    assert IndexConfig(index_url="file:///srv/simple").without_local() is None
