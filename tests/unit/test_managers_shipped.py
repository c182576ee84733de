"""The shipped lists by release: a build is there from its first release to its last, and in none beside."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pydiff import data
from pydiff.managers import parse_spec, shipped
from pydiff.managers.versions import key
from pydiff.model.spec import VersionRequest
from pydiff.model.target import Target

TABLES = {data.UV_FOLDER: "uv", "rye": "rye", "hatch": "hatch", "pbs-installer": "pbs-installer"}
LINUX = Target.parse("linux-x86_64-gnu")


def asked(text: str) -> VersionRequest:
    request = parse_spec(f"uv:{text}").request
    assert isinstance(request, VersionRequest)
    return request


@pytest.mark.parametrize("table", TABLES)
def test_every_release_has_just_what_its_spans_say(table: str) -> None:
    for minor in ("3.9", "3.13"):
        builds = data.builds(table, minor)
        for release, _ in data.releases(TABLES[table]):
            there = [
                build for build in builds if any(key(first) <= key(release) <= key(last) for first, last in build.spans)
            ]
            assert list(shipped.offered(table, release, minor)) == there


def test_minors_of_a_release() -> None:
    assert shipped.minors("hatch", "1.12.0") == ("3.7", "3.8", "3.9", "3.10", "3.11", "3.12")
    assert shipped.minors("hatch", "1.13.0")[-1] == "3.13"


def test_from_the_first_release_that_had_it_to_the_last() -> None:
    assert shipped.release_span("rye", asked("3.12.4"), LINUX) == ("0.37.0", "0.44.0")
    # Without a patch, any of that minor version.
    assert shipped.release_span("hatch", asked("3.13"), LINUX) == ("1.13.0", data.releases("hatch")[-1][0])
    assert shipped.release_span("hatch", asked("3.13.99"), LINUX) is None
    assert shipped.release_span("rye", asked("3.13t"), LINUX) is None
    assert shipped.release_span("rye", asked("3.12.4"), replace(LINUX, arch="riscv64")) is None
    assert shipped.release_span("rye", asked("3.99"), LINUX) is None
