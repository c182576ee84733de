"""Downloading a file: resumed, restarted, checked, and never half-made under its final name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from downloading import BODY, SHA256
from pbs_archives import QUICK, Answer, Mirror
from pydiff.errors import CacheError, DownloadError, HashMismatchError
from pydiff.model.settings import Settings
from pydiff.web import Received, stream_to

pytestmark = pytest.mark.usefixtures("quick")


def _files(destination: Path) -> list[str]:
    return sorted(path.name for path in destination.parent.iterdir())


def test_a_file_arrives_whole_and_alone(mirror: Mirror, settings: Settings, destination: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    received = stream_to(
        [f"{mirror.url}/file"], settings, destination, on_progress=lambda size, total: seen.append((size, total))
    )
    assert received == Received(f"{mirror.url}/file", SHA256, len(BODY))
    assert destination.read_bytes() == BODY
    assert _files(destination) == ["file"]
    assert seen[-1] == (len(BODY), len(BODY))
    assert [size for size, _ in seen] == sorted(size for size, _ in seen)


def test_a_cut_connection_is_resumed_where_it_stopped(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(cut_after=300_000), Answer(503))
    received = stream_to([f"{mirror.url}/file"], settings, destination)
    assert received.sha256 == SHA256
    assert destination.read_bytes() == BODY
    first, _, last = mirror.asked
    assert "Range" not in first.headers
    start = int(last.headers["Range"].removeprefix("bytes=").removesuffix("-"))
    assert start == 300_000
    assert last.headers["If-Range"].startswith('"')


def test_the_next_run_resumes_what_the_last_one_left(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(cut_after=200_000), *[Answer(503)] * QUICK.attempts)
    with pytest.raises(DownloadError, match="HTTP 503") as caught:
        stream_to([f"{mirror.url}/file"], settings, destination)
    assert caught.value.hint.startswith("200,000 bytes of it are kept, and the same command goes on from there")
    assert _files(destination) == ["file.part", "file.part.json"]
    assert stream_to([f"{mirror.url}/file"], settings, destination).sha256 == SHA256
    assert "Range" in mirror.asked[-1].headers
    assert _files(destination) == ["file"]


def test_ctrl_c_keeps_what_came_and_no_more(mirror: Mirror, settings: Settings, destination: Path) -> None:
    def interrupt(size: int, _total: int | None) -> None:
        if size > 400_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stream_to([f"{mirror.url}/file"], settings, destination, on_progress=interrupt)
    assert _files(destination) == ["file.part", "file.part.json"]
    assert stream_to([f"{mirror.url}/file"], settings, destination).sha256 == SHA256
    assert int(mirror.asked[-1].headers["Range"].removeprefix("bytes=").removesuffix("-")) > 400_000


def test_a_server_without_ranges_restarts_cleanly(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(cut_after=300_000), Answer(ranges=False))
    assert stream_to([f"{mirror.url}/file"], settings, destination).sha256 == SHA256
    assert destination.read_bytes() == BODY


def test_a_file_that_changed_meanwhile_is_not_mixed(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(cut_after=300_000), *[Answer(503)] * QUICK.attempts)
    with pytest.raises(DownloadError):
        stream_to([f"{mirror.url}/file"], settings, destination)
    new = os.urandom(500_000)
    (mirror.root / "file").write_bytes(new)
    stream_to([f"{mirror.url}/file"], settings, destination)
    assert destination.read_bytes() == new


def test_a_file_that_shrank_meanwhile_is_fetched_anew(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(cut_after=300_000), Answer(416, b""))
    assert stream_to([f"{mirror.url}/file"], settings, destination).sha256 == SHA256
    assert "Range" not in mirror.asked[-1].headers


def test_the_wrong_range_is_not_taken(mirror: Mirror, settings: Settings, destination: Path) -> None:
    lie = Answer(206, b"x" * 10, {"Content-Range": "bytes 7-16/17"})
    mirror.script("/file", Answer(cut_after=300_000), lie)
    assert stream_to([f"{mirror.url}/file"], settings, destination).sha256 == SHA256
    assert destination.read_bytes() == BODY


def test_bytes_of_one_url_are_not_continued_from_another(mirror: Mirror, settings: Settings, destination: Path) -> None:
    (mirror.root / "other").write_bytes(b"quite another file")
    mirror.script("/file", Answer(cut_after=300_000), *[Answer(503)] * QUICK.attempts)
    received = stream_to([f"{mirror.url}/file", f"{mirror.url}/other"], settings, destination)
    assert received.url.endswith("/other")
    assert destination.read_bytes() == b"quite another file"


def test_without_a_strong_validator_nothing_is_resumed(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(cut_after=300_000, headers={"ETag": 'W/"weak"'}))
    assert stream_to([f"{mirror.url}/file"], settings, destination).sha256 == SHA256
    assert all("Range" not in asked.headers for asked in mirror.asked)


def test_the_password_in_a_url_is_not_written_to_disk(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", *[Answer(cut_after=1000)] * QUICK.attempts)
    with pytest.raises(DownloadError):
        stream_to([mirror.url.replace("//", "//me:hunter2@") + "/file"], settings, destination)
    assert b"hunter2" not in destination.with_name("file.part.json").read_bytes()


def test_a_file_that_is_too_large_is_refused_before_and_while_reading(
    mirror: Mirror, settings: Settings, destination: Path
) -> None:
    with pytest.raises(DownloadError, match="larger than 1,000 bytes"):
        stream_to([f"{mirror.url}/file"], settings, destination, limit=1000)
    with pytest.raises(DownloadError, match="larger than 1,000 bytes"):
        stream_to([str(mirror.root / "file")], settings, destination, limit=1000)
    assert "file" not in _files(destination)


def test_a_rejected_file_is_kept_nowhere(mirror: Mirror, settings: Settings, destination: Path) -> None:
    def reject(received: Received, path: Path) -> None:
        assert path.read_bytes() == BODY
        assert received.sha256 == SHA256
        raise HashMismatchError("no")

    with pytest.raises(HashMismatchError):
        stream_to([f"{mirror.url}/file"], settings, destination, check=reject)
    assert _files(destination) == []
    assert len(mirror.asked) == 1


def test_an_encoded_body_is_stored_as_it_came(mirror: Mirror, settings: Settings, destination: Path) -> None:
    """Some servers label a .tar.gz as gzip-encoded; the published hash is of the file as stored."""
    mirror.script("/file", Answer(headers={"Content-Encoding": "gzip"}))
    assert stream_to([f"{mirror.url}/file"], settings, destination).sha256 == SHA256


def test_a_local_file_is_copied(mirror: Mirror, settings: Settings, destination: Path) -> None:
    received = stream_to([(mirror.root / "file").as_uri()], settings, destination)
    assert received.sha256 == SHA256
    assert destination.read_bytes() == BODY


def test_a_full_disk_has_its_own_error(
    mirror: Mirror, settings: Settings, destination: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    destination.with_name("file.part").symlink_to("/dev/full")
    monkeypatch.setattr(Path, "unlink", lambda *_args, **_kwargs: None)
    with pytest.raises(CacheError, match="no space left while downloading"):
        stream_to([f"{mirror.url}/file"], settings, destination)
