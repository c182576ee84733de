"""One GET, and whether its failure is worth another try. The only place that configures httpx."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydiff import __version__
from pydiff.web import patience
from pydiff.web.surroundings import authorities, named_bundles, proxy_of
from pydiff.web.watchdog import Watchdog

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 10


class RefusedError(Exception):
    """Asking this URL again would not help."""

    def __init__(self, reason: str, *, absent: bool = False) -> None:
        super().__init__(reason)
        self.absent = absent


class TroubleError(Exception):
    """Asking this URL again may help."""

    def __init__(self, reason: str, *, wait: float = 0.0, held: int = 0) -> None:
        super().__init__(reason)
        self.wait = wait
        """Seconds to leave the host alone, when it said so."""
        self.held = held
        """Bytes of the file that need not be asked for again."""


@dataclass(slots=True)
class _Route:
    """The hosts that one request came by."""

    hosts: list[str] = field(default_factory=list)
    scheme: str = ""

    def step(self, request: httpx.Request) -> None:
        """Called before each request is sent. A redirect must not lead to less protection, or out of the web."""
        scheme = request.url.scheme
        if self.hosts and scheme not in {"http", "https"}:
            raise RefusedError(f"redirects to {scheme}: instead of http: or https:")
        if self.scheme == "https" and scheme == "http":
            raise RefusedError("redirects from https to http")
        self.scheme = scheme
        self.hosts.append(request.url.netloc.decode("ascii", errors="replace"))

    def __str__(self) -> str:
        return f" at {self.hosts[-1]}, where it redirects" if self.hosts and self.hosts[-1] != self.hosts[0] else ""


@contextmanager
def asked(url: str, headers: dict[str, str], until: float) -> Iterator[httpx.Response]:
    """One GET that is over when `time.monotonic()` is `until`, with its failures sorted into those worth another try and those not."""
    import httpx  # noqa: PLC0415 (heavy)

    left = max(until - time.monotonic(), 0.001)
    answer = min(patience.PATIENCE.answer, left)
    limit, route = f"no whole answer within {answer:.3g} s", _Route()
    # An archive is compressed already, and a length or a Range counts the bytes as they are stored.
    headers = {"User-Agent": f"pydiff/{__version__}", "Accept-Encoding": "identity", **headers}
    try:
        bare, auth = _apart(url)
        with _client(route, left) as client, Watchdog() as watchdog:
            watched = {"trace": watchdog.trace}
            try:
                watchdog.allow(answer)
                with client.stream("GET", bare, headers=headers, auth=auth, extensions=watched) as response:
                    limit = f"stopped: not whole when the time for it was over ({left:.3g} s)"
                    watchdog.allow(left)
                    yield response
            except (httpx.TransportError, TroubleError) as error:
                if watchdog.bitten:
                    raise TroubleError(f"{limit}{route}") from error
                raise
            # The end of the connection may have been taken for the end of the body.
            if watchdog.bitten:
                raise TroubleError(f"{limit}{route}")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        judged = _judged(error, url, route)
        # What httpx says of a wrong URL may hold a password.
        raise judged from (None if isinstance(judged, RefusedError) else error)


def _apart(url: str) -> tuple[httpx.URL, httpx.BasicAuth | None]:
    """The URL without its credentials, and those: httpx writes URLs into its log."""
    import httpx  # noqa: PLC0415 (heavy)

    parsed = httpx.URL(url)
    if not parsed.userinfo:
        return parsed, None
    return parsed.copy_with(userinfo=b""), httpx.BasicAuth(parsed.username, parsed.password)


def _client(route: _Route, left: float) -> httpx.Client:
    """Proxies and certificates come from the environment, which may be wrong."""
    import httpx  # noqa: PLC0415 (heavy)

    try:
        verify = authorities()
    except OSError as error:
        raise RefusedError(
            f"the certificates that the environment names cannot be read: {named_bundles()} ({error})"
        ) from error
    try:
        return httpx.Client(
            follow_redirects=True,
            max_redirects=MAX_REDIRECTS,
            timeout=httpx.Timeout(min(patience.PATIENCE.silence, left), connect=min(patience.PATIENCE.connect, left)),
            verify=verify,
            event_hooks={"request": [route.step]},
        )
    except ImportError as error:
        raise RefusedError(
            "the environment names a SOCKS proxy (ALL_PROXY, HTTPS_PROXY, ...), which needs one more package: "
            "pip install 'pydiff[socks]'"
        ) from error
    except (ValueError, httpx.InvalidURL):
        raise RefusedError(
            "a proxy that the environment names (HTTPS_PROXY, ALL_PROXY, ...) is not a URL that can be used: "
            "http://HOST:PORT, https://, socks5:// or socks5h://"
        ) from None


def _judged(error: httpx.HTTPError | httpx.InvalidURL, url: str, route: _Route) -> RefusedError | TroubleError:
    """What an error of httpx means for the URL."""
    import httpx  # noqa: PLC0415 (heavy)

    text = f"{str(error) or type(error).__name__}{route}"
    judged: RefusedError | TroubleError
    match error:
        case httpx.InvalidURL() if route.hosts:
            judged = RefusedError("redirects to what is not a URL that can be asked")
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            judged = RefusedError("not a URL that can be asked")
        case httpx.TooManyRedirects():
            judged = RefusedError(f"more than {MAX_REDIRECTS} redirects")
        case httpx.TimeoutException():
            judged = TroubleError(f"no answer in time{route}{by_proxy(url)}")
        case httpx.ProxyError() if text.startswith("407"):
            judged = RefusedError(f"{text}{by_proxy(url)}: credentials for it belong into its URL")
        case httpx.TransportError() if "CERTIFICATE_VERIFY_FAILED" in text:
            judged = RefusedError(_untrusted(text))
        case httpx.TransportError():
            judged = TroubleError(f"connection failed ({text}){by_proxy(url)}")
        case _:
            judged = RefusedError(f"unusable answer ({text})")
    return judged


def by_proxy(url: str) -> str:
    proxy = proxy_of(url)
    return f", by way of the proxy {proxy}" if proxy else ""


def _untrusted(text: str) -> str:
    trusted = named_bundles() or "certifi's"
    advice = (
        "; SSL_CERT_FILE can name a file with another authority" if "self-signed" in text or "issuer" in text else ""
    )
    return f"certificate not trusted ({text}); the authorities are those of {trusted}{advice}"
