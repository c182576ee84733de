"""Servers that say one thing and send another: what arrives is right, or the error names the host and the reason."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

import pytest

from downloading import BODY, SHA256, TENTH, get, starts, verify
from pbs_archives import QUICK, Answer, Mirror, serving
from pydiff.errors import DownloadError, HashMismatchError, NotFoundError
from pydiff.model.settings import Settings
from pydiff.web import read, stream_to
from pydiff.web.partial import Part

pytestmark = pytest.mark.usefixtures("quick")


# Lengths


def test_a_body_shorter_than_its_length_is_not_the_file(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(claim=10))
    get(mirror, settings, destination)
    assert len(mirror.asked) == 2


def test_a_length_that_is_always_too_long_is_believed_less_than_the_hash(
    mirror: Mirror, settings: Settings, destination: Path
) -> None:
    """Asked for the ten bytes after the end, the server says that there are none."""
    mirror.script("/file", *[Answer(claim=10)] * 20)
    get(mirror, settings, destination)
    assert starts(mirror) == [0, len(BODY)]


def test_a_body_longer_than_its_length_is_not_the_file(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", *[Answer(claim=-10)] * 20)
    with pytest.raises(HashMismatchError):
        get(mirror, settings, destination)
    assert not destination.exists()
    mirror.scripts.clear()
    get(mirror, settings, destination)


@pytest.mark.parametrize("framing", ["chunked", "close"])
def test_a_body_without_a_length_arrives(mirror: Mirror, settings: Settings, destination: Path, framing: str) -> None:
    mirror.script("/file", Answer(framing=framing))  # type: ignore[arg-type]
    get(mirror, settings, destination)
    assert len(mirror.asked) == 1


def test_a_length_beside_chunks_does_not_count(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(framing="chunked", headers={"Content-Length": "5"}))
    get(mirror, settings, destination)
    assert len(mirror.asked) == 1


def test_chunks_that_break_off_are_resumed(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(framing="chunked", cut_after=3 * TENTH))
    get(mirror, settings, destination)
    assert starts(mirror) == [0, 3 * TENTH]


def test_a_body_that_ends_with_the_connection_may_be_cut_and_the_hash_tells(
    mirror: Mirror, settings: Settings, destination: Path
) -> None:
    mirror.script("/file", Answer(framing="close", cut_after=3 * TENTH))
    with pytest.raises(HashMismatchError):
        get(mirror, settings, destination)
    assert not destination.exists()


def test_a_host_that_serves_small_ranges_is_asked_for_all_of_them(
    mirror: Mirror, settings: Settings, destination: Path
) -> None:
    mirror.script("/file", Answer(cut_after=TENTH), *[Answer(longest=3 * TENTH)] * 5)
    get(mirror, settings, destination)
    assert starts(mirror) == [0, TENTH, 4 * TENTH, 7 * TENTH]


def test_a_range_that_nobody_asked_for_is_not_the_file(mirror: Mirror, settings: Settings, destination: Path) -> None:
    part = Answer(206, BODY[:TENTH], {"Content-Range": f"bytes 0-{TENTH - 1}/{len(BODY)}"})
    mirror.script("/file", part)
    get(mirror, settings, destination)
    for headers in ({}, {"Content-Range": "bytes 5-9/*"}, {"Content-Range": "nonsense"}):
        destination.unlink()
        mirror.script("/file", Answer(206, BODY[:TENTH], headers))
        get(mirror, settings, destination)


def test_a_file_that_stopped_before_its_last_step_is_not_asked_for_again(
    mirror: Mirror, settings: Settings, destination: Path
) -> None:
    part = Part.of(destination)
    part.path.write_bytes(BODY)
    part.note.write_text("{}")
    etag = f'"{SHA256[:16]}"'
    part.begin(f"{mirror.url}/file", etag)
    part.path.write_bytes(BODY)
    get(mirror, settings, destination)
    assert starts(mirror) == [len(BODY)]


# Wrong bytes


def test_wrong_bytes_are_not_asked_for_again(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(body=b"!" * len(BODY)))
    with pytest.raises(HashMismatchError) as caught:
        get(mirror, settings, destination)
    assert len(mirror.asked) == 1
    assert caught.value.hint == "do not use it"
    assert list(destination.parent.iterdir()) == []


def test_wrong_bytes_of_one_host_and_right_ones_of_the_next_are_said_aloud(
    mirror: Mirror, settings: Settings, destination: Path
) -> None:
    mirror.script("/file", Answer(body=b"!" * len(BODY)))
    notices = get(mirror, settings, destination, "file", "second")
    assert mirror.paths() == ["/file", "/second"]
    [loud] = [notice for notice in notices if notice.loud]
    assert "not the file that was published" in loud.text
    assert f"another host is asked: {mirror.url}/second" in loud.text


def test_wrong_bytes_and_no_answer_are_both_named(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(body=b"!"))
    with pytest.raises(HashMismatchError) as caught:
        get(mirror, settings, destination, "file", "absent")
    assert f"{mirror.url}/file: not the file that was published" in str(caught.value)
    assert f"{mirror.url}/absent: HTTP 404" in str(caught.value)
    assert not isinstance(caught.value, NotFoundError)


def test_pieces_of_two_files_are_thrown_away_and_the_file_asked_for_anew(
    mirror: Mirror, settings: Settings, destination: Path
) -> None:
    """The first part was of another file, and the server does not look at If-Range."""
    old = Answer(body=b"!" * len(BODY), cut_after=TENTH, headers={"ETag": '"same"'})
    mirror.script("/file", old, Answer(trusting=True, headers={"ETag": '"same"'}), Answer(headers={"ETag": '"same"'}))
    notices = get(mirror, settings, destination)
    assert starts(mirror) == [0, TENTH, 0]
    assert any("its pieces do not make one file" in notice.text for notice in notices)


def test_wrong_bytes_in_pieces_are_wrong_bytes(mirror: Mirror, settings: Settings, destination: Path) -> None:
    (mirror.root / "file").write_bytes(b"!" * len(BODY))
    mirror.script("/file", Answer(cut_after=TENTH), *[Answer(503)] * (QUICK.attempts - 1))
    with pytest.raises(HashMismatchError):
        get(mirror, settings, destination)
    assert starts(mirror)[-2:] == [TENTH, 0]


def test_a_range_of_a_file_that_changed_is_not_taken(mirror: Mirror, settings: Settings, destination: Path) -> None:
    old = Answer(body=b"!" * len(BODY), cut_after=TENTH)
    mirror.script("/file", old, Answer(trusting=True))
    get(mirror, settings, destination)
    assert starts(mirror) == [0, TENTH, 0]


# Encodings


def test_a_label_of_an_encoding_that_is_none_changes_nothing(
    mirror: Mirror, settings: Settings, destination: Path
) -> None:
    (mirror.root / "file").write_bytes(BODY)
    mirror.script("/file", Answer(headers={"Content-Encoding": "gzip"}))
    get(mirror, settings, destination)


def test_a_body_that_was_encoded_in_spite_of_us_is_not_the_file(
    mirror: Mirror, settings: Settings, destination: Path
) -> None:
    mirror.script("/file", Answer(body=gzip.compress(BODY), headers={"Content-Encoding": "gzip"}))
    get(mirror, settings, destination, "file", "second")
    assert mirror.paths() == ["/file", "/second"]


def test_a_list_under_a_wrong_label_is_refused(mirror: Mirror, settings: Settings) -> None:
    mirror.script("/file", Answer(headers={"Content-Encoding": "gzip"}))
    with pytest.raises(DownloadError, match="unusable answer"):
        read([f"{mirror.url}/file"], settings)


# Redirects


def test_the_range_goes_with_a_redirect(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/moved", *[Answer(302, b"", {"Location": "/file"})] * 2)
    mirror.script("/file", Answer(cut_after=TENTH))
    get(mirror, settings, destination, "moved")
    assert starts(mirror) == [0, 0, TENTH, TENTH]


def test_redirects_in_a_circle_end(mirror: Mirror, settings: Settings, destination: Path) -> None:
    circle = itertools.cycle([Answer(302, b"", {"Location": "/b"}), Answer(307, b"", {"Location": "/a"})])
    mirror.script("/a", *[next(circle)] * 20)
    mirror.script("/b", *[Answer(307, b"", {"Location": "/a"})] * 20)
    with pytest.raises(DownloadError, match="more than 10 redirects"):
        get(mirror, settings, destination, "a")
    assert len(mirror.asked) == 11


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://host/x"])
def test_a_redirect_out_of_the_web_is_refused(
    mirror: Mirror, settings: Settings, destination: Path, target: str
) -> None:
    mirror.script("/moved", Answer(302, b"", {"Location": target}))
    with pytest.raises(DownloadError, match=f"redirects to {target.partition(':')[0]}: instead of http: or https:"):
        get(mirror, settings, destination, "moved")


@pytest.mark.parametrize("target", ["", "http://[", "http://host:port/", "data:,x"])
def test_a_redirect_to_nowhere_is_refused(mirror: Mirror, settings: Settings, destination: Path, target: str) -> None:
    mirror.script("/moved", Answer(302, b"", {"Location": target} if target else {}))
    with pytest.raises(DownloadError):
        get(mirror, settings, destination, "moved")
    assert len(mirror.asked) <= QUICK.attempts


def test_a_failure_behind_a_redirect_names_the_host_that_failed(
    mirror: Mirror, settings: Settings, destination: Path
) -> None:
    mirror.script("/moved", *[Answer(302, b"", {"Location": "http://127.0.0.1:9/x?signature=hunter2"})] * 9)
    with pytest.raises(
        DownloadError, match=r"moved: connection failed .* at 127\.0\.0\.1:9, where it redirects"
    ) as caught:
        get(mirror, settings, destination, "moved")
    assert "hunter2" not in str(caught.value)


def test_credentials_stay_with_their_host(
    mirror: Mirror, settings: Settings, destination: Path, tmp_path: Path
) -> None:
    with serving(mirror.root) as other:
        mirror.script("/here", Answer(302, b"", {"Location": "/there"}))
        mirror.script("/there", Answer(302, b"", {"Location": f"{other.url}/file"}))
        url = mirror.url.replace("//", "//me:hunter2@")
        stream_to([f"{url}/here"], settings, destination, check=verify)
    assert ["Authorization" in asked.headers for asked in mirror.asked] == [True, True]
    assert ["Authorization" in asked.headers for asked in other.asked] == [False]
