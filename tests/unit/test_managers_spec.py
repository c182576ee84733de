"""The grammar of specs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pydiff.errors import ExitCode, SpecError
from pydiff.managers import manager_names, parse_spec
from pydiff.model.spec import ArchiveRequest, HostRequest, InterpreterRequest, Request, VersionRequest
from pydiff.model.target import RELEASED, Target, this_machine

ARCHIVE = "cpython-3.9.20+20241016-x86_64-unknown-linux-gnu-install_only.tar.gz"


@pytest.mark.parametrize(
    ("text", "manager", "version", "request_"),
    [
        ("3.9", "uv", "", VersionRequest(3, 9)),
        ("uv:3.9.12", "uv", "", VersionRequest(3, 9, 12)),
        ("uv@0.5.5:3.13t", "uv", "0.5.5", VersionRequest(3, 13, variant="freethreaded")),
        ("uv:3.13.1td", "uv", "", VersionRequest(3, 13, 1, variant="freethreaded+debug")),
        ("mise@v2024.11.37:3.14.0rc2", "mise", "2024.11.37", VersionRequest(3, 14, 0, "rc2")),
        ("pbs:3.9.20+20241016", "pbs", "", VersionRequest(3, 9, 20, tag="20241016")),
        ("host", "uv", "", HostRequest()),
        ("mise@2024.12.15:host-3.10", "mise", "2024.12.15", HostRequest("3.10")),
        (f"./a:b/{ARCHIVE}", "uv", "", ArchiveRequest(f"./a:b/{ARCHIVE}")),
        (f"uv@0.5.5:./{ARCHIVE}", "uv", "0.5.5", ArchiveRequest(f"./{ARCHIVE}")),
        (f"https://u:p@h:8080/d/{ARCHIVE}", "uv", "", ArchiveRequest(f"https://u:p@h:8080/d/{ARCHIVE}")),
        (f"pbs:http://[::1]:80/{ARCHIVE}", "pbs", "", ArchiveRequest(f"http://[::1]:80/{ARCHIVE}")),
        ("/d/a#b.tar.zst", "uv", "", ArchiveRequest("/d/a#b.tar.zst")),
        ("path:./python", "path", "", InterpreterRequest("./python")),
        ("path:/usr/bin/python3.9", "path", "", InterpreterRequest("/usr/bin/python3.9")),
        ("pyenv:3.9", "pyenv", "", VersionRequest(3, 9)),
        (" uv:3.9\n", "uv", "", VersionRequest(3, 9)),
    ],
)
def test_forms(text: str, manager: str, version: str, request_: Request) -> None:
    spec = parse_spec(text)
    assert (spec.manager, spec.manager_version, spec.request) == (manager, version, request_)
    assert (spec.text, spec.target) == (text.strip(), this_machine())


def test_the_default_manager_is_the_callers() -> None:
    assert parse_spec("3.9", manager="mise").manager == "mise"
    assert parse_spec("uv:3.9", manager="mise").manager == "uv"


def test_target() -> None:
    spec = parse_spec("uv@0.5.8:3.12#linux-x86_64_v3-musl")
    assert spec.target == Target("linux", "x86_64", "musl", "v3")
    assert parse_spec(f"{ARCHIVE}#macos-aarch64").target == Target("macos", "aarch64", "none")


def test_home_is_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert parse_spec(f"uv:~/{ARCHIVE}").request == ArchiveRequest(f"{tmp_path}/{ARCHIVE}")
    assert parse_spec("path:~/py").request == InterpreterRequest(f"{tmp_path}/py")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "names no Python", "a request is 3.9"),
        ("uv:", "names no Python", "a request is 3.9"),
        ("#linux-x86_64-gnu", "names no Python", "a request is 3.9"),
        ("uvx:3.9", "unknown manager 'uvx'", "did you mean `uv:`?"),
        ("mize:3.9", "unknown manager 'mize'", "did you mean `mise:`?"),
        ("qwerty:3.9", "unknown manager 'qwerty'", "pydiff knows uv, mise"),
        ("uv@0.5:3.9", "'0.5' is not a version of uv", "all three numbers"),
        ("uv@:3.9", "'' is not a version of uv", "all three numbers"),
        ("pbs@1.2.3:3.9", "pbs has no versions", "write `pbs:3.9`"),
        ("pyenv@1.2.3:3.9", "pyenv has no versions", "; uv, mise, rye, hatch, pdm, poetry, pipx have versions"),
        ("3", "'3' is not a Python that can be asked for", "such as 3.12"),
        ("3.15rc1", "'3.15rc1' is not a Python", "did you mean `3.15`?"),
        ("cpython-3.9.12", "'cpython-3.9.12' is not a Python", "did you mean `3.9.12`?"),
        ("3.9.20+2024", "'3.9.20+2024' is not a Python", "did you mean `3.9.20`?"),
        ("3.9#linux-x86_64-gun", "unknown platform 'linux-x86_64-gun'", "did you mean #linux-x86_64-gnu?"),
        ("3.9#macos-arm64", "unknown architecture 'arm64'", "macos-aarch64"),
        ("3.9#", "unknown platform ''", "targets are"),
        ("host-3", "'3' is not a Python such as 3.9", "host-3.9"),
        ("host-3.9.1", "'3.9.1' is not a Python such as 3.9", "host-3.9"),
        ("host#windows-x86", "its target cannot be windows-x86", "leave"),
        ("path:/bin/python#windows-x86", "its target cannot be windows-x86", "leave"),
        ("/usr/bin/python3.9", "neither a version nor an archive", "path:/usr/bin/python3.9"),
        ("file:///tmp/x.tar.gz", "not an http or https URL", "plain path"),
        ("https://h/x.zip", "not the URL of an archive", ".tar.gz or .tar.zst"),
        ("pyenv:host", "pyenv cannot answer for 'host'", "it takes a version"),
        ("~nobody-of-that-name/x.tar.gz", "no such user", "in full"),
    ],
)
def test_errors_say_what_to_do(text: str, message: str, hint: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(text)
    assert message in str(caught.value)
    assert hint in caught.value.hint
    assert caught.value.exit_code is ExitCode.USAGE


VERSIONS = st.builds(
    VersionRequest,
    major=st.integers(2, 4),
    minor=st.integers(0, 99),
    patch=st.integers(0, 99),
    prerelease=st.sampled_from(["", "rc2", "a10", "b1"]),
    variant=st.sampled_from(["", "freethreaded", "debug", "freethreaded+debug"]),
    tag=st.sampled_from(["", "20241016"]),
)
REQUESTS = st.one_of(
    VERSIONS,
    st.builds(VersionRequest, major=st.just(3), minor=st.integers(0, 20), tag=st.sampled_from(["", "20241016"])),
    st.just(HostRequest()),
    st.builds(HostRequest, st.sampled_from(["3.9", "3.14"])),
    st.builds(
        ArchiveRequest, st.sampled_from([ARCHIVE, f"/a b/{ARCHIVE}", f"https://h/x/{ARCHIVE.replace('+', '%2B')}"])
    ),
)


@given(
    request=REQUESTS,
    manager=st.sampled_from(["uv", "mise"]),
    version=st.sampled_from(["", "2024.12.15"]),
    target=st.sampled_from(RELEASED),
)
def test_what_is_written_is_read_again(request: Request, manager: str, version: str, target: str) -> None:
    place = f"#{target}" if isinstance(request, VersionRequest | ArchiveRequest) else ""
    spec = parse_spec(f"{manager}{'@' + version if version else ''}:{request}{place}")
    assert (spec.manager, spec.manager_version, spec.request) == (manager, version, request)
    assert not place or str(spec.target) == target


WORDS = st.lists(
    st.sampled_from(
        [
            *manager_names(),
            "@",
            ":",
            "#",
            "3.9",
            ".1",
            "+",
            "20241016",
            "host",
            "-",
            "//",
            "~",
            "t",
            "rc1",
            ".tar.gz",
            "\0",
            "é",
        ]
    ),
    max_size=8,
).map("".join)


@given(st.one_of(st.text(), WORDS))
@example("uv:~\0/x.tar.gz")
@example("3.9#--")
@example("uv@9999999999.1.1:3.9")
@example("٣.٩")
def test_nothing_but_spec_errors(text: str) -> None:
    try:
        spec = parse_spec(text)
    except SpecError as refused:
        hint = refused.hint
    else:
        hint = spec.manager
    assert hint


def test_versions_that_installed_again() -> None:
    spec = parse_spec("uv@0.5.5,v0.5.10,0.13.9:3.9")
    assert (spec.manager_version, spec.manager_again) == ("0.5.5", ("0.5.10", "0.13.9"))
    assert parse_spec("uv@0.5.5:3.9").manager_again == ()


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("mise@2024.12.15,2025.6.0:3.9", "mise leaves what it has installed as it is", "write `mise@2024.12.15:3.9`"),
        ("uv@0.5.5,:3.9", "'' is not a version of uv", "all three numbers"),
        ("uv@0.5.5,0.6:3.9", "'0.6' is not a version of uv", "all three numbers"),
        ("pbs@1.2.3,1.2.4:3.9", "pbs has no versions", "write `pbs:3.9`"),
    ],
)
def test_what_cannot_install_again(text: str, message: str, hint: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(text)
    assert message in str(caught.value)
    assert hint in caught.value.hint
