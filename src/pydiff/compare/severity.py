"""How much a difference can matter to a build: tables, one per family."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydiff.compare.flags import Flag
from pydiff.model.record import Severity

# Variables that a build backend takes a program, a path or a library from: wrong, and the build stops.
# Readers: setuptools (_distutils.sysconfig.customize_compiler), PyO3 (interpreter config), CMake FindPython, meson's python module, uwsgiconfig.py.
BREAKS = frozenset({
    "CC", "CXX", "AR", "RANLIB", "LD", "LDSHARED", "LDCXXSHARED", "BLDSHARED", "LINKCC", "LDFLAGS",
    "LDFLAGS_SHARED", "LIBDIR", "LIBPL", "LIBDEST", "BINLIBDEST", "INCLUDEPY", "CONFINCLUDEPY", "INCLUDEDIR",
    "CONFINCLUDEDIR", "LDLIBRARY", "INSTSONAME", "LIBRARY", "LIBPYTHON", "LIBS", "SYSLIBS", "LINKFORSHARED",
    "LDVERSION", "Py_ENABLE_SHARED", "PYTHONFRAMEWORK", "PYTHONFRAMEWORKPREFIX", "prefix", "exec_prefix",
})  # fmt: skip
# Variables that decide what is in the artefacts, or how they are named.
CHANGES = frozenset({
    "CFLAGS", "CPPFLAGS", "CXXFLAGS", "BASECFLAGS", "OPT", "CCSHARED", "EXTRA_CFLAGS", "ARFLAGS", "MAINCC",
    "BLDLIBRARY", "MODLIBS", "EXT_SUFFIX", "SOABI", "SHLIB_SUFFIX", "MULTIARCH", "ABIFLAGS", "ALT_SOABI",
    "VERSION", "MACOSX_DEPLOYMENT_TARGET", "Py_DEBUG", "Py_GIL_DISABLED", "Py_TRACE_REFS", "WITH_PYMALLOC",
    "PLATLIBDIR", "BINDIR", "EXE", "EXENAME", "HOST_GNU_TYPE", "MACHDEP", "PYTHON_BUILD_STANDALONE",
    "STRIPFLAG", "GNULD", "LIBFFI_INCLUDEDIR", "OPENSSL_INCLUDES", "OPENSSL_LIBS", "OPENSSL_LDFLAGS",
})  # fmt: skip
# Of a variable that holds flags, only what differs counts: a warning more in CFLAGS changes nothing.
_FLAG_VARIABLES = frozenset({
    "CFLAGS", "CPPFLAGS", "CXXFLAGS", "BASECFLAGS", "EXTRA_CFLAGS", "OPT", "CCSHARED", "LDFLAGS", "LDFLAGS_SHARED", "LIBS", "SYSLIBS",
    "LINKFORSHARED",
})  # fmt: skip
_KIND_BREAKS = frozenset({"compiler", "include", "library-path", "library", "linker"})
# -I. and -IInclude are folders of CPython's own source: no other build has anything there.
_OWN_BUILD = re.compile(r"-[IL](?!/|\{|\$|[A-Za-z]:)")
_KIND_CHANGES = frozenset({"define", "rpath", "hardening", "optimisation", "abi", "other"})

_BINARY: dict[str, Severity] = {
    "format": "breaks",
    "machine": "breaks",
    "needed": "changes",
    "soname": "breaks",
    "runpath": "changes",
    "rpath": "changes",
    "interpreter": "changes",
    "glibc": "changes",
    "macos": "changes",
    "kind": "changes",
    "symbols": "cosmetic",
    "unreached": "breaks",
    "compatible": "breaks",
    "current": "cosmetic",
    "sdk": "cosmetic",
    "pdb": "cosmetic",
    "certificate": "cosmetic",
    "openssl": "changes",
}
# What a module of the standard library asks of the system; a build meets it only where it cannot be loaded, which `unreached` tells.
_OWN_LINKAGE = frozenset({"needed", "runpath", "rpath", "search", "resolved", "glibc", "glibcxx", "macos", "lto"})
# Modules that CPython leaves out where a library is missing; every other one is there by its version alone.
BY_LIBRARY = frozenset({
    "_bz2", "_ctypes", "_curses", "_curses_panel", "_dbm", "_gdbm", "_hashlib", "_lzma", "_sqlite3", "_ssl", "_tkinter", "_uuid", "readline",
    "zlib",
})  # fmt: skip
_TEST_MODULE = re.compile(r"_?xx.*|_test.*|_ctypes_test")
# Of the families whose facts are told one by one: subject -> severity, where it is not `changes`.
_PLAIN: dict[str, tuple[tuple[re.Pattern[str], Severity], ...]] = {
    # An extension that was compiled for another number is refused, or warned of, when it is imported.
    "headers": (
        (re.compile(r"PYTHON_A[BP]I_VERSION"), "breaks"),
        (re.compile(r"PY_.*"), "cosmetic"),
    ),
    # What follows from the version, or from when it was built; and what the extensions and binaries families tell from the files.
    "release": (
        (
            re.compile(
                r"version|python_(?:version|tag|major_minor_version|bytecode_magic_number|implementation_.*)"
                r"|build_info\.inittab_.*|extension/[^:]*:(?:state|init_fn|in_core|required|shared_lib|static_lib)"
            ),
            "cosmetic",
        ),
    ),
    "bundled": ((re.compile(r"terminfo|wheel"), "cosmetic"),),
}
# Families that only describe what other families tell from the files themselves. That one side has them not (`install_only` has no PYTHON.json,
# no Python before 3.14 build-details.json) changes no build; what one that could not be read would have said is open.
_DESCRIBING = frozenset({"release", "builddetails", "headers"})
_PC_BREAKS = frozenset({"prefix", "exec_prefix", "libdir", "includedir", "Libs:", "Cflags:"})


def of_variable(name: str, changed: Sequence[Flag]) -> Severity:
    """`changed` are the flags that one side has and the other has not; none when the variable itself is missing on a side."""
    if changed and name in _FLAG_VARIABLES:
        kinds = {flag.kind for flag in changed if not _OWN_BUILD.match(flag.text)}
        return "breaks" if kinds & _KIND_BREAKS else "changes" if kinds & _KIND_CHANGES else "cosmetic"
    return "breaks" if name in BREAKS else "changes" if name in CHANGES else "cosmetic"


def of_copy(name: str, changed: Sequence[Flag]) -> Severity:
    """No backend of today takes its values from the Makefile or the JSON file, some packages' own scripts do."""
    return "changes" if of_variable(name, changed) == "breaks" else "cosmetic"


def of_plain(family: str, subject: str) -> Severity:
    """Of a fact that is told by itself; `changes`, as every such fact can end in the artefacts, unless a table says otherwise."""
    return next((found for pattern, found in _PLAIN.get(family, ()) if pattern.fullmatch(subject)), "changes")


def of_family(family: str, *, unread: bool) -> Severity:
    """Of a whole family that one side only has; `unread`: because it could not be read on the other."""
    return "cosmetic" if family in _DESCRIBING and not unread else "changes"


def of_exports(only_left: Sequence[str], only_right: Sequence[str], *, same_minor: bool) -> Severity:
    """Names of the C API that one interpreter gives to extensions and the other does not."""
    public = any(not name.startswith("_") for name in (*only_left, *only_right))
    # An extension is never loaded by another minor version than the one that it was built for.
    return "breaks" if public and same_minor else "changes"


def of_headers(subject: str, *, same_minor: bool) -> Severity:
    """That two versions of Python have other headers is what makes them two; which are missing, `files` tells."""
    return "cosmetic" if subject == "digest" and not same_minor else of_plain("headers", subject)


def of_field(family: str, path: str, field: str, changed: Sequence[Flag]) -> Severity:
    """`field` is what comes after the file's name: a variable of a .pc file, a property of a binary."""
    if family == "binaries":
        own = field in _OWN_LINKAGE and ("/lib-dynload/" in path or path.startswith("DLLs/"))
        # How many objects of a kind an archive holds is nothing to a build; of which kind they are is.
        own = own or (field == "holds" and bool(changed) and all(flag.text.rstrip(",").isdecimal() for flag in changed))
        return "cosmetic" if own else _BINARY.get(field, "changes")
    if family == "pkgconfig":
        return "breaks" if field in _PC_BREAKS else "cosmetic"
    if family == "pythonconfig":
        return "cosmetic" if field == "shebang" else "changes" if field == "kind" or changed else "cosmetic"
    return "cosmetic"


def of_extension(name: str, states: set[str | None], *, same_minor: bool) -> Severity | None:
    """None when what is known of both sides does not tell them apart."""
    if "builtin or absent" in states and "shared" not in states:
        return None
    if _TEST_MODULE.fullmatch(name):
        return "cosmetic"
    if "absent" not in states:
        return "changes"
    # An import that fails can stop a build; what another version of Python has no longer, or not yet, is no fault of this one.
    return "breaks" if same_minor or name in BY_LIBRARY else "cosmetic"


# Path with roles -> severity when it is only on one side, and when its contents differ. The first that matches decides.
_FILE_RULES: tuple[tuple[str, Severity, Severity], ...] = (
    # Told in their own words by the families that read them.
    (r".*/_sysconfigdata_[^/]*\.py", "changes", "cosmetic"),
    (r".*/config[^/]*/Makefile|.*/build-details\.json", "breaks", "cosmetic"),
    (r".*/pkgconfig/[^/]*\.pc|bin/[^/]*python[^/]*-config", "breaks", "cosmetic"),
    (r"include/.*pyconfig\.h", "breaks", "cosmetic"),
    (r"include/.*", "breaks", "changes"),
    (r"(?:.*/)?libpython[^/]*|libs/[^/]*\.lib|python[^/]*\.dll", "breaks", "changes"),
    (r"bin/python[^/]*|python[^/]*\.exe", "changes", "changes"),
    (
        r"(?:bin|Scripts)/.*|share/.*|.*/(?:site|dist)-packages(?:/.*)?|.*\.(?:txt|rst|md|html|1|ico|png|gif|bat)",
        "cosmetic",
        "cosmetic",
    ),
    (
        r"(?:lib/python\{X\.Y\}|Lib)/(?:test|idlelib|turtledemo|pydoc_data|[^/]*/tests?)(?:/.*)?|.*/lib2to3/[^/]*\.pickle",
        "cosmetic",
        "cosmetic",
    ),
    (r"(?:lib(?:64)?/python\{X\.Y\}|Lib|DLLs)(?:/.*)?", "changes", "changes"),
    (r"lib/(?:lib)?(?:tcl|tk|Tix|itcl|thread)[^/]*(?:/.*)?", "cosmetic", "cosmetic"),
    (r".*\.(?:so|dylib|dll|a|lib)(?:\.[\d.]+)?", "changes", "changes"),
)
_FILES = tuple((re.compile(pattern), missing, differs) for pattern, missing, differs in _FILE_RULES)


_PRIVATE_HEADER = re.compile(r"include/(?:.*/)?internal/.*")
# What every extension is compiled against: PEP 384 and the C API manual, "Include Files"; `cpython/` is included from there.
_PUBLIC_HEADER = re.compile(r"include/python\{X\.Y\}/(?:cpython/)?[^/]+\.h")


def is_public_header(path: str) -> bool:
    """Whether `path` with roles is a header that extensions include, or the folder of those, with a slash."""
    return _PUBLIC_HEADER.fullmatch(path if path.endswith(".h") else f"{path}x.h") is not None


def of_file(path: str, *, missing: bool, same_minor: bool = True, empty: bool = False) -> Severity:
    """`path` with roles; `missing` on one side, or else other contents; `empty`: what one side has holds nothing.

    Of another X.Y, private headers are no news, nor are other contents but those of public headers.
    """
    if not same_minor and (_PRIVATE_HEADER.fullmatch(path) or not (missing or _PUBLIC_HEADER.fullmatch(path))):
        return "cosmetic"
    if empty and missing and _PUBLIC_HEADER.fullmatch(path):
        return "cosmetic"
    for pattern, when_missing, when_different in _FILES:
        if pattern.fullmatch(path):
            return when_missing if missing else when_different
    return "cosmetic"
