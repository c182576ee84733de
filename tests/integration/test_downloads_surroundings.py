"""Proxies and certificates by the usual environment variables, and credentials that are used but never shown."""

from __future__ import annotations

import logging
import os
import shutil
import ssl
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from cli import Done, environment, pydiff
from pbs_archives import QUICK, Answer, Mirror, asset_name, python_items, release_asset, serving, write_archive
from proxies import proxying
from pydiff.errors import DownloadError
from pydiff.events import Event, listening
from pydiff.model.settings import Settings
from pydiff.web import probe, read, stream_to
from releases import TAG, uv_list
from support import missing

BODY = os.urandom(3_000_000)
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
TRUST_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
SECRET = "hunter2"


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXY_VARIABLES, *map(str.lower, PROXY_VARIABLES), *TRUST_VARIABLES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pydiff.web.patience.PATIENCE", QUICK)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "file").write_bytes(BODY)
    return tmp_path / "www"


@pytest.fixture
def plain(root: Path) -> Iterator[Mirror]:
    with serving(root) as mirror:
        yield mirror


@pytest.fixture
def secure(root: Path, authority: trustme.CA) -> Iterator[Mirror]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with serving(root, context) as mirror:
        yield mirror


@pytest.fixture
def pem(authority: trustme.CA, tmp_path: Path) -> Path:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path / "ca.pem"


def download(url: str, settings: Settings, tmp_path: Path) -> None:
    stream_to([url], settings, tmp_path / "arrived")
    assert (tmp_path / "arrived").read_bytes() == BODY


# Proxies


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_for_http(
    plain: Mirror, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    plain.script("/file", Answer(cut_after=1_000_000))
    with proxying() as proxy:
        monkeypatch.setenv(variable, f"http://{proxy.host}")
        download(f"{plain.url}/file", settings, tmp_path)
    assert proxy.asked == [f"GET {plain.url}/file"] * 2
    assert plain.asked[1].headers["Range"] == "bytes=1000000-"


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("credentials", ["", f"me:{SECRET}"])
def test_a_proxy_for_https(
    secure: Mirror,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pem: Path,
    variable: str,
    credentials: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with proxying(credentials=credentials) as proxy:
        monkeypatch.setenv(variable, f"http://{credentials}{'@' if credentials else ''}{proxy.host}")
        download(f"{secure.url}/file", settings, tmp_path)
    assert proxy.asked == [f"CONNECT {secure.url.removeprefix('https://')}"]


@pytest.mark.parametrize("kind", ["http", "https"])
def test_a_proxy_that_wants_credentials_is_named_and_asked_once(
    plain: Mirror, secure: Mirror, settings: Settings, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    url = (plain if kind == "http" else secure).url
    with proxying(credentials=f"me:{SECRET}") as proxy:
        monkeypatch.setenv("ALL_PROXY", f"http://me:not{SECRET}@{proxy.host}")
        with pytest.raises(DownloadError) as caught:
            read([f"{url}/file"], settings)
    assert f"407 Proxy Authentication Required, by way of the proxy http://{proxy.host}" in str(caught.value)
    assert "credentials for it belong into its URL" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert len(proxy.refused) == 1


def test_hosts_of_no_proxy_are_asked_directly(
    plain: Mirror, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "example.test,127.0.0.1")
    download(f"{plain.url}/file", settings, tmp_path)


def test_a_proxy_that_is_not_there_is_named(plain: Mirror, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for proxy in (f"http://me:{SECRET}@127.0.0.1:9", f"me:{SECRET}@127.0.0.1:9"):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        with pytest.raises(
            DownloadError, match=r"connection failed .*, by way of the proxy http://127\.0\.0\.1:9"
        ) as caught:
            read([f"{plain.url}/file"], settings)
        assert SECRET not in str(caught.value)
    assert plain.asked == []


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
@pytest.mark.parametrize("credentials", ["", f"me:{SECRET}@"])
def test_a_socks_proxy(
    plain: Mirror,
    secure: Mirror,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    pem: Path,
    scheme: str,
    credentials: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with proxying("socks5", credentials=credentials.removesuffix("@")) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://{credentials}{proxy.host}")
        for mirror in (plain, secure):
            assert read([f"{mirror.url}/file"], settings)[0] == BODY
            assert proxy.asked.pop() == f"CONNECT {mirror.url.partition('//')[2]}"


def test_a_socks_proxy_without_the_package_for_it(
    plain: Mirror, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", f"socks5://me:{SECRET}@127.0.0.1:9")
    with pytest.raises(DownloadError, match=r"SOCKS proxy .* pip install 'pydiff\[socks\]'") as caught:
        read([f"{plain.url}/file"], settings)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("by", ["", "http", "socks5"])
@pytest.mark.parametrize("over", ["http", "https"])
def test_the_time_is_limited_on_every_way(
    plain: Mirror, secure: Mirror, settings: Settings, monkeypatch: pytest.MonkeyPatch, pem: Path, by: str, over: str
) -> None:
    """Headers and bodies that trickle in never make httpx's own limits."""
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    monkeypatch.setattr("pydiff.web.patience.PATIENCE", replace(QUICK, slowest=1, answer=0.4))
    mirror = plain if over == "http" else secure
    mirror.script("/file", Answer(drip_headers=0.02), Answer(drip=0.02), Answer(drip=0.02, framing="chunked"))
    with proxying("socks5" if by == "socks5" else "http") as proxy:
        if by:
            monkeypatch.setenv("ALL_PROXY", f"{by}://{proxy.host}")
        began = time.monotonic()
        for reason in ("no whole answer within 0.4 s", "not whole when the time", "not whole when the time"):
            with pytest.raises(DownloadError, match=reason):
                read([f"{mirror.url}/file"], replace(settings, download_timeout=0.41))
        assert time.monotonic() - began < 2.5
        assert bool(proxy.asked) == bool(by)


# Certificates


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_file_of_authorities(
    secure: Mirror, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pem: Path, variable: str
) -> None:
    monkeypatch.setenv(variable, str(pem))
    secure.script("/file", Answer(cut_after=1_000_000))
    download(f"{secure.url}/file", settings, tmp_path)
    assert len(secure.asked) == 2


@pytest.mark.parametrize("variable", ["SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"])
def test_a_folder_of_authorities(
    secure: Mirror, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pem: Path, variable: str
) -> None:
    if shutil.which("openssl") is None:
        missing("no openssl to name a certificate by its hash")
    command = ["openssl", "x509", "-noout", "-hash", "-in", str(pem)]
    name = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    (tmp_path / "certs").mkdir()
    shutil.copy(pem, tmp_path / "certs" / f"{name}.0")
    monkeypatch.setenv(variable, str(tmp_path / "certs"))
    download(f"{secure.url}/file", settings, tmp_path)


def test_the_file_and_the_folder_of_openssl_count_together_and_before_the_others(
    secure: Mirror, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pem: Path
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "empty"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/absent")
    download(f"{secure.url}/file", settings, tmp_path)


def test_an_unknown_authority_says_what_to_set(
    secure: Mirror, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DownloadError) as caught:
        read([f"{secure.url}/file"], settings)
    text = str(caught.value)
    assert "certificate not trusted" in text
    assert "the authorities are those of certifi's; SSL_CERT_FILE can name a file with another authority" in text
    assert secure.asked == []
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    monkeypatch.setenv("CURL_CA_BUNDLE", str(other))
    with pytest.raises(DownloadError, match=f"are those of CURL_CA_BUNDLE={other}"):
        read([f"{secure.url}/file"], settings)


def test_a_certificate_of_another_host_is_not_mended_by_another_authority(
    root: Path, authority: trustme.CA, settings: Settings, monkeypatch: pytest.MonkeyPatch, pem: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("elsewhere.test").configure_cert(context)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with serving(root, context) as mirror, pytest.raises(DownloadError, match=r"not trusted .*ostname") as caught:
        read([f"{mirror.url}/file"], settings)
    assert "can name a file" not in str(caught.value)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_authorities_that_cannot_be_read(
    secure: Mirror, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    (tmp_path / "nonsense.pem").write_text("no certificate")
    for path in ("/absent.pem", tmp_path / "nonsense.pem"):
        monkeypatch.setenv(variable, str(path))
        with pytest.raises(DownloadError, match=f"cannot be read: {variable}={path}"):
            read([f"{secure.url}/file"], settings)


def test_https_does_not_go_on_over_http_and_nothing_is_sent_there(
    plain: Mirror, secure: Mirror, settings: Settings, monkeypatch: pytest.MonkeyPatch, pem: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    secure.script("/moved", Answer(302, b"", {"Location": f"{plain.url}/file?token={SECRET}"}))
    with pytest.raises(DownloadError, match="redirects from https to http"):
        read([f"{secure.url}/moved"], settings)
    assert plain.asked == []
    plain.script("/moved", Answer(302, b"", {"Location": f"{secure.url}/file"}))
    assert read([f"{plain.url}/moved"], settings)[0] == BODY


# Credentials


def test_credentials_are_in_no_message_event_log_or_traceback(
    plain: Mirror, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = plain.url.replace("//", f"//me:{SECRET}@")
    plain.script("/file", Answer(cut_after=1_000_000), Answer(503))
    heard: list[Event] = []
    with listening(heard.append):
        download(f"{url}/file", settings, tmp_path)
        said = [probe(f"{url}/file")]
        for wrong in (
            f"{url}/absent",
            f"http://me:{SECRET}@[::1",
            f"http://me:x/{SECRET}@127.0.0.1:9/f",
            f"http://me:1/{SECRET}@h/f",
            f"http://me:{SECRET}#1@h/f",
            f"http://me:{SECRET}?1@h/f",
        ):
            with pytest.raises(DownloadError) as caught:
                stream_to([wrong], settings, tmp_path / "never")
            said += [str(caught.value), caught.value.hint, "".join(traceback.format_exception(caught.value))]
    assert all(asked.headers["Authorization"].startswith("Basic ") for asked in plain.asked)
    assert len(heard) >= 2
    assert caplog.records
    assert SECRET not in f"{said}{heard}{caplog.text}"


def test_netrc_is_not_read(plain: Mirror, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login me password {SECRET}\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    plain.script("/file", Answer(401, b""))
    with pytest.raises(
        DownloadError, match=r"HTTP 401 Unauthorized .credentials belong into the URL.*netrc is not read"
    ):
        read([f"{plain.url}/file"], settings)
    assert "Authorization" not in plain.asked[0].headers


def _everything(done: Done, *folders: Path) -> str:
    """What a command said and kept."""
    texts = [done.out, done.err]
    for path in (path for folder in folders for path in folder.rglob("*")):
        texts.append(str(path))
        if path.is_file() and path.stat().st_size < 1_000_000:
            texts.append(path.read_text("utf-8", "replace"))
    return "\n".join(texts)


@pytest.mark.parametrize("way", ["option", "PYDIFF_MIRROR", "UV_PYTHON_INSTALL_MIRROR", "proxy"])
def test_the_password_of_a_mirror_or_proxy_is_kept_and_shown_nowhere(tmp_path: Path, way: str) -> None:
    asset = release_asset(tmp_path / "www", tag=TAG)
    (tmp_path / "list.json").write_bytes(uv_list([asset]))
    other = write_archive(tmp_path / asset_name(tag="20241002"), python_items())
    with serving(tmp_path / "www") as mirror, proxying(credentials=f"me:{SECRET}") as proxy:
        url = mirror.url.replace("//", f"//me:{SECRET}@")
        variables = {} if way == "option" else {way: url}
        option = ["--mirror", url] if way == "option" else []
        if way == "proxy":
            variables = {"PYDIFF_MIRROR": mirror.url, "HTTP_PROXY": f"http://me:{SECRET}@{proxy.host}"}
        env = environment(tmp_path, UV_PYTHON_DOWNLOADS_JSON_URL=str(tmp_path / "list.json"), **variables)
        mirror.script(f"/{asset.tag}/{asset.name}", Answer(cut_after=300), Answer(503))
        done = pydiff("--debug", "diff", f"uv@0.9.0:{asset.version}", f"pbs:{other}", *option, env=env)
        failed = pydiff("--debug", "fetch", "pbs:3.8.20+20241002", *option, env=env)
    assert len(mirror.asked) >= 3
    assert done.code in {0, 1}, done.err
    assert failed.code == 4
    host = mirror.url.partition("//")[2]
    for said in (_everything(done, tmp_path / "state", tmp_path / "cache"), failed.out + failed.err):
        assert SECRET not in said
        assert host in said
