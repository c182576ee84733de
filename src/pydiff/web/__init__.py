"""The one door to the network: how URLs are asked, retried, resumed and named in messages.

| file | what it knows |
|---|---|
| urls | which are local, and what of one may be shown |
| surroundings | proxies and authorities of the environment |
| asking, watchdog | one GET, and its end in any case |
| answers | what an answer means, and its body |
| receiving, partial | what of a file is there, and what its rest is |
| turns, patience | which host is asked next, when, and how often |
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pydiff.cache import explained
from pydiff.errors import DownloadError
from pydiff.events import Notice, emit
from pydiff.model.settings import Settings
from pydiff.web import patience
from pydiff.web.answers import judge, paced
from pydiff.web.asking import RefusedError, TroubleError, asked
from pydiff.web.partial import Part
from pydiff.web.receiving import OnProgress, Received, Receiver, local_file, too_large
from pydiff.web.turns import first_answer
from pydiff.web.urls import is_local, local_path, printable

__all__ = ["HOSTS", "OnProgress", "Received", "is_local", "local_path", "printable", "probe", "read", "stream_to"]

# Far above any PBS archive (tens to some hundred MB), far below a full disk.
ARCHIVE_LIMIT = 2_000_000_000
# What pydiff asks when no mirror is set: archives, and mise's lists.
HOSTS = ("https://github.com", "https://releases.astral.sh", "https://mise-versions.jdx.dev")


def read(urls: Sequence[str], settings: Settings, *, limit: int = 64_000_000) -> tuple[bytes, str]:
    """The body of the first URL that answers, and that URL.

    `http:`, `https:`, `file:` and plain paths. Raises DownloadError, which names every URL tried with its reason; NotFoundError when
    all of them answered that there is no such file.
    """

    def ask(url: str, until: float) -> tuple[bytes, str]:
        if is_local(url):
            with local_file(url) as file:
                content = file.read_bytes()
            if len(content) > limit:
                raise too_large(limit)
            return content, url
        received = bytearray()
        with asked(url, {}, until) as response:
            judge(response)
            for chunk in paced(response.iter_bytes()):
                received += chunk
                if len(received) > limit:
                    raise too_large(limit)
        return bytes(received), url

    return first_answer(urls, settings, ask)


def probe(url: str) -> str:
    """One line on whether `url` answers at all, whatever it says. Asked once."""
    shown = printable(url)
    if is_local(url):
        return f"{shown} is there" if local_path(url).exists() else f"{shown} is not there"
    try:
        with asked(url, {}, time.monotonic() + patience.PATIENCE.answer) as response:
            return f"{shown} answers (HTTP {response.status_code})"
    except (RefusedError, TroubleError) as error:
        return f"{shown} does not answer: {error}"


def stream_to(
    urls: Sequence[str],
    settings: Settings,
    destination: Path,
    *,
    on_progress: OnProgress = lambda _received, _total: None,
    limit: int = ARCHIVE_LIMIT,
    check: Callable[[Received, Path], None] = lambda _received, _path: None,
) -> Received:
    """Download the first URL that answers to `destination`, which gets its name only when the file is whole and `check` did not raise.

    The bytes go to `<destination>.part`; when that is there already, with the validator its server gave, the download goes on where it
    stopped. The caller holds a lock on `destination`. `check` is given the file under its temporary name, and raises DownloadError when it
    is not the right one: it is removed, and the next URL is asked. Raises as `read` does, what `check` raises, and CacheError.
    """
    part = Part.of(destination)
    receiver = Receiver(part, on_progress, limit)

    def ask(url: str, until: float) -> Received:
        if is_local(url):
            received, pieced = receiver.copy(url), False
        else:
            pieced = part.resumable(url)[0] > 0
            received = receiver.fetch(url, until)
        try:
            check(received, part.path)
        except DownloadError:
            part.forget()
            if pieced:
                emit(Notice(f"{printable(url)}: its pieces do not make one file, so it is asked for anew"))
                return ask(url, until)
            raise
        except BaseException:
            part.forget()
            raise
        return received

    received = first_answer(urls, settings, ask, kept=lambda: max(part.resumable(url)[0] for url in urls))
    with explained("keeping a download", destination):
        part.note.unlink(missing_ok=True)
        part.path.replace(destination)
    return received
