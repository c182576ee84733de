"""A file to download, and what every download of it must come to."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from pbs_archives import Mirror
from pydiff.errors import HashMismatchError
from pydiff.events import Event, Notice, listening
from pydiff.model.settings import Settings
from pydiff.web import Received, stream_to

BODY = os.urandom(1_000_000)
SHA256 = hashlib.sha256(BODY).hexdigest()
TENTH = len(BODY) // 10


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
