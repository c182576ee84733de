"""What came back: whether it is the file, how long to leave the host alone, and the body piece by piece."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

from pydiff.web import patience
from pydiff.web.asking import RefusedError, TroubleError, by_proxy

if TYPE_CHECKING:
    import httpx

P = TypeVar("P", bytes, bytes | memoryview)
# As much as the connection's own buffer may hold: with less the system calls are felt, with more the processor's cache is left.
PIECE = 1 << 19


def judge(response: httpx.Response) -> None:
    """Sort the answer by its status."""
    status = response.status_code
    said = f"HTTP {status} {response.reason_phrase}".rstrip()
    if status in {200, 206}:
        return
    if status == 429 or status >= 500:
        wait = _retry_after(response.headers.get("Retry-After", ""))
        if wait > patience.PATIENCE.longest_retry_after:
            raise RefusedError(f"{said}, and asks to be left alone for {wait:,.0f} s")
        raise TroubleError(said, wait=wait)
    if status == 401:
        said = f"{said} (credentials belong into the URL: https://USER:PASSWORD@HOST/; netrc is not read)"
    if status == 407:
        said = f"{said}{by_proxy(str(response.url))}: credentials for it belong into its URL"
    raise RefusedError(said, absent=status in {404, 410})


def _retry_after(value: str) -> float:
    """Seconds from now (RFC 9110, 10.2.3: a number of seconds or a date); 0 when it says neither."""
    if value.isdecimal():
        return float(value[:12])
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max((when - datetime.now(UTC)).total_seconds(), 0.0)


def length_of(response: httpx.Response) -> int | None:
    """Bytes of the body as it is sent; None when it ends where the server says so, or closes."""
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() and "Transfer-Encoding" not in response.headers else None


def paced(arriving: Iterator[P]) -> Iterator[P]:
    """The same pieces, as long as they come fast enough. Raises TroubleError."""
    silence, slowest = patience.PATIENCE.silence, patience.PATIENCE.slowest
    began, came = time.monotonic(), 0
    for piece in arriving:
        now = time.monotonic()
        came += len(piece)
        if now - began >= silence:
            if came < slowest * (now - began):
                raise TroubleError(f"too slow: {came:,} bytes in {now - began:.3g} s")
            began, came = now, 0
        yield piece


def pieces(response: httpx.Response) -> Iterator[bytes | memoryview]:
    """The body as it is stored. A piece is valid until the next one is asked for. Raises TroubleError.

    Where nothing but the body is left on a plain connection, it is read from there into one buffer: on its way through h11 every byte is
    copied four times, 64 kB at a time, which costs half of curl's throughput on loopback (benchmarks/bench_download.py).
    """
    through_h11 = response.iter_raw()
    length = length_of(response)
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream is not None else None
    # TLS comes in records of 16 kB, so that there is less to gain; and below another TLS the socket is not the stream.
    if length is None or type(connection) is not socket.socket:
        yield from through_h11
        return
    # All that h11 had read ahead is in its first event.
    first = next(through_h11, b"")
    yield first
    left, buffer = length - len(first), memoryview(bytearray(PIECE))
    while left > 0:
        try:
            count = connection.recv_into(buffer, min(left, PIECE))
        except TimeoutError as error:
            raise TroubleError("no answer in time") from error
        except OSError as error:
            raise TroubleError(f"connection failed ({error})") from error
        if count == 0:
            raise TroubleError(f"connection failed (closed {left:,} bytes before the end)")
        yield buffer[:count]
        left -= count
