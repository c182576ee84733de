"""Whose turn it is: the hosts of a file are asked in order until one gives it, or none is left, or the time is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import SystemRandom
from typing import TypeVar
from urllib.parse import unquote

from pydiff.errors import DownloadError, HashMismatchError, NotFoundError
from pydiff.events import Notice, emit
from pydiff.model.settings import Settings
from pydiff.web import patience
from pydiff.web.asking import RefusedError, TroubleError
from pydiff.web.urls import is_local, printable

T = TypeVar("T")


@dataclass(slots=True)
class _Host:
    """One URL, and what came of asking it."""

    url: str
    said: Exception = field(default_factory=lambda: TroubleError("not asked: no time was left"))
    ready: float = 0.0
    """When it may be asked, by `time.monotonic()`."""
    attempts: int = 0
    """In a row, without progress."""
    held: int = 0
    """The most bytes of the file that there ever were."""

    def failed(self, error: TroubleError) -> bool:
        """Note it; True when the host should not be asked any more.

        One that brought the file further is asked again at once and before the others: only it can go on where it stopped.
        """
        self.said = error
        limits = patience.PATIENCE
        if error.held >= self.held + limits.progress:
            self.attempts, self.held, self.ready = 0, error.held, 0.0
            return False
        self.attempts += 1
        wait = min(limits.first_wait * 2 ** (self.attempts - 1), limits.longest_wait)
        # Spread, so that the many machines which one outage stopped do not come back as one.
        self.ready = time.monotonic() + max(error.wait, wait * SystemRandom().uniform(0.8, 1.2))
        return self.attempts >= limits.attempts


def first_answer(
    urls: Sequence[str], settings: Settings, ask: Callable[[str, float], T], *, kept: Callable[[], int] = lambda: 0
) -> T:
    """What `ask(url, until)` returns for the first URL that answers; `until` is when the time is over, by `time.monotonic()`.

    The next URL is asked at once when one fails; those that may still answer come round again after a wait. `kept` says how many bytes
    another run would not have to ask for again. A DownloadError of `ask` is a host that gave the wrong file: it is not asked again, and the
    fallback is loud. Raises DownloadError, NotFoundError when no host has the file, and HashMismatchError when one gave another file: each
    names every URL with its reason.
    """
    until = time.monotonic() + settings.download_timeout
    hosts = [_Host(url) for url in dict.fromkeys(urls)]
    waiting = list(hosts)
    if settings.offline:
        waiting = [host for host in hosts if is_local(host.url)]
        for host in hosts:
            if host not in waiting:
                host.said = RefusedError("not asked: --offline")
    while waiting:
        host = min(waiting, key=lambda one: one.ready)
        if not _its_turn(host, until):
            break
        try:
            return ask(host.url, until)
        except (RefusedError, DownloadError) as error:
            host.said = error
            waiting.remove(host)
        except TroubleError as error:
            if host.failed(error):
                waiting.remove(host)
        if isinstance(host.said, DownloadError) and waiting:
            emit(Notice(f"{host.said}\n  another host is asked: {printable(waiting[0].url)}", loud=True))
    raise _nobody_answered(hosts, settings, kept(), late=bool(waiting))


def _its_turn(host: _Host, until: float) -> bool:
    """Wait until `host` may be asked; False when the time is over before that."""
    pause = max(host.ready - time.monotonic(), 0.0)
    if time.monotonic() + pause >= until:
        return False
    if host.attempts or host.held:
        when = f"in {pause:.1f} s" if pause else "for the rest"
        emit(Notice(f"asking again {when}: {printable(host.url)} ({host.said})"))
    time.sleep(pause)
    return True


def _nobody_answered(hosts: Sequence[_Host], settings: Settings, kept: int, *, late: bool) -> DownloadError:
    wrong = [host.said for host in hosts if isinstance(host.said, DownloadError)]
    if wrong and len(hosts) == 1:
        return wrong[0]
    name = unquote(printable(hosts[0].url).rsplit("/", 1)[-1]) if hosts else "anything: no URL is known for it"
    within = f" within {settings.download_timeout / 60:.3g} minutes (--download-timeout)" if late else ""
    tried = "".join(f"\n  {printable(host.url)}: {_indented(host.said)}" for host in hosts)
    absent = bool(hosts) and all(isinstance(host.said, RefusedError) and host.said.absent for host in hosts)
    altered = any(isinstance(error, HashMismatchError) for error in wrong)
    kind = HashMismatchError if altered else NotFoundError if absent else DownloadError
    resumable = f"{kept:,} bytes of it are kept, and the same command goes on from there; " if kept else ""
    hint = wrong[0].hint if wrong else resumable + _ways_out(settings)
    return kind(f"could not get {name}{within}{tried}", hint=hint)


def _indented(error: Exception) -> str:
    return str(error).replace("\n", "\n  ")


def _ways_out(settings: Settings) -> str:
    cached = sorted(path.name.removesuffix(".json") for path in settings.cache_dir.glob("archives/*/*.json"))
    holds = f"holds {', '.join(cached)}" if cached else "holds no archive yet"
    offline = (
        f"leave --offline out (the cache {holds})"
        if settings.offline
        else f"use --offline to work with the cache alone (it {holds})"
    )
    return (
        f"name a copy that this machine can reach with --mirror URL (or PYDIFF_MIRROR), {offline}, "
        "or use `host` in place of the version: it repacks a local interpreter and downloads nothing"
    )
