"""What each version of uv and mise does after extraction and how it picks, as tables by first version.

Sources: uv's `crates/uv-python/src/{downloads,managed}.rs` and `src/sysconfig/` at its tags, mise's `src/plugins/core/python.rs` and
`src/sysconfig/` at its tags.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydiff.managers.versions import Eras

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
UV_LINKS_PYTHON = Eras(before=False, steps=(("0.2.34", True),))
UV_MARKS_EXTERNALLY_MANAGED = Eras(before=False, steps=(("0.2.12", True),))
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

# ------------------------------------------------------------------------------------------------------------ uv's selection
UV_VARIANT_SINCE = {"freethreaded": "0.4.21", "debug": "0.8.18", "freethreaded+debug": "0.8.18"}
UV_MIRROR_FIRST = Eras(before=False, steps=(("0.10.8", True),))
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

# --------------------------------------------------------------------------------------------------------- mise's selection
MISE_COMPILES = Eras(before=True, steps=(("2024.1.30", False), ("2024.11.7", True), ("2024.11.10", False)))
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
MISE_WINDOWS = Eras(
    "",
    (
        ("2024.8.10", "pc-windows-msvc-shared-install_only_stripped"),
        ("2024.10.2", "pc-windows-msvc-shared"),
        ("2025.8.2", "pc-windows-msvc"),
    ),
)
MISE_ORG = Eras("indygreg", (("2024.12.14", "astral-sh"),))
