"""The package index, as pip is configured on this machine: read once, used for sources and for build requirements."""

from __future__ import annotations

import ast
import hashlib
import json
import logging
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from unearth import PackageFinder
    from unearth.fetchers import Fetcher

_SECTIONS = ("global", "install", "download", ":env:")
"""Of pip's configuration, weakest first; the sections of other commands say nothing about where packages come from."""
_NETWORK_VARIABLES = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC"),
)
"""What a download may be told through the environment, besides pip's own settings. No build ever sees them."""


@dataclass(frozen=True, slots=True)
class IndexConfig:
    """pip's settings that decide where packages come from. URLs may hold credentials: never shown."""

    index_url: str = ""
    """Empty for pip's own default."""
    extra_index_urls: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    cert: str = ""
    client_cert: str = ""
    trusted_hosts: tuple[str, ...] = ()
    proxy: str = ""
    timeout: float = 60.0

    def key(self) -> str:
        """Names the places, for caching what they answered."""
        places = [self.index_url, *self.extra_index_urls, *self.find_links, str(self.no_index)]
        return hashlib.sha256(json.dumps(places).encode()).hexdigest()[:16]

    def environment(self) -> dict[str, str]:
        """The same settings for a pip that cannot read the user's files."""
        lists = {
            "PIP_EXTRA_INDEX_URL": self.extra_index_urls,
            "PIP_FIND_LINKS": self.find_links,
            "PIP_TRUSTED_HOST": self.trusted_hosts,
        }
        words = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": self.index_url,
            "PIP_NO_INDEX": "1" if self.no_index else "",
            "PIP_CERT": self.cert,
            "PIP_CLIENT_CERT": self.client_cert,
            "PIP_PROXY": self.proxy,
            "PIP_DEFAULT_TIMEOUT": f"{self.timeout:g}",
            **{name: " ".join(values) for name, values in lists.items()},
        }
        inherited = {name: os.environ[name] for name in _NETWORK_VARIABLES if name in os.environ}
        return {**inherited, **{name: value for name, value in words.items() if value}}

    def without_local(self) -> IndexConfig | None:
        """The places that are not of this machine; None when there are none."""
        if self.no_index or _local_path(self.index_url):
            return None
        return replace(
            self,
            extra_index_urls=tuple(url for url in self.extra_index_urls if not _local_path(url)),
            find_links=tuple(link for link in self.find_links if not _local_path(link)),
        )

    def local_paths(self) -> tuple[str, ...]:
        """Files and folders of this machine that a download needs to read."""
        places = [self.cert, self.client_cert, os.environ.get("NETRC", ""), os.environ.get("SSL_CERT_FILE", "")]
        places += [_local_path(place) for place in (self.index_url, *self.extra_index_urls, *self.find_links)]
        return tuple(place for place in places if place and Path(place).exists())


def _local_path(place: str) -> str:
    if place.startswith("file:"):
        return unquote(urlsplit(place).path)
    return "" if "://" in place else place


def read_index_config() -> IndexConfig:
    """What `pip config list` of pydiff's own Python says: pip.conf files and PIP_* variables."""
    return _read_once(tuple(sorted(item for item in os.environ.items() if item[0].startswith("PIP_"))))


@cache
def _read_once(_variables: tuple[tuple[str, str], ...]) -> IndexConfig:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return parse_config(done.stdout)


def parse_config(text: str) -> IndexConfig:
    """`text` is pip's listing: a line per setting, `section.name='value'`, the value a Python literal."""
    settings = _settings(text)

    def words(name: str) -> tuple[str, ...]:
        return tuple(settings.get(name, "").split())

    try:
        timeout = float(settings.get("timeout") or settings.get("default-timeout") or 60.0)
    except ValueError:
        timeout = 60.0
    return IndexConfig(
        index_url=settings.get("index-url", "").strip(),
        extra_index_urls=words("extra-index-url"),
        find_links=tuple(
            link if "://" in link else str(Path(link).expanduser().absolute()) for link in words("find-links")
        ),
        no_index=settings.get("no-index", "").strip().lower() in {"1", "true", "yes", "on", "y", "t"},
        cert=settings.get("cert", ""),
        client_cert=settings.get("client-cert", ""),
        trusted_hosts=words("trusted-host"),
        proxy=settings.get("proxy", ""),
        timeout=timeout,
    )


def _settings(text: str) -> Mapping[str, str]:
    found: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for line in text.splitlines():
        name, equals, literal = line.partition("=")
        section, _dot, key = name.strip().rpartition(".")
        if not equals or section not in found:
            continue
        try:
            found[section][key.lower().replace("_", "-")] = str(ast.literal_eval(literal.strip()))
        except (ValueError, SyntaxError):
            found[section][key.lower().replace("_", "-")] = literal.strip()
    return {key: value for section in _SECTIONS for key, value in found[section].items()}


@contextmanager
def package_finder(config: IndexConfig) -> Iterator[tuple[PackageFinder, list[str]]]:
    """An index client, and the list into which it writes what it could not read."""
    from pip._internal.models.index import PyPI  # noqa: PLC0415 - slow, and only needed here
    from unearth import PackageFinder  # noqa: PLC0415 - slow, and only needed here
    from unearth.auth import MultiDomainBasicAuth  # noqa: PLC0415 - as above
    from unearth.fetchers import PyPIClient  # noqa: PLC0415 - as above

    indexes = [] if config.no_index else [config.index_url or PyPI.simple_url, *config.extra_index_urls]
    client = PyPIClient(
        trusted_hosts=config.trusted_hosts, verify=_certificates(config), timeout=config.timeout, **_options(config)
    )
    client.auth = MultiDomainBasicAuth(prompting=False, index_urls=indexes)
    with client, _complaints() as complaints:
        finder = PackageFinder(
            cast("Fetcher", client),
            index_urls=indexes,
            find_links=_existing(config.find_links),
            ignore_compatibility=True,
        )
        if not indexes and not config.find_links:
            finder.sources.clear()  # unearth would fall back on its default, which --no-index forbids
        yield finder, complaints


def _existing(links: tuple[str, ...]) -> list[str]:
    return [link for link in links if "://" in link or Path(link).exists()]


def _options(config: IndexConfig) -> dict[str, Any]:
    options = {"proxy": config.proxy, "cert": config.client_cert}
    return {name: value for name, value in options.items() if value}


def _certificates(config: IndexConfig) -> ssl.SSLContext | bool:
    return ssl.create_default_context(cafile=config.cert) if config.cert and Path(config.cert).is_file() else True


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """A page that cannot be read is logged by unearth and passed over; without a handler Python would print that."""
    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    logger, listener = logging.getLogger("unearth"), Listener(logging.WARNING)
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(listener)
    try:
        yield heard
    finally:
        logger.removeHandler(listener)
        logger.propagate = propagate
