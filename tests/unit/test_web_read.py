"""Asking URLs: order, retries, refusals, and what the messages say and hide."""

from __future__ import annotations

import ssl
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from hypothesis import example, given
from hypothesis import strategies as st

from pbs_archives import QUICK, Answer, Mirror, serving
from pydiff.errors import DownloadError, NotFoundError
from pydiff.events import Event, Notice, listening
from pydiff.model.settings import Settings
from pydiff.web import is_local, local_path, printable, probe, read
from pydiff.web.asking import MAX_REDIRECTS

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    root = tmp_path / "www"
    root.mkdir()
    (root / "list").write_bytes(b"hello")
    with serving(root) as server:
        yield server


def test_the_body_and_the_url_that_answered(mirror: Mirror, settings: Settings) -> None:
    assert read([f"{mirror.url}/list"], settings) == (b"hello", f"{mirror.url}/list")


def test_a_404_is_not_asked_twice_and_the_next_url_is(mirror: Mirror, settings: Settings) -> None:
    body, url = read([f"{mirror.url}/absent", f"{mirror.url}/list"], settings)
    assert (body, url) == (b"hello", f"{mirror.url}/list")
    assert mirror.paths() == ["/absent", "/list"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_other_4xx_are_never_retried(mirror: Mirror, settings: Settings, status: int) -> None:
    mirror.script("/list", *[Answer(status)] * 5)
    with pytest.raises(DownloadError, match=f"HTTP {status}") as caught:
        read([f"{mirror.url}/list"], settings)
    assert len(mirror.asked) == 1
    assert isinstance(caught.value, NotFoundError) == (status in {404, 410})


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_server_is_asked_again(mirror: Mirror, settings: Settings, status: int) -> None:
    mirror.script("/list", Answer(status), Answer(status))
    heard: list[Event] = []
    with listening(heard.append):
        assert read([f"{mirror.url}/list"], settings)[0] == b"hello"
    assert len(mirror.asked) == 3
    assert [type(event) for event in heard] == [Notice, Notice]


def test_a_server_that_stays_busy_ends_in_an_error(mirror: Mirror, settings: Settings) -> None:
    mirror.script("/list", *[Answer(503)] * 10)
    with pytest.raises(DownloadError, match="HTTP 503") as caught:
        read([f"{mirror.url}/list"], settings)
    assert len(mirror.asked) == QUICK.attempts
    assert not isinstance(caught.value, NotFoundError)


def test_a_failing_url_does_not_delay_the_next(mirror: Mirror, settings: Settings) -> None:
    mirror.script("/busy", *[Answer(503)] * 10)
    assert read([f"{mirror.url}/busy", f"{mirror.url}/list"], settings)[0] == b"hello"
    assert mirror.paths() == ["/busy", "/list"]


def test_an_error_names_every_url_its_reason_and_the_ways_out(mirror: Mirror, settings: Settings) -> None:
    kept = settings.cache_dir / "archives" / "k"
    kept.mkdir(parents=True)
    (kept / "cpython-3.9.tar.gz.json").write_text("{}")
    dead = "http://127.0.0.1:9/absent.tar.gz"
    with pytest.raises(DownloadError) as caught:
        read([f"{mirror.url}/absent.tar.gz", dead], settings)
    text = str(caught.value)
    assert text.startswith("could not get absent.tar.gz")
    assert f"{mirror.url}/absent.tar.gz: HTTP 404" in text
    assert f"{dead}: connection failed" in text
    assert "cpython-3.9.tar.gz" in caught.value.hint
    assert all(word in caught.value.hint for word in ("--mirror", "--offline", "`host`"))


def test_redirects_are_followed_but_not_for_ever(mirror: Mirror, settings: Settings) -> None:
    mirror.script("/moved", Answer(302, b"", {"Location": "/list"}))
    assert read([f"{mirror.url}/moved"], settings)[0] == b"hello"
    mirror.script("/loop", *[Answer(302, b"", {"Location": "/loop"})] * 50)
    with pytest.raises(DownloadError, match=f"more than {MAX_REDIRECTS} redirects"):
        read([f"{mirror.url}/loop"], settings)
    assert mirror.paths().count("/loop") == MAX_REDIRECTS + 1


def test_a_redirect_to_a_file_is_not_followed(mirror: Mirror, settings: Settings) -> None:
    mirror.script("/moved", Answer(302, b"", {"Location": "file:///etc/passwd"}))
    with pytest.raises(DownloadError):
        read([f"{mirror.url}/moved"], settings)


def test_an_endless_body_is_cut_off(mirror: Mirror, settings: Settings) -> None:
    (mirror.root / "big").write_bytes(b"x" * 100_000)
    with pytest.raises(DownloadError, match="larger than 1,000 bytes"):
        read([f"{mirror.url}/big"], settings, limit=1_000)
    with pytest.raises(DownloadError, match="larger than 1,000 bytes"):
        read([str(mirror.root / "big")], settings, limit=1_000)


def test_a_bomb_in_a_content_encoding_is_cut_off(mirror: Mirror, settings: Settings) -> None:
    import gzip

    bomb = gzip.compress(b"\0" * 10_000_000)
    mirror.script("/list", Answer(200, bomb, {"Content-Encoding": "gzip"}))
    with pytest.raises(DownloadError, match="larger than 1,000,000 bytes"):
        read([f"{mirror.url}/list"], settings, limit=1_000_000)


def test_a_body_cut_short_is_asked_for_again(mirror: Mirror, settings: Settings) -> None:
    mirror.script("/list", Answer(cut_after=2))
    assert read([f"{mirror.url}/list"], settings)[0] == b"hello"
    assert len(mirror.asked) == 2


def test_files_and_paths_are_read_even_offline(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "a+b c.txt"
    path.write_bytes(b"x")
    offline = replace(settings, offline=True)
    assert read([str(path)], offline)[0] == b"x"
    assert read([path.as_uri()], offline)[0] == b"x"
    assert read([f"file://{tmp_path}/a%2Bb%20c.txt"], offline)[0] == b"x"
    with pytest.raises(NotFoundError, match="no such file"):
        read([f"file://{tmp_path}/absent"], offline)
    with pytest.raises(DownloadError, match="directory"):
        read([str(tmp_path)], offline)


def test_offline_asks_nobody(mirror: Mirror, settings: Settings) -> None:
    with pytest.raises(DownloadError, match="not asked: --offline"):
        read([f"{mirror.url}/list"], replace(settings, offline=True))
    assert mirror.asked == []


def test_credentials_are_sent_but_never_shown(mirror: Mirror, settings: Settings) -> None:
    secret = mirror.url.replace("http://", "http://user:hunter2@") + "/absent?token=hunter3"
    with pytest.raises(DownloadError) as caught:
        read([secret], settings)
    assert mirror.asked[0].headers["Authorization"].startswith("Basic ")
    assert "hunter" not in str(caught.value) + caught.value.hint
    assert "127.0.0.1" in str(caught.value)


@pytest.mark.parametrize("url", ["ftp://host/x", "http://", "https://[::1/x", "http://host:notaport/x"])
def test_urls_that_cannot_be_asked(url: str, settings: Settings) -> None:
    with pytest.raises(DownloadError, match="not a URL that can be asked"):
        read([url], settings)


def test_probe_says_in_a_line_whether_there_is_an_answer(mirror: Mirror, tmp_path: Path) -> None:
    assert probe(mirror.url) == f"{mirror.url} answers (HTTP 404)"
    assert probe("http://me:secret@127.0.0.1:9/").startswith("http://127.0.0.1:9/ does not answer: connection failed")
    assert probe(str(tmp_path)) == f"{tmp_path} is there"
    assert probe(f"{tmp_path}/no") == f"{tmp_path}/no is not there"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("ALL_PROXY", "nonsense://me:hunter2@h", "is not a URL"),
        ("ALL_PROXY", "http://h:port", "is not a URL"),
        ("SSL_CERT_FILE", "/absent/ca.pem", "cannot be read"),
    ],
)
def test_an_environment_that_is_wrong(
    mirror: Mirror, settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(DownloadError, match=message) as caught:
        read([f"{mirror.url}/list"], settings)
    assert "hunter2" not in str(caught.value)
    assert mirror.asked == []


def test_no_url_at_all(settings: Settings) -> None:
    with pytest.raises(DownloadError, match="no URL is known"):
        read([], settings)


@given(st.text(st.characters(exclude_characters="/?#@:[]\\\r\n\t", exclude_categories=["C", "Z"]), min_size=3))
@example("00\ufe13")
def test_no_password_survives_printable(password: str) -> None:
    shown = printable(f"https://somebody:{password}@example.test/x?signature={password}#{password}")
    # A letter that is another way to write a colon, say, might be taken for one elsewhere: no such URL is read.
    misread = set("/?#@:").intersection(unicodedata.normalize("NFKC", password))
    assert shown == ("(an URL that cannot be parsed)" if misread else "https://example.test/x?…")


def test_local_paths() -> None:
    assert all(map(is_local, ("/a/b", "file:///a", "rel/x")))
    assert not is_local("http://a/b")
    assert local_path("file:///a%2Bb") == Path("/a+b")
    assert local_path("/a%2Bb") == Path("/a%2Bb")


@pytest.fixture
def secure(mirror: Mirror, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The same folder over https, with a way down to http, and the file that holds its authority."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with serving(mirror.root, context) as server:
        server.script("/down", Answer(302, b"", {"Location": f"{mirror.url}/list"}))
        yield server.url, tmp_path / "ca.pem"


def test_https_trusts_the_authority_of_the_environment(
    secure: tuple[str, Path], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, authority = secure
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    assert read([f"{url}/list"], settings)[0] == b"hello"
    with pytest.raises(DownloadError, match="redirects from https to http"):
        read([f"{url}/down"], settings)


def test_an_unknown_authority_is_refused_at_once(
    secure: tuple[str, Path], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    with pytest.raises(DownloadError, match="certificate not trusted"):
        read([f"{secure[0]}/list"], settings)
