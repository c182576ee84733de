"""What each version of uv and mise does after extraction and how it picks, as tables by first version.

Sources: uv's `crates/uv-python/src/{downloads,managed}.rs` and `src/sysconfig/` at its tags, mise's `src/plugins/core/python.rs` and
`src/sysconfig/` at its tags.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydiff.managers.versions import Eras
from pydiff.model.resolution import Unpacking

Compilers = Mapping[str, Mapping[str, str]]

# ---------------------------------------------------------------------------------------------------------------- compilers
C_VARIABLES = ("CC", "LDSHARED", "BLDSHARED", "LINKCC")
CXX_VARIABLES = ("CXX", "LDCXXSHARED")


def _compilers(c_words: tuple[str, ...], cxx_words: tuple[str, ...], **instead: Mapping[str, str]) -> Compilers:
    c_table = {variable: dict.fromkeys(c_words, "cc") for variable in C_VARIABLES}
    cxx_table = {variable: dict.fromkeys(cxx_words, "c++") for variable in CXX_VARIABLES}
    return {**c_table, **cxx_table, **instead}


def _from_targets(*crosses: str, clang_crosses: tuple[str, ...] = ()) -> Compilers:
    """The tables that uv generates from PBS's targets.yml: every host and target compiler named there."""
    return _compilers(
        (
            *(f"/usr/bin/{cross}-gcc" for cross in crosses),
            *(f"/usr/bin/{cross}-clang" for cross in clang_crosses),
            "clang",
            "musl-clang",
        ),
        (
            *(f"/usr/bin/{cross}-g++" for cross in crosses),
            *(f"/usr/bin/{cross}-clang++" for cross in clang_crosses),
            "clang++",
        ),
    )


_CLANG = _compilers(("clang",), ("clang++",))
_AARCH64_GCC = "/usr/bin/aarch64-linux-gnu-gcc"
_X86_64_GXX = "/usr/bin/x86_64-linux-gnu-g++"
_CROSSES = (
    "arm-linux-gnueabi",
    "arm-linux-gnueabihf",
    "mips-linux-gnu",
    "mipsel-linux-gnu",
    "powerpc64le-linux-gnu",
    "riscv64-linux-gnu",
    "s390x-linux-gnu",
    "x86_64-linux-gnu",
)
_AARCH64, _LOONGARCH64 = "aarch64-linux-gnu", "loongarch64-linux-gnu"

UV_COMPILERS: Eras[Compilers] = Eras(
    {},
    (
        ("0.5.10", _CLANG),
        # A key given twice in a map literal: the last one won, so CC and CXX lost `clang` (uv#13236).
        ("0.6.15", _compilers(("clang",), ("clang++",), CC={_AARCH64_GCC: "cc"}, CXX={_X86_64_GXX: "c++"})),
        (
            "0.7.2",
            _compilers(
                ("clang",),
                ("clang++",),
                CC={_AARCH64_GCC: "cc", "clang": "cc"},
                CXX={_X86_64_GXX: "c++", "clang++": "c++"},
            ),
        ),
        ("0.7.10", _from_targets(_AARCH64, *_CROSSES)),
        # targets.yml had dropped the aarch64 cross compiler, but older builds still name it (uv#19657).
        ("0.7.19", _from_targets(*_CROSSES)),
        ("0.8.20", _from_targets(_LOONGARCH64, *_CROSSES)),
        ("0.11.19", _from_targets(_AARCH64, _LOONGARCH64, *_CROSSES, clang_crosses=("riscv64-linux-gnu",))),
    ),
)
MISE_COMPILERS = _CLANG

# ------------------------------------------------------------------------------------------------------------- uv's changes
# Not in any changelog: the tar library changed with 0.5.27, and again with 0.13.0; seen in what the programs write under two umasks.
UV_MODES: Eras[Literal["umask", "umask+x", "archive+x"]] = Eras(
    "archive+x", (("0.5.27", "umask+x"), ("0.13.0", "umask"))
)
# 0.5.27 looked for a hard link's target beside the link, 0.13.0 refused every hard link.
UV_TAKES_HARD_LINKS = Eras(
    before=True, steps=(("0.5.27", False), ("0.5.28", True), ("0.13.0", False), ("0.13.1", True))
)
UV_LINKS_PYTHON = Eras(before=False, steps=(("0.2.34", True),))
UV_REWRITES_SYSCONFIG = Eras(before=False, steps=(("0.5.9", True),))
# Not in any changelog; seen in what 0.12.19 and 0.12.20 write.
UV_REWRITES_WHOLE_FOLDER = Eras(before=False, steps=(("0.12.20", True),))
UV_AR = Eras("", (("0.5.10", "ar"),))
UV_DOUBLES_BACKSLASHES = Eras(before=False, steps=(("0.5.9", True), ("0.5.12", False)))
UV_PKGCONFIG: Eras[Literal["", "absolute", "relocatable"]] = Eras(
    "", (("0.5.14", "absolute"), ("0.5.30", "relocatable"))
)
UV_SETS_INSTALL_NAME = Eras(before=False, steps=(("0.5.19", True),))
UV_WRITES_BUILD = Eras(before=False, steps=(("0.8.14", True),))
UV_COPIES_PYTHON_EXE = Eras(before=False, steps=(("0.4.24", True),))
UV_ENSURES_AGAIN = Eras(before=False, steps=(("0.4.29", True),))
"""Whether `uv python install` goes over what is installed already."""

# ------------------------------------------------------------------------------------------------------------ uv's selection
UV_VARIANT_SINCE = {"freethreaded": "0.4.21", "debug": "0.8.18", "freethreaded+debug": "0.8.18"}
UV_HIDES_MUSL = Eras(before=False, steps=(("0.3.5", True), ("0.6.6", False)))
"""Whether it passes over the musl entries of its list, which then were of static builds."""
UV_PRERELEASES: Eras[Literal["", "any", "final", "exact"]] = Eras(
    "", (("0.4.11", "any"), ("0.4.21", "final"), ("0.9.0", "exact"))
)
"""What 3.13.0rc2 may be answered with. "": it is not understood; any: the newest 3.13.0 or pre-release of it; final: that, or 3.13.0 itself,
which comes first; exact: nothing else. Lists have pre-releases since 0.4.9."""
UV_FINAL_MAY_BE_PRERELEASE = Eras(before=True, steps=(("0.9.1", False),))
"""Whether 3.14.0 is answered with the newest pre-release of it while there is no 3.14.0."""
# From the sources alone: no such machine was at hand. A target that is named is always taken as it is named.
UV_EMULATES = {
    "macos-aarch64": ("0.7.9", "macos-x86_64"),
    "windows-aarch64": ("0.6.2", "windows-x86_64"),
    "windows-x86_64": ("0.9.7", "windows-x86"),
}
"""Machine -> since when it is given another's build where it has none of its own, and whose."""
UV_PREFERS_EMULATION = Eras(before=False, steps=(("0.7.18", True),))
"""On Windows for ARM64, whose own builds have few wheels to install."""
UV_MIRROR_FIRST = Eras(before=False, steps=(("0.10.8", True),))
UV_TAKES_A_DATE = "0.8.14"
"""First with UV_PYTHON_CPYTHON_BUILD."""
UV_TAKES_A_LIST = "0.6.13"
"""First with UV_PYTHON_DOWNLOADS_JSON_URL."""

# ----------------------------------------------------------------------------------------------------------- mise's changes
MISE_REWRITES_SYSCONFIG = Eras(before=False, steps=(("2024.12.15", True),))
MISE_REPLACES_LINK = Eras(before=True, steps=(("2024.12.15", False),))
# Which folders of lib/ it looks into: python{minor}{what follows the patch number}, then without that, then with `t`.
MISE_SYSCONFIG_FOLDERS = Eras(
    ("python{minor}{rest}",),
    (
        ("2025.8.14", ("python{minor}{rest}", "python{minor}")),
        ("2026.3.10", ("python{minor}{rest}", "python{minor}", "python{minor}t")),
    ),
)
MISE_COPIES_PYTHON3 = Eras(before=False, steps=(("2026.7.13", True),))
"""On Windows."""
MISE_WRAPS_PIP = Eras(before=False, steps=(("2026.7.14", True),))
"""On Windows."""

# How it unpacks: `src/file.rs`, `fn untar`. It sets the modes of the archive, whatever the umask is.
MISE_UNPACKING = Eras(
    Unpacking(modes="archive", full="refused"),
    (
        # Stripping the top folder made a hard link's target relative to wherever mise was started.
        ("2024.11.13", Unpacking(modes="archive", full="refused", hard_links=False)),
        ("2024.12.10", Unpacking(modes="archive", full="lifted", hard_links=False)),
        # Unpacked as it is, then moved up out of the top folder, which was left.
        ("2025.7.1", Unpacking(modes="archive", full="lifted", top_left=True)),
        ("2025.7.12", Unpacking(modes="archive", full="lifted")),
        # Another library for tar (jdx-tar), which keeps set-id bits.
        ("2026.7.8", Unpacking(modes="archive+ids", full="lifted")),
    ),
)

# --------------------------------------------------------------------------------------------------------- mise's selection
MISE_COMPILES = Eras(before=False, steps=(("2024.11.7", True), ("2024.11.10", False)))
"""Whether it compiles a Python that its list has, with `python.compile` unset."""
MISE_ASKS_VERSIONS_HOST = Eras(before=True, steps=(("2024.11.1", False),))
"""Whether which versions there are comes from mise-versions.jdx.dev/python, which is made from python-build's definitions."""
MISE_HIDES_FREETHREADED_DEFINITIONS = Eras(before=False, steps=(("2024.10.2", True),))
MISE_LISTS = Eras(
    "http://mise-versions.jdx.dev/python-precompiled",
    (
        ("2024.12.11", "http://mise-versions.jdx.dev/python-precompiled-{triple}.gz"),
        ("2025.10.8", "https://mise-versions.jdx.dev/python-precompiled-{triple}.gz"),
        ("2025.12.11", "https://mise-versions.jdx.dev/tools/python-precompiled-{triple}.gz"),
    ),
)
MISE_RANKS = Eras(before=False, steps=(("2024.10.2", True),))
"""Whether it orders by date and flavor; before, it took the last line of the list."""
MISE_KNOWS_PRERELEASES = Eras(before=False, steps=(("2024.10.2", True),))
MISE_SKIPS_FREETHREADED = Eras(before=False, steps=(("2026.3.10", True),))
# The platform it asks for, where that is not the triple of PBS.
MISE_X86_64_LINUX = Eras("x86_64_v1", (("2024.1.31", "x86_64"),))
# Every Mac has SSE 4.1, by which it went until mise#1774.
MISE_X86_64_MACOS = Eras("x86_64_v2", (("2024.5.14", "x86_64"),))
MISE_AARCH64_WINDOWS = Eras("x86_64", (("2026.4.7", "aarch64"),))
MISE_ARCHITECTURES = {"x86": "x86", "armv7": "arm", "powerpc64le": "powerpc64"}
"""Rust's names, which it takes as they are; PBS calls these i686, armv7 and ppc64le."""
MISE_WINDOWS = Eras(
    "",
    (
        ("2024.8.10", "pc-windows-msvc-shared-install_only_stripped"),
        ("2024.8.12", ""),  # told to compile there, which cannot be
        ("2024.11.7", "pc-windows-msvc-shared"),
        ("2025.8.2", "pc-windows-msvc"),
    ),
)
MISE_NOT_ON_WINDOWS = Eras(
    "precompiled Pythons for Windows came with mise 2024.8.10",
    (("2024.8.12", "2024.8.12 to 2024.11.6 tried to compile there, and failed"),),
)
MISE_ORG = Eras("indygreg", (("2024.12.14", "astral-sh"),))
MISE_ASKS_ATTESTATIONS = Eras(before=False, steps=(("2026.3.18", True),))
