"""From an answer to a whole file: where its body begins, whether it is all of it, and when a part may be continued."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydiff.web.answers import judge, length_of, paced, pieces
from pydiff.web.asking import RefusedError, TroubleError, asked
from pydiff.web.partial import CHUNK, Part, TooLargeError
from pydiff.web.urls import local_path

if TYPE_CHECKING:
    import httpx

OnProgress = Callable[[int, "int | None"], None]
"""Called with (bytes received, bytes in total or None) after every piece."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived whole."""

    url: str
    """The URL that answered, before redirects."""
    sha256: str
    size: int
    """Bytes."""
    encoding: str = ""
    """What the server called it encoded with, although it was asked not to encode anything."""
    delimited: bool = True
    """False when its end was the end of the connection, which also breaks when it should not."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Puts one file into `part`, from any host."""

    part: Part
    on_progress: OnProgress
    limit: int
    """Bytes; more are refused."""

    def fetch(self, url: str, until: float) -> Received:
        """Goes on from what is there when the server vouches that its file is still the same. Raises RefusedError, TroubleError, CacheError."""
        have, validator = self.part.resumable(url)
        headers = {"Range": f"bytes={have}-", "If-Range": validator} if have else {}
        try:
            with asked(url, headers, until) as response:
                if not (have and response.status_code == 416):
                    judge(response)
                    return self._receive(url, response)
                if response.headers.get("Content-Range", "") == f"bytes */{have}":
                    # Stopped between the last byte and the name.
                    return Received(url, *self._write(iter(()), have, have))
            # The file there is now shorter than what we hold.
            self.part.forget()
            return self.fetch(url, until)
        except TroubleError as error:
            error.held = self.part.resumable(url)[0]
            raise

    def copy(self, url: str) -> Received:
        """A `file:` URL or path. Raises RefusedError and CacheError."""
        with local_file(url) as path:
            source = path.open("rb")
            total = path.stat().st_size
        with source:
            return Received(url, *self._write(iter(lambda: source.read(CHUNK), b""), 0, total))

    def _receive(self, url: str, response: httpx.Response) -> Received:
        have, validator = self.part.resumable(url)
        start, total = _extent(response)
        if start and (start != have or _validator(response) not in {"", validator}):
            self.part.forget()
            raise TroubleError("answered with bytes that were not asked for, or of another file")
        if total is not None and total > self.limit:
            raise too_large(self.limit)
        if not start:
            self.part.begin(url, _validator(response))
        sha256, size = self._write(paced(pieces(response)), start, total)
        if total is not None and size != total:
            raise TroubleError(f"sent {size:,} bytes of {total:,}")
        delimited = total is not None or "Transfer-Encoding" in response.headers
        return Received(url, sha256, size, response.headers.get("Content-Encoding", ""), delimited)

    def _write(self, pieces: Iterator[bytes | memoryview], start: int, total: int | None) -> tuple[str, int]:
        try:
            return self.part.write(pieces, start, on_size=lambda size: self.on_progress(size, total), limit=self.limit)
        except TooLargeError as error:
            raise too_large(self.limit) from error


def too_large(limit: int) -> RefusedError:
    return RefusedError(f"larger than {limit:,} bytes")


@contextmanager
def local_file(url: str) -> Iterator[Path]:
    """The path of a local URL; a failure to read it within the block is a RefusedError."""
    try:
        yield local_path(url)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RefusedError("no such file", absent=True) from error
    except OSError as error:
        raise RefusedError(error.strerror or str(error)) from error


def _extent(response: httpx.Response) -> tuple[int, int | None]:
    """Where in the file the body begins, -1 when a 206 does not say; and the size of the whole file where it is known."""
    if response.status_code != 206:
        return 0, length_of(response)
    match = re.fullmatch(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", response.headers.get("Content-Range", "").strip())
    if match is None:
        return -1, None
    return int(match[1]), int(match[2]) if match[2] != "*" else None


def _validator(response: httpx.Response) -> str:
    """What If-Range may name later. RFC 9110, 13.1.5: a weak tag does not vouch for bytes."""
    tag: str = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")
