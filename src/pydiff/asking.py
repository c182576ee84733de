"""One GET, and whether its failure is worth another try. The only place that configures httpx."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydiff import __version__

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 10
CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 30.0


class RefusedError(Exception):
    """Asking this URL again would not help."""

    def __init__(self, reason: str, *, absent: bool = False) -> None:
        super().__init__(reason)
        self.absent = absent


class TroubleError(Exception):
    """Asking this URL again may help."""


def _client() -> httpx.Client:
    """Proxies and certificates come from the usual environment variables, which may be wrong."""
    import httpx  # noqa: PLC0415 (heavy)

    try:
        return httpx.Client(
            follow_redirects=True,
            max_redirects=MAX_REDIRECTS,
            timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
        )
    except OSError as error:
        raise RefusedError(
            f"the certificates that SSL_CERT_FILE or SSL_CERT_DIR name cannot be read ({error})"
        ) from error
    except ImportError as error:
        raise RefusedError("the environment names a SOCKS proxy, which needs the package httpx[socks]") from error
    except (ValueError, httpx.InvalidURL) as error:
        raise RefusedError("the proxy that the environment names (HTTPS_PROXY, ALL_PROXY, ...) is not a URL") from error


@contextmanager
def asked(url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
    """One GET, with httpx's errors sorted into those worth another try and those not."""
    import httpx  # noqa: PLC0415 (heavy)

    try:
        # An archive is compressed already, and a length or a Range counts the bytes as they are stored.
        headers = {"User-Agent": f"pydiff/{__version__}", "Accept-Encoding": "identity", **headers}
        with _client() as client, client.stream("GET", url, headers=headers) as response:
            yield response
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise RefusedError("not a URL that can be asked") from error
    except httpx.TooManyRedirects as error:
        raise RefusedError(f"more than {MAX_REDIRECTS} redirects") from error
    except httpx.TimeoutException as error:
        raise TroubleError("no answer in time") from error
    except httpx.TransportError as error:
        text = str(error) or type(error).__name__
        if "CERTIFICATE_VERIFY_FAILED" in text:
            raise RefusedError(f"certificate not trusted ({text}); SSL_CERT_FILE can name another authority") from error
        raise TroubleError(f"connection failed ({text})") from error
    except httpx.HTTPError as error:
        raise RefusedError(f"unusable answer ({error})") from error


def judge(response: httpx.Response) -> None:
    """Sort the answer by its status, and refuse one that came by way of less protection than was asked for."""
    schemes = [step.url.scheme for step in (*response.history, response)]
    if "https" in schemes and "http" in schemes[schemes.index("https") :]:
        raise RefusedError("redirects from https to http")
    status = response.status_code
    said = f"HTTP {status} {response.reason_phrase}".rstrip()
    if status in {200, 206}:
        return
    if status == 429 or status >= 500:
        raise TroubleError(said)
    raise RefusedError(said, absent=status in {404, 410})
