"""File names of PBS archives; that all 50,000 are read is in test_data_tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.managers.assets import parse_asset_name, release_url, speed_rank
from pydiff.model.asset import Asset


@pytest.mark.parametrize(
    ("name", "asset"),
    [
        (
            "cpython-3.9.20%2B20241016-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz",
            ("3.9.20", "20241016", "x86_64-unknown-linux-gnu", (), "install_only_stripped"),
        ),
        (
            "cpython-3.14.0rc2+20250902-x86_64_v3-unknown-linux-musl-freethreaded+lto-full.tar.zst",
            ("3.14.0rc2", "20250902", "x86_64_v3-unknown-linux-musl", ("freethreaded", "lto"), "full"),
        ),
        (
            "cpython-3.13.2+20260324-aarch64-apple-darwin-freethreaded-install_only.tar.gz",
            ("3.13.2", "20260324", "aarch64-apple-darwin", ("freethreaded",), "install_only"),
        ),
        (
            "cpython-3.10.2+20220227-i686-pc-windows-msvc-static-noopt-full.tar.zst",
            ("3.10.2", "20220227", "i686-pc-windows-msvc", ("noopt", "static"), "full"),
        ),
        (
            "cpython-3.13.0+20250317-x86_64-unknown-linux-musl-lto+static-full.tar.zst",
            ("3.13.0", "20250317", "x86_64-unknown-linux-musl", ("lto", "static"), "full"),
        ),
        (
            "cpython-3.12.2+20240224-i686-pc-windows-msvc-shared-pgo-full.tar.zst",
            ("3.12.2", "20240224", "i686-pc-windows-msvc", ("pgo",), "full"),
        ),
        (
            # Built on the 13th (UTC), released as 20210414.
            "cpython-3.9.4-x86_64-unknown-linux-gnu-pgo+lto-20210413T2055.tar.zst",
            ("3.9.4", "20210414", "x86_64-unknown-linux-gnu", ("pgo", "lto"), "full"),
        ),
        (
            "cpython-3.9.7-x86_64-apple-darwin-install_only-20211017T1616.tar.gz",
            ("3.9.7", "20211017", "x86_64-apple-darwin", (), "install_only"),
        ),
        (
            "cpython-3.7.6-windows-amd64-shared-pgo-20200217T0022.tar.zst",
            ("3.7.6", "20200216", "x86_64-pc-windows-msvc", ("pgo",), "full"),
        ),
        ("cpython-3.7.1-linux64-20990101T0000.tar.zst", ("3.7.1", "", "x86_64-unknown-linux-gnu", (), "full")),
    ],
)
def test_names_of_every_era(name: str, asset: tuple[str, str, str, tuple[str, ...], str]) -> None:
    read = parse_asset_name(name)
    assert (read.version, read.tag, read.triple, read.build_options, read.flavor) == asset
    assert read.name == name.replace("%2B", "+")
    assert (read.urls, read.sha256, read.path) == ((), None, "")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "cpython-3.9.tar.gz",
        "pypy3.10-v7.3.17-linux64.tar.bz2",
        "cpython-3.9.20+20241016-pdp11-unknown-linux-gnu-install_only.tar.gz",
        "cpython-3.9.20+20241016-x86_64-unknown-linux-gnu-install_only.tar.gz.sha256",
        "x-cpython-3.9.20+20241016-x86_64-unknown-linux-gnu-install_only.tar.gz",
        "cpython-3.9.20+20241016-x86_64-unknown-linux-gnueabix-install_only.tar.gz",
        "cpython-3.9.20+20241016-../../x86_64-unknown-linux-gnu-install_only.tar.gz",
    ],
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a python-build-standalone archive"):
        parse_asset_name(name)


@given(st.text(max_size=60))
def test_only_value_errors(name: str) -> None:
    try:
        asset = parse_asset_name(name)
    except ValueError:
        return
    assert isinstance(asset, Asset)


def test_urls() -> None:
    name = "cpython-3.9.20+20241016-x86_64-unknown-linux-gnu-install_only.tar.gz"
    assert release_url("20241016", name).endswith("/20241016/" + name.replace("+", "%2B"))
    assert release_url("20241016", name, base="https://h", encoded=False) == f"https://h/20241016/{name}"


def test_the_fastest_options_come_first() -> None:
    names = [
        f"cpython-3.9.20+20241016-x86_64-unknown-linux-gnu-{options}-full.tar.zst"
        for options in ("debug", "lto", "pgo+lto", "noopt", "pgo")
    ]
    ranked = sorted(map(parse_asset_name, names), key=speed_rank)
    assert [asset.build_options for asset in ranked] == [("pgo", "lto"), ("pgo",), ("lto",), ("noopt",), ("debug",)]
