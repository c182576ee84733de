"""Which URLs are asked for an asset, with and without a mirror."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pydiff.fetch.hosts import RELEASES, sums_of, urls_of
from pydiff.model.asset import Asset

NAME = "cpython-3.9.20+20241016-x86_64-unknown-linux-gnu-install_only.tar.gz"
QUOTED = NAME.replace("+", "%2B")
ASSET = Asset(
    name=NAME,
    version="3.9.20",
    tag="20241016",
    triple="x86_64-unknown-linux-gnu",
    build_options=(),
    flavor="install_only",
    urls=tuple(f"{base}20241016/{QUOTED}" for base in RELEASES),
)


def test_without_a_mirror_the_assets_own_urls() -> None:
    assert urls_of(ASSET, "") == ASSET.urls


@pytest.mark.parametrize(
    ("mirror", "url"),
    [
        ("https://mirror.test/pbs", f"https://mirror.test/pbs/20241016/{QUOTED}"),
        ("https://mirror.test/pbs/", f"https://mirror.test/pbs/20241016/{QUOTED}"),
        ("file:///srv/pbs", f"file:///srv/pbs/20241016/{QUOTED}"),
        ("/srv/pbs", f"/srv/pbs/20241016/{NAME}"),
    ],
)
def test_a_mirror_stands_for_all_release_hosts(mirror: str, url: str) -> None:
    assert urls_of(ASSET, mirror) == (url,)


def test_a_mirror_needs_no_urls() -> None:
    assert urls_of(replace(ASSET, urls=()), "https://m.test") == (f"https://m.test/20241016/{QUOTED}",)


def test_old_names_keep_the_tag_of_their_url() -> None:
    """The date in a name of 2021 is not the tag of its release."""
    name = "cpython-3.9.7-x86_64-unknown-linux-gnu-pgo+lto-20211017T1616.tar.zst"
    old = replace(ASSET, name=name, tag="20211017", urls=(f"{RELEASES[1]}20211017/{name}",))
    assert urls_of(old, "/srv") == (f"/srv/20211017/{name}",)
    assert urls_of(old, "http://m.test") == (f"http://m.test/20211017/{name.replace('+', '%2B')}",)


def test_an_url_of_the_users_own_is_not_the_mirrors_business() -> None:
    own = replace(ASSET, urls=("https://example.test/x.tar.gz",))
    assert urls_of(own, "https://m.test") == own.urls


def test_sums_are_beside_the_asset() -> None:
    assert sums_of((f"https://m.test/20241016/{QUOTED}?token=x",)) == ("https://m.test/20241016/SHA256SUMS",)
    assert sums_of((f"/srv/20241016/{NAME}",)) == ("/srv/20241016/SHA256SUMS",)
