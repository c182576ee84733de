"""Where a Python was compiled, as its own variables say; and what never becomes a role, whatever they say."""

from __future__ import annotations

import pytest

from pydiff.compare import compare_trees
from pydiff.compare.places import places
from pydiff.model.snapshot import Facts, Snapshot
from snapshot_support import LINUX, MACOS, MACOS_FULL, WINDOWS_FULL, released


def tree(where: str = "/opt/py", /, **sysconfig: str) -> Snapshot:
    return Snapshot(where, "3.9.18", {"sysconfig": {**sysconfig}}, {})


def compiled(snapshot: Snapshot) -> dict[str, str]:
    return {role: text for role, text in places(snapshot).items() if role in {"build", "python-source", "tmp", "tmp~1"}}


def recorded(name: str) -> Snapshot:
    full = "full" in name
    variables: Facts = released(name, "PYTHON")["python_config_vars"] if full else released(name, "sysconfig")
    return Snapshot("/opt/py", "3.9.18", {"sysconfig": variables}, {})


_RUNNER = "AppData\\Local\\Temp\\python-build-ugmpiylv"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (LINUX, {"build": "/build/Python-3.9.23"}),
        (
            MACOS,
            {
                "build": "/private/var/folders/24/8k48jl6d249_n_qfxwsl6xvm0000gn/T/tmpbli3lnss/Python-3.9.6",
                "tmp": "/var/folders/24/8k48jl6d249_n_qfxwsl6xvm0000gn/T/tmpbli3lnss",
            },
        ),
        (
            MACOS_FULL,
            {
                "build": "/private/var/folders/hw/1f0gcr8d6kn9ms0_wn0_57qc0000gn/T/tmp6rccdvao/Python-3.11.9",
                "tmp": "/var/folders/hw/1f0gcr8d6kn9ms0_wn0_57qc0000gn/T/tmp6rccdvao",
            },
        ),
        (
            WINDOWS_FULL,
            {"tmp": f"C:\\Users\\runneradmin\\{_RUNNER}", "tmp~1": f"C:\\Users\\RUNNER~1\\{_RUNNER}"},
        ),
    ],
)
def test_released_trees(name: str, expected: dict[str, str]) -> None:
    assert compiled(recorded(name)) == expected


def test_debians_build_is_beside_its_source() -> None:
    top = "/build/python3.9-RNhvaP/python3.9-3.9.2"
    found = compiled(tree("/usr", abs_builddir=f"{top}/build-shared", abs_srcdir=f"{top}/build-shared/..", srcdir=".."))
    assert found == {"build": f"{top}/build-shared", "python-source": top}


def test_the_source_that_only_a_flag_tells() -> None:
    flag = "-g -ffile-prefix-map=/build/python3.9-RNhvaP/python3.9-3.9.2=. -O2"
    assert compiled(tree("/usr", CFLAGS=flag)) == {"build": "/build/python3.9-RNhvaP/python3.9-3.9.2"}


def test_python_build_makes_a_temporary_folder() -> None:
    build = "/tmp/python-build.20240101.1234/Python-3.9.18"
    assert compiled(tree(abs_builddir=build)) == {"build": build, "tmp": "/tmp/python-build.20240101.1234"}


def test_a_build_that_is_itself_the_temporary_folder() -> None:
    assert compiled(tree(abs_builddir="/tmp/Python-3.9.18")) == {"build": "/tmp/Python-3.9.18"}


def test_the_official_image_of_docker_builds_below_usr() -> None:
    assert compiled(tree("/usr/local", abs_builddir="/usr/src/python")) == {"build": "/usr/src/python"}


@pytest.mark.parametrize(
    "place",
    [
        "", "/", "//", "/usr", "/usr/", "/usr/local", "/usr/lib", "/usr/local/lib", "/opt", "/opt/py", "/opt/py/", "/build", "/home", "/home/me",
        "/Users/me", "/var/tmp", "/tmp", "/private/tmp", "/private/var/folders", "/install", "/install/lib", "/tools", "/tools/deps", ".",
        "relative/x", "/a/../usr", "/recorded", "/recorded/py", "/etc/python3",
    ],
)  # fmt: skip
def test_what_is_everybodys_or_a_prefix_never_becomes_a_role(place: str) -> None:
    assert compiled(tree("/opt/py", prefix="/recorded/py/3.9", abs_builddir=place, abs_srcdir=place)) == {}


@pytest.mark.parametrize("prefix", ["/tmp/abc", "/tmp/abc/py", "/private/tmp/abc/py"])
def test_a_temporary_folder_with_the_python_in_it_is_no_role(prefix: str) -> None:
    assert "tmp" not in compiled(tree(prefix, abs_builddir="/tmp/abc/Python-3.9.18"))


def test_values_that_are_no_texts() -> None:
    snapshot = Snapshot("/opt/py", "3.9.18", {"sysconfig": {"abs_builddir": 1, "AR": ["x"], "srcdir": None}}, {})
    assert compiled(snapshot) == {}
    assert places(snapshot)["srcdir"] == ""


def test_the_recorded_prefix_stays_visible_and_so_do_the_tools() -> None:
    released_ = tree(LIBDIR="/install/lib", AR="/tools/llvm/bin/llvm-ar", prefix="/install")
    laid = tree(LIBDIR="/opt/py/lib", AR="ar", prefix="/opt/py")
    found = {one.subject: (one.left, one.right) for one in compare_trees(released_, laid)}
    assert found["LIBDIR"] == ("/install/lib", "{prefix}/lib")
    assert found["prefix"] == ("/install", "{prefix}")
    assert found["AR"] == ("/tools/llvm/bin/llvm-ar", "ar")


def test_two_compilations_of_one_python_do_not_differ() -> None:
    def made(folder: str, prefix: str) -> Snapshot:
        build = f"{folder}/Python-3.9.18"
        return tree(
            prefix,
            abs_builddir=build,
            RUNSHARED=f"LD_LIBRARY_PATH={build}",
            OPENSSL_LDFLAGS=f"-L{folder}/deps/lib",
            WASM_STDLIB=f".{prefix}/lib/python3.9/os.py",
        )

    assert compare_trees(made("/tmp/python-build.1", "/opt/a"), made("/var/folders/x/y/T/tmpab", "/srv/b")) == []


def test_a_source_beside_its_build_is_said_once() -> None:
    def made(way: str, build: str) -> Snapshot:
        return tree(
            srcdir=way, CPPFLAGS=f"-I. -I{way}/Include", MAKESETUP=f"{way}/Modules/makesetup", abs_builddir=build
        )

    assert [one.subject for one in compare_trees(made("..", "/b/one/build"), made(".", "/b/two"))] == ["srcdir"]


def test_the_architecture_of_macos_is_no_role_in_values() -> None:
    left, right = tree(MULTIARCH="darwin", MACHDEP="darwin"), tree(MULTIARCH="x86_64-linux-gnu", MACHDEP="linux")
    found = {one.subject: (one.left, one.right) for one in compare_trees(left, right)}
    assert found["MACHDEP"] == ("darwin", "linux")
