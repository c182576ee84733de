"""The one door to the network: how URLs are asked, retried, resumed and named in messages."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import url2pathname

from pydiff.asking import RefusedError, TroubleError, asked, judge
from pydiff.cache import explained
from pydiff.errors import DownloadError, NotFoundError
from pydiff.events import Notice, emit
from pydiff.model.settings import Settings
from pydiff.partial import CHUNK, Part, TooLargeError

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
OnProgress = Callable[[int, "int | None"], None]
"""Called with (bytes received, bytes in total or None) after every chunk."""

# Far above any PBS archive (tens to some hundred MB), far below a full disk.
ARCHIVE_LIMIT = 2_000_000_000
ROUNDS = 3
# What pydiff asks when no mirror is set: archives, and mise's lists.
HOSTS = ("https://github.com", "https://releases.astral.sh", "https://mise-versions.jdx.dev")
# stamina reports retries through this logger; without a handler Python would print them to stderr.
logging.getLogger("stamina").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived whole."""

    url: str
    """The URL that answered, before redirects."""
    sha256: str
    size: int
    """Bytes."""


def printable(url: str) -> str:
    """The URL without user, password, query or fragment: what a message or a report may show."""
    if is_local(url):
        return url
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "(an URL that cannot be parsed)"
    return urlunsplit((parts.scheme, host, parts.path, "…" if parts.query else "", ""))


def is_local(url: str) -> bool:
    """True for `file:` URLs and plain paths."""
    return url.startswith("file:") or "://" not in url


def local_path(url: str) -> Path:
    """The path that a `file:` URL (percent-decoded) or a plain path names."""
    return Path(url2pathname(urlsplit(url).path)) if url.startswith("file:") else Path(url)


def read(urls: Sequence[str], settings: Settings, *, limit: int = 64_000_000) -> tuple[bytes, str]:
    """The body of the first URL that answers, and that URL.

    `http:`, `https:`, `file:` and plain paths. Raises DownloadError, which names every URL tried with its reason; NotFoundError when
    all of them answered that there is no such file.
    """

    def ask(url: str) -> bytes:
        if is_local(url):
            with _local_file(url) as file:
                body = file.read_bytes()
            if len(body) > limit:
                raise _too_large(limit)
            return body
        received = bytearray()
        with asked(url, {}) as response:
            judge(response)
            for chunk in response.iter_bytes(CHUNK):
                received += chunk
                if len(received) > limit:
                    raise _too_large(limit)
        return bytes(received)

    return _first_answer(urls, settings, ask)


def probe(url: str) -> str:
    """One line on whether `url` answers at all, whatever it says. Asked once."""
    shown = printable(url)
    if is_local(url):
        return f"{shown} is there" if local_path(url).exists() else f"{shown} is not there"
    try:
        with asked(url, {}) as response:
            return f"{shown} answers (HTTP {response.status_code})"
    except (RefusedError, TroubleError) as error:
        return f"{shown} does not answer: {error}"


def stream_to(
    urls: Sequence[str],
    settings: Settings,
    destination: Path,
    *,
    on_progress: OnProgress | None = None,
    limit: int = ARCHIVE_LIMIT,
    check: Callable[[Received], None] | None = None,
) -> Received:
    """Download the first URL that answers to `destination`, which gets its name only when the file is whole and `check` did not raise.

    The bytes go to `<destination>.part`; when that is there already, with the validator its server gave, the download goes on where it
    stopped. The caller holds a lock on `destination`. A file that `check` rejects is removed. Raises as `read` does, and CacheError.
    """
    part = Part.of(destination)

    def ask(url: str) -> Received:
        progress = on_progress or (lambda _received, _total: None)
        return _copy_local(url, part, progress, limit) if is_local(url) else _resume(url, part, progress, limit)

    received, _ = _first_answer(urls, settings, ask)
    with explained("keeping a download", destination):
        part.note.unlink(missing_ok=True)
        if check is not None:
            try:
                check(received)
            except BaseException:
                part.forget()
                raise
        part.path.replace(destination)
    return received


def _first_answer(urls: Sequence[str], settings: Settings, ask: Callable[[str], T]) -> tuple[T, str]:
    """Ask the URLs in order, the next one at once when one fails; after a full round wait, and go round those that may still answer."""
    import stamina  # noqa: PLC0415 (heavy)

    failures: dict[str, Exception] = {}
    waiting = list(dict.fromkeys(urls))
    if settings.offline:
        failures = {url: RefusedError("not asked: --offline") for url in waiting if not is_local(url)}
        waiting = [url for url in waiting if url not in failures]
    try:
        for attempt in stamina.retry_context(
            TroubleError, attempts=ROUNDS, timeout=None, wait_initial=0.5, wait_max=4.0, wait_jitter=0.3
        ):
            with attempt:
                if attempt.num > 1:
                    emit(Notice(f"asking again: {', '.join(map(printable, waiting))}"))
                for url in tuple(waiting):
                    try:
                        return ask(url), url
                    except RefusedError as error:
                        failures[url] = error
                        waiting.remove(url)
                    except TroubleError as error:
                        failures[url] = error
                if waiting:
                    raise failures[waiting[0]]
    except TroubleError:
        pass
    raise _nobody_answered(failures, settings)


def _nobody_answered(failures: dict[str, Exception], settings: Settings) -> DownloadError:
    name = unquote(printable(next(iter(failures), "")).rsplit("/", 1)[-1])
    tried = "".join(f"\n  {printable(url)}: {error}" for url, error in failures.items())
    cached = sorted(path.name.removesuffix(".json") for path in settings.cache_dir.glob("archives/*/*.json"))
    holds = f"holds {', '.join(cached)}" if cached else "holds no archive yet"
    offline = (
        f"leave --offline out (the cache {holds})"
        if settings.offline
        else f"use --offline to work with the cache alone (it {holds})"
    )
    hint = (
        f"name a copy that this machine can reach with --mirror URL (or PYDIFF_MIRROR), {offline}, "
        "or use `host` in place of the version: it repacks a local interpreter and downloads nothing"
    )
    absent = bool(failures) and all(isinstance(error, RefusedError) and error.absent for error in failures.values())
    kind = NotFoundError if absent else DownloadError
    return kind(f"could not get {name or 'anything: no URL is known for it'}{tried}", hint=hint)


def _resume(url: str, part: Part, on_progress: OnProgress, limit: int) -> Received:
    """Fetch `url` into `part`, going on from what is there when the server vouches that the file is still the same."""
    have, validator = part.resumable(url)
    headers = {"Range": f"bytes={have}-", "If-Range": validator} if have else {}
    with asked(url, headers) as response:
        if not (have and response.status_code == 416):
            judge(response)
            return _receive(url, part, response, on_progress, limit)
    # The file there is now shorter than what we hold.
    part.forget()
    return _resume(url, part, on_progress, limit)


def _receive(url: str, part: Part, response: httpx.Response, on_progress: OnProgress, limit: int) -> Received:
    start = _start_of(response)
    if start != 0 and start != part.resumable(url)[0]:
        part.forget()
        raise TroubleError("answered with another range of bytes than was asked for")
    length = response.headers.get("Content-Length", "")
    total = start + int(length) if length.isdigit() else None
    if total is not None and total > limit:
        raise _too_large(limit)
    if not start:
        etag = response.headers.get("ETag", "")
        # RFC 9110, 13.1.5: a weak tag does not vouch for bytes.
        part.begin(url, etag if etag.startswith('"') else response.headers.get("Last-Modified", ""))
    try:
        digest, size = part.write(
            response.iter_raw(CHUNK), start, on_size=lambda size: on_progress(size, total), limit=limit
        )
    except TooLargeError as error:
        raise _too_large(limit) from error
    return Received(url, digest, size)


def _too_large(limit: int) -> RefusedError:
    return RefusedError(f"larger than {limit:,} bytes")


def _start_of(response: httpx.Response) -> int:
    """Where in the file the body begins; -1 when a 206 does not say."""
    if response.status_code != 206:
        return 0
    match = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(match[1]) if match else -1


@contextmanager
def _local_file(url: str) -> Iterator[Path]:
    try:
        yield local_path(url)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RefusedError("no such file", absent=True) from error
    except OSError as error:
        raise RefusedError(error.strerror or str(error)) from error


def _copy_local(url: str, part: Part, on_progress: OnProgress, limit: int) -> Received:
    with _local_file(url) as path:
        source = path.open("rb")
        total = path.stat().st_size
    with source:
        chunks = iter(lambda: source.read(CHUNK), b"")
        try:
            digest, size = part.write(chunks, 0, on_size=lambda size: on_progress(size, total), limit=limit)
        except TooLargeError as error:
            raise _too_large(limit) from error
    return Received(url, digest, size)
