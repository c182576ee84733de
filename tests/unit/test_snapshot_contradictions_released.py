"""Real released trees, laid by a manager that changes nothing: every finding, in order, reviewed by hand against the trees."""

from __future__ import annotations

from dataclasses import replace

from pydiff.model.snapshot import Contradiction, Facts, Snapshot
from pydiff.snapshot.beside import Machine
from pydiff.snapshot.contradictions import contradictions
from snapshot_support import LINUX, MACOS, released

PREFIX = "/opt/u/python"
WINDOWS = "cpython-3.11.9-x86_64-pc-windows-msvc-pgo-full"
MAC_BUILD = "/var/folders/24/8k48jl6d249_n_qfxwsl6xvm0000gn/T/tmpbli3lnss"
SDK = "/Applications/Xcode_12.4.app/Contents/Developer/Platforms/MacOSX.platform/Developer/SDKs/MacOSX11.1.sdk"

# A machine with gcc and without clang; one with Apple's tools and another Xcode. Neither has what only build machines have.
LINUX_HOST = Machine(
    exists=lambda path: not path.startswith(("/install", "/tools", "/build")),
    which=lambda name: None if "clang" in name else f"/usr/bin/{name}",
    platform="linux",
    arch="x86_64",
    loads=lambda _: "",
    glibc="2.36",
    real=lambda path: path,
)
MAC_HOST = replace(
    LINUX_HOST,
    exists=lambda path: (
        not path.startswith(("/install", "/var/folders", "/private/var/folders", "/Applications/Xcode_"))
    ),
    which=lambda name: f"/usr/bin/{name}",
    platform="darwin",
    glibc="",
)


def laid(name: str, version: str, below: str = "") -> Snapshot:
    files: Facts = {}
    for row in released(name, "manifest"):
        path = row["path"].removeprefix(below)
        if row["path"].startswith(below):
            link = row.get("target")
            files[path] = (
                {"kind": "link", "mode": 0o777, "target": link}
                if link
                else {"kind": "file", "mode": 0o644, "size": row["size"] or 0}
            )
    return Snapshot(PREFIX, version, {"files": files}, {})


def tree(name: str, version: str) -> Snapshot:
    snapshot = laid(name, version)
    return replace(snapshot, families={"sysconfig": released(name, "sysconfig"), **snapshot.families})


def rows(found: list[Contradiction]) -> list[tuple[str, str, str, str]]:
    return [(one.severity, one.says, one.found, " ".join(one.said)) for one in found]


PLACES = (
    "LIBDIR INCLUDEPY CONFINCLUDEPY LIBPL INCLUDEDIR CONFINCLUDEDIR prefix exec_prefix LIBDEST BINLIBDEST BINDIR LIBPC"
)
LINUX_EVERYWHERE = [
    ("breaks", "/tools/llvm/bin/llvm-ar", "no such file", "AR"),
    (
        "breaks",
        "/install/lib",
        "no such folder",
        f"{PLACES} CONFIG_ARGS DESTDIRS DESTLIB DESTSHARED INCLDIRSTOMAKE MACHDESTLIB MANDIR SCRIPTDIR datarootdir",
    ),
    ("changes", "libpython3.9.a", "no such file in the tree", "LIBRARY"),
    (
        "cosmetic",
        "/build/Python-3.9.23/coverage.info",
        "no such file or folder",
        "COVERAGE_INFO COVERAGE_REPORT PYTHON_FOR_BUILD RUNSHARED TESTPYTHON TESTRUNNER abs_builddir abs_srcdir",
    ),
    ("cosmetic", "/tools/deps", "no such file or folder", "CONFIG_ARGS LLVM_PROF_MERGER"),
]
LINUX_HERE = [
    ("breaks", "clang", "no such program on PATH", "CC LDSHARED BLDSHARED LINKCC MAINCC"),
    ("breaks", "clang++", "no such program on PATH", "CXX LDCXXSHARED"),
    *LINUX_EVERYWHERE,
]
MAC_FLAGS = (
    "CONFIGURE_CFLAGS CONFIGURE_CPPFLAGS CONFIGURE_LDFLAGS CONFIG_ARGS",
    "PY_BUILTIN_MODULE_CFLAGS PY_CFLAGS PY_CORE_CFLAGS PY_CORE_LDFLAGS PY_CPPFLAGS PY_LDFLAGS PY_STDMODULE_CFLAGS",
)
MAC_SYSROOT = (
    "breaks",
    f"-isysroot {SDK}",
    "no such folder",
    f"CFLAGS CPPFLAGS LDFLAGS LDSHARED BLDSHARED {MAC_FLAGS[0]} {MAC_FLAGS[1]}",
)
MAC_EVERYWHERE = [
    ("breaks", f"{MAC_BUILD}/tools/clang-macos/bin/llvm-ar", "no such file", "AR"),
    (
        "breaks",
        "/install/lib",
        "no such folder",
        f"{PLACES} MODLIBS CONFIG_ARGS DESTDIRS DESTLIB DESTSHARED INCLDIRSTOMAKE LOCALMODLIBS MACHDESTLIB MANDIR SCRIPTDIR datarootdir",
    ),
    (
        "changes",
        f"{MAC_BUILD}/tools/deps/lib",
        "no such folder",
        " ".join(
            (
                "LDFLAGS LDSHARED BLDSHARED CFLAGS CPPFLAGS",
                MAC_FLAGS[0],
                "COVERAGE_INFO COVERAGE_REPORT LLVM_PROF_MERGER OPENSSL_INCLUDES OPENSSL_LDFLAGS",
                MAC_FLAGS[1],
                "RUNSHARED TESTPYTHON TESTRUNNER abs_builddir abs_srcdir",
            )
        ),
    ),
]


def test_linux_3_9_23() -> None:
    assert rows(contradictions(tree(LINUX, "3.9.23"), LINUX_HOST)) == LINUX_HERE


def test_linux_3_9_23_seen_from_a_mac() -> None:
    assert rows(contradictions(tree(LINUX, "3.9.23"), MAC_HOST)) == LINUX_EVERYWHERE


def test_linux_with_clang() -> None:
    clang = replace(LINUX_HOST, which=lambda name: f"/usr/bin/{name}")
    assert rows(contradictions(tree(LINUX, "3.9.23"), clang)) == LINUX_EVERYWHERE


def test_macos_3_9_6() -> None:
    found = rows(contradictions(tree(MACOS, "3.9.6"), MAC_HOST))
    assert found == [*MAC_EVERYWHERE[:2], MAC_SYSROOT, *MAC_EVERYWHERE[2:]]


def test_macos_3_9_6_seen_from_linux() -> None:
    # Whether a Mac has that Xcode is not known here.
    assert rows(contradictions(tree(MACOS, "3.9.6"), LINUX_HOST)) == MAC_EVERYWHERE


def test_every_finding_of_a_release_that_breaks_a_build_has_a_remedy() -> None:
    for name, version, host in ((LINUX, "3.9.23", LINUX_HOST), (MACOS, "3.9.6", MAC_HOST)):
        found = contradictions(tree(name, version), host)
        assert all(one.remedies for one in found if one.severity == "breaks")


def test_windows_3_11_9() -> None:
    """It keeps no variables in files; its PYTHON.json names the OpenSSL of another branch."""
    described = released(WINDOWS, "PYTHON")["build_info"]["extensions"]
    release: Facts = {
        f"extension/{name}": {
            "shared_lib": variants[0].get("shared_lib") or "",
            "links": [f"dynamic:{link['name']}" for link in variants[0]["links"] if "path_dynamic" in link],
        }
        for name, variants in described.items()
    }
    snapshot = laid(WINDOWS, "3.11.9", "install/")
    (one,) = contradictions(replace(snapshot, families={**snapshot.families, "release": release}), LINUX_HOST)
    assert (one.severity, one.family) == ("cosmetic", "release")
    assert sorted(set(one.said.values())) == ["libcrypto-1_1-x64.dll", "libssl-1_1-x64.dll"]
