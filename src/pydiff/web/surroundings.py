"""What the environment says about the way to the net: proxies and the authorities to trust.

| variable | meaning |
|---|---|
| HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY | as curl reads them, in small letters too; credentials go into the URL |
| SSL_CERT_FILE, SSL_CERT_DIR | the authorities to trust, in place of certifi's |
| REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE | the same, where neither of those is set |

A netrc file is not read: credentials for a host go into its URL.
"""

from __future__ import annotations

import os
import ssl
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from pydiff.web.urls import printable


def bundles() -> dict[str, str]:
    """The variables that say which authorities to trust, with the files or folders they name; of the last two only one counts."""
    own = {name: os.environ[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)}
    others = {name: os.environ[name] for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE") if os.environ.get(name)}
    return own or dict(list(others.items())[:1])


def named_bundles() -> str:
    """The same for messages: `SSL_CERT_FILE=/etc/ours.pem, SSL_CERT_DIR=/etc/ours`; empty where the environment names none."""
    return ", ".join(f"{name}={path}" for name, path in bundles().items())


def authorities() -> ssl.SSLContext:
    """Raises OSError when a file that is named cannot be read or holds no certificate."""
    file = folder = None
    for name, path in bundles().items():
        if name == "SSL_CERT_DIR" or Path(path).is_dir():
            folder = path
        else:
            file = path
    return _trusting(file, folder)


@cache
def _trusting(file: str | None, folder: str | None) -> ssl.SSLContext:
    """Kept: to read 140 certificates takes longer than to ask a host nearby."""
    if file is None and folder is None:
        import certifi  # noqa: PLC0415 (comes with httpx)

        file = certifi.where()
    return ssl.create_default_context(cafile=file, capath=folder)


def proxy_of(url: str) -> str:
    """The proxy that is asked for `url`, as it may be shown; empty when it is asked directly."""
    parts = urlsplit(url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all", "")
    if not proxy or proxy_bypass(parts.hostname or ""):
        return ""
    return printable(proxy if "://" in proxy else f"http://{proxy}")
