"""Lines that break, servers that are busy, and servers that are slow: the file arrives, or the error says what happened within the time."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from downloading import BODY, TENTH, get, starts
from pbs_archives import QUICK, Answer, Mirror
from pydiff.errors import DownloadError
from pydiff.model.settings import Settings
from pydiff.web import read

pytestmark = pytest.mark.usefixtures("quick")


def noted_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that are waited from now on, which take no time."""
    pauses: list[float] = []
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=pauses.append)
    monkeypatch.setattr("pydiff.web.turns.time", clock)
    return pauses


# Disconnects


@pytest.mark.parametrize("tenth", range(10))
@pytest.mark.parametrize("reset", [False, True])
def test_a_disconnect_at_any_tenth_is_resumed(
    mirror: Mirror, settings: Settings, destination: Path, tenth: int, reset: bool
) -> None:
    mirror.script("/file", Answer(cut_after=tenth * TENTH, reset=reset))
    get(mirror, settings, destination)
    # What a reset throws away in the buffers of the system is not known beforehand.
    assert starts(mirror)[-1] <= tenth * TENTH if reset else starts(mirror) == [0, tenth * TENTH]


def test_a_disconnect_at_every_tenth_arrives(mirror: Mirror, settings: Settings, destination: Path) -> None:
    """Ten disconnects are more than there are attempts, but each attempt brings the file further."""
    mirror.script("/file", *[Answer(cut_after=TENTH)] * 9)
    notices = get(mirror, settings, destination)
    assert starts(mirror) == [number * TENTH for number in range(10)]
    assert len(notices) == 9
    assert "asking again for the rest: " in notices[0].text
    assert f"closed {len(BODY) - TENTH:,} bytes before the end" in notices[0].text


def test_a_disconnect_at_every_tenth_arrives_from_a_host_that_ignores_ranges(
    mirror: Mirror, settings: Settings, destination: Path
) -> None:
    mirror.script("/file", *[Answer(cut_after=number * TENTH, ranges=False) for number in range(1, 10)])
    mirror.script("/file", Answer(ranges=False))
    get(mirror, settings, destination)


def test_disconnects_without_progress_end(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(cut_after=TENTH), *[Answer(cut_after=0)] * 50)
    with pytest.raises(DownloadError, match="connection failed") as caught:
        get(mirror, settings, destination)
    assert len(mirror.asked) == 1 + QUICK.attempts
    assert f"{TENTH:,} bytes of it are kept" in caught.value.hint


def test_the_same_tenth_again_and_again_is_no_progress(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", *[Answer(cut_after=TENTH, ranges=False)] * 50)
    with pytest.raises(DownloadError):
        get(mirror, settings, destination)
    assert len(mirror.asked) == 1 + QUICK.attempts


def test_crumbs_are_no_progress(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", *[Answer(cut_after=10)] * 50)
    with pytest.raises(DownloadError):
        get(mirror, settings, destination)
    assert len(mirror.asked) == QUICK.attempts


def test_a_host_that_gets_further_is_asked_again_before_the_next(
    mirror: Mirror, settings: Settings, destination: Path
) -> None:
    mirror.script("/file", *[Answer(cut_after=TENTH)] * 5)
    get(mirror, settings, destination, "file", "second")
    assert mirror.paths() == ["/file"] * 6


def test_a_host_that_is_down_is_left_for_the_next(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(503))
    get(mirror, settings, destination, "file", "second")
    assert mirror.paths() == ["/file", "/second"]


# Busy servers


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_pause_that_the_server_asks_for_is_kept(
    mirror: Mirror, settings: Settings, destination: Path, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = noted_pauses(monkeypatch)
    monkeypatch.setattr("pydiff.web.patience.PATIENCE", replace(QUICK, longest_retry_after=120))
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    past = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    for value, least, most in (("7", 6.5, 7), (date, 57, 60), (past, 0, 0.1), ("soon", 0, 0.1), ("-5", 0, 0.1)):
        pauses.clear()
        mirror.script("/file", Answer(status, b"", {"Retry-After": value}))
        notices = get(mirror, settings, destination)
        assert least <= max(pauses) <= most, value
        assert f"HTTP {status}" in notices[0].text
        destination.unlink()


def test_a_server_that_asks_for_too_long_a_pause_is_not_waited_for(
    mirror: Mirror, settings: Settings, destination: Path
) -> None:
    mirror.script("/file", Answer(429, b"", {"Retry-After": "3600"}))
    with pytest.raises(DownloadError, match="HTTP 429 Too Many Requests, and asks to be left alone for 3,600 s"):
        get(mirror, settings, destination)
    assert len(mirror.asked) == 1


def test_while_one_host_wants_a_pause_the_next_is_asked(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(429, b"", {"Retry-After": "1"}))
    began = time.monotonic()
    get(mirror, settings, destination, "file", "second")
    assert time.monotonic() - began < 0.9


def test_waits_grow(mirror: Mirror, settings: Settings, destination: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = noted_pauses(monkeypatch)
    monkeypatch.setattr("pydiff.web.patience.PATIENCE", replace(QUICK, attempts=6, first_wait=1, longest_wait=4))
    mirror.script("/file", *[Answer(503)] * 6)
    with pytest.raises(DownloadError):
        get(mirror, settings, destination)
    for pause, wanted in zip(pauses, (0, 1, 2, 4, 4, 4), strict=True):
        assert wanted * 0.75 <= pause <= wanted * 1.25


# Slow servers


def test_silence_in_the_middle_is_not_waited_out(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(stall=QUICK.silence * 4))
    began = time.monotonic()
    get(mirror, settings, destination)
    assert time.monotonic() - began < QUICK.silence * 3
    assert starts(mirror) == [0, len(BODY) // 2]


def test_a_byte_now_and_then_is_too_slow(mirror: Mirror, settings: Settings, destination: Path) -> None:
    """None of the pauses is long; only all of them together are."""
    mirror.script("/file", *[Answer(drip=0.05)] * 50)
    began = time.monotonic()
    with pytest.raises(DownloadError, match=r"too slow: \d+ bytes in 0\.5"):
        get(mirror, settings, destination)
    assert time.monotonic() - began < QUICK.attempts * QUICK.silence * 3


def test_a_list_that_comes_too_slowly(mirror: Mirror, settings: Settings) -> None:
    mirror.script("/file", *[Answer(drip=0.05)] * 50)
    with pytest.raises(DownloadError, match="too slow"):
        read([f"{mirror.url}/file"], settings)


def test_headers_that_never_end(
    mirror: Mirror, settings: Settings, destination: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pydiff.web.patience.PATIENCE", replace(QUICK, answer=0.3))
    mirror.script("/file", *[Answer(drip_headers=0.05)] * 50)
    began = time.monotonic()
    with pytest.raises(DownloadError, match=r"no whole answer within 0\.3 s"):
        get(mirror, settings, destination)
    assert time.monotonic() - began < QUICK.attempts


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_the_time_for_all_of_it_is_limited(
    mirror: Mirror, settings: Settings, destination: Path, monkeypatch: pytest.MonkeyPatch, framing: str
) -> None:
    """Fast enough and never silent, but there is too much of it."""
    monkeypatch.setattr("pydiff.web.patience.PATIENCE", replace(QUICK, slowest=1))
    mirror.script("/file", *[Answer(drip=0.02, framing=framing)] * 50)  # type: ignore[arg-type]
    began = time.monotonic()
    with pytest.raises(DownloadError) as caught:
        get(mirror, replace(settings, download_timeout=0.6), destination)
    assert time.monotonic() - began < 1.2
    text = str(caught.value)
    assert text.startswith("could not get file within 0.01 minutes (--download-timeout)\n")
    assert f"{mirror.url}/file: stopped: not whole when the time for it was over" in text
    assert "bytes of it are kept, and the same command goes on from there" in caught.value.hint
    mirror.scripts.clear()
    get(mirror, settings, destination)
    assert starts(mirror)[-1] > 0


def test_no_wait_goes_beyond_the_time(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(503, b"", {"Retry-After": "1"}))
    mirror.script("/second", Answer(503, b"", {"Retry-After": "1"}))
    began = time.monotonic()
    with pytest.raises(DownloadError, match="within") as caught:
        get(mirror, replace(settings, download_timeout=0.5), destination, "file", "second")
    assert time.monotonic() - began < 0.4
    assert str(caught.value).count("HTTP 503") == 2


def test_a_host_that_was_never_asked_is_named_too(mirror: Mirror, settings: Settings, destination: Path) -> None:
    mirror.script("/file", Answer(seconds=0.5))
    with pytest.raises(DownloadError) as caught:
        get(mirror, replace(settings, download_timeout=0.2), destination, "file", "second")
    assert f"{mirror.url}/second: not asked: no time was left" in str(caught.value)
