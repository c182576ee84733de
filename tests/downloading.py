"""A file to download, where it is and where it goes, and what every download of it must come to; the fixtures are every test's."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pbs_archives import QUICK, Mirror, serving
from pydiff.errors import HashMismatchError
from pydiff.events import Event, Notice, listening
from pydiff.model.settings import Settings
from pydiff.web import Received, stream_to

BODY = os.urandom(1_000_000)
SHA256 = hashlib.sha256(BODY).hexdigest()
TENTH = len(BODY) // 10


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of milliseconds, and no proxy of this machine in between."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pydiff.web.patience.PATIENCE", QUICK)


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    """A server with the file, twice."""
    root = tmp_path / "www"
    root.mkdir()
    (root / "file").write_bytes(BODY)
    (root / "second").write_bytes(BODY)
    with serving(root) as server:
        yield server


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    """A place in a folder of its own, so that whatever else is left there is seen."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "file"


def verify(received: Received, _path: Path) -> None:
    if received.sha256 != SHA256:
        raise HashMismatchError(f"not the file that was published: {received.sha256}", hint="do not use it")


def get(mirror: Mirror, settings: Settings, destination: Path, *names: str) -> list[Notice]:
    """Download and check; the notices that were given."""
    heard: list[Event] = []
    with listening(heard.append):
        received = stream_to(
            [f"{mirror.url}/{name}" for name in names or ("file",)], settings, destination, check=verify
        )
    assert received.sha256 == SHA256
    assert destination.read_bytes() == BODY
    assert [path.name for path in destination.parent.iterdir()] == ["file"]
    return [event for event in heard if isinstance(event, Notice)]


def starts(mirror: Mirror) -> list[int]:
    """Where in the file each request asked to begin."""
    ranges = [asked.headers.get("Range", "bytes=0-") for asked in mirror.asked]
    return [int(text.removeprefix("bytes=").removesuffix("-")) for text in ranges]
