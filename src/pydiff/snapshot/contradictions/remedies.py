"""The known ways out, by what is wrong, and by manager where they differ.

Sources: uv's change log (0.5.9, 0.5.10, 0.5.14, 0.5.19; uv issues 8429 and 13236), mise's (2024.12.15), the releases of
python-build-standalone, what PDM does after unpacking since 2.26.3 (`managers/changes/sysconfigpatcher.py`), and what rye, poetry, hatch
and pipx do to these files: nothing.
"""

from __future__ import annotations

_AS_RELEASED = "rye, poetry, hatch and pipx leave it as released"
_NOBODY_ELSE = "mise, rye, pdm, poetry, hatch and pipx leave it as released"
_AS_RELEASED_BY_PDM_TOO = "rye, pdm, poetry, hatch and pipx leave it as released"

PLACES = (
    "uv: 0.5.9 and newer write the real folder; install again with `uv python install --reinstall`",
    "mise: 2024.12.15 and newer do, unless patch_sysconfig=false; install again with `mise install --force`",
    "pdm: 2.26.3 and newer write it where a value begins with /install",
    _AS_RELEASED,
)
DEPENDENCIES = ("releases from 20240107 on leave the folders of their own dependencies out of the flags",)
SYSROOT = (
    "releases from 20241219 on leave it out of CFLAGS and CPPFLAGS",
    "uv 0.5.9, mise 2024.12.15 and newer take it out of every variable",
    _AS_RELEASED_BY_PDM_TOO,
)
PKGCONFIG = (
    "releases from 20250205 on find themselves",
    "uv: 0.5.14 and newer rewrite the file; install again with `uv python install --reinstall`",
    "pdm: 2.26.3 and newer write the real folder where a value begins with /install",
    "mise, rye, poetry, hatch and pipx rewrite no .pc file: take a newer release",
)
INSTALL_NAME = (
    "releases from 20251209 on say @rpath",
    "uv: 0.5.19 and newer write the real path; install again with `uv python install --reinstall`",
    _NOBODY_ELSE,
)
# In uv 0.6.15 to 0.7.1 CC and CXX stayed as released: https://github.com/astral-sh/uv/issues/13236
_TOOL_OF_UV = "uv: 0.5.10 and newer write `{stand_in}`{but}; install again with `uv python install --reinstall`"


def tool(stand_in: str, *, regressed: bool, cross: bool, plain: bool) -> tuple[str, ...]:
    """`cross`: musl-clang, or a compiler for another machine by its full path, which only uv came to rewrite. `plain`: what all who rewrite do."""
    if cross:
        return (
            f"uv: 0.7.10 and newer write `{stand_in}` (for aarch64, not 0.7.19 to 0.11.18)",
            _NOBODY_ELSE,
        )
    but = " (not 0.6.15 to 0.7.1)" if regressed else ""
    of_uv = _TOOL_OF_UV.format(stand_in=stand_in, but=but)
    if not plain:
        # A whole path such as /tools/llvm/bin/clang, which no table of any manager has.
        return ("uv leaves it as released", _NOBODY_ELSE)
    return (
        of_uv,
        f"mise: 2024.12.15 and newer write `{stand_in}`, unless patch_sysconfig=false; install again with `mise install --force`",
        f"pdm: 2.26.3 and newer write `{stand_in}`",
        _AS_RELEASED,
    )
