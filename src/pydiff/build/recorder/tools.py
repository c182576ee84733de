"""Which programs are recorded."""

from __future__ import annotations

import re

_TOOLS: tuple[tuple[str, str], ...] = (
    ("C and C++ compilers", r"cc|c89|c99|c\+\+|gcc|g\+\+|clang|clang\+\+|icx|icpx|tcc"),
    ("other compilers", r"gfortran|flang|nvcc|rustc|go"),
    ("preprocessors", r"cpp|clang-cpp"),
    ("assemblers", r"as|nasm|yasm"),
    ("linkers", r"ld|ld\.bfd|ld\.gold|ld\.lld|ld\.mold|lld|mold"),
    ("archives and symbols", r"ar|ranlib|nm|strip|objcopy|gcc-(?:ar|nm|ranlib)|llvm-(?:ar|nm|ranlib|strip|objcopy)"),
    (
        "asking for flags",
        r"pkg-config|pkgconf|python-config|python[23](?:\.\d+)?-config|pg_config|mysql_config|xml2-config|curl-config",
    ),
    ("build systems", r"make|gmake|cmake|ninja|ninja-build|meson|cargo|maturin|autoconf|automake|libtool"),
    ("code generators", r"swig|cython|cython3|cythonize|bison|flex|protoc"),
)
"""Kind -> base names. A target prefix (`x86_64-linux-gnu-gcc`) and a version (`clang-14`, `gcc-12.2`) may be added to each."""

PATTERN = (
    r"(?:[a-z0-9_]+(?:-[a-z0-9_.]+){1,3}-)?(?:"
    + "|".join(names for _kind, names in _TOOLS)
    + r")(?:-?[0-9]+(?:\.[0-9]+)*)?"
)
"""For `re.fullmatch` on the last part of a program's path. The tracer gets it as text."""

_compiled = re.compile(PATTERN)


def is_tool(name: str) -> bool:
    return _compiled.fullmatch(name) is not None
