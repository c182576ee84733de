"""Which sysconfig variables and which files of a Python each build backend asks for, so that those can be told first.

What a backend can ask for on some platform, with some options or in some of its releases; a build asks for a part of it, which the
recorder sees. Read from the sources named at each table; `tests/integration` holds several against what real builds read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import msgspec

from pydiff.compare import severity
from pydiff.model.record import SEVERITIES, Difference


@dataclass(frozen=True, slots=True)
class Span:
    """The releases of a backend that ask for a variable, among those that were read. Empty: from the first, up to the newest."""

    first: str = ""
    last: str = ""

    def holds(self, version: str) -> bool:
        from packaging.version import Version  # noqa: PLC0415 (asked for with a version only, and slow to import)

        at = Version(version)
        return (not self.first or at >= Version(self.first)) and (not self.last or at <= Version(self.last))


@dataclass(frozen=True, slots=True)
class Backend:
    name: str
    variables: frozenset[str]
    declared: frozenset[str] = frozenset()
    """How a package says that it is built with it: the start of `build-backend`, or the name of a build requirement."""
    works_through: tuple[str, ...] = ()
    """Backends that it calls, and that ask for what they ask for."""
    families: frozenset[str] = frozenset()
    """Files that it reads by itself: families of a snapshot."""
    compiles: bool = False
    """Whether it compiles C against the headers of Python; the bindings of Rust know the C API by themselves."""
    spans: Mapping[str, Span] | None = None
    """Of the variables that only some releases ask for."""


# packaging.tags, which every frontend and most backends carry along; get_platform() of a Mac, of wheels everywhere.
_TAGS = frozenset(
    {
        "EXT_SUFFIX",
        "SOABI",
        "Py_DEBUG",
        "Py_GIL_DISABLED",
        "WITH_PYMALLOC",
        "Py_UNICODE_SIZE",
        "MACOSX_DEPLOYMENT_TARGET",
    }
)

# setuptools 40.8.0, 59.8.0, 62.6.0, 65.5.0, 68.2.2, 69.5.1 to 84.2.1, with distutils of its own since 60 (before: that of CPython 3.8 to
# 3.11, which asks for the same): _distutils/sysconfig.py (customize_compiler, get_python_inc), unixccompiler.py or compilers/C/*.py,
# command/build_ext.py, build_scripts.py and bdist_wheel.py (up to 70.0 from the package `wheel`).
_SETUPTOOLS = Backend(
    "setuptools",
    _TAGS
    | {
        "CC", "CXX", "CFLAGS", "CCSHARED", "LDSHARED", "LDCXXSHARED", "SHLIB_SUFFIX", "AR", "ARFLAGS", "GNULD", "LDFLAGS", "LIBDIR",
        "LDVERSION", "VERSION", "EXE", "BINDIR", "Py_ENABLE_SHARED", "INCLUDEPY", "CONFINCLUDEPY", "srcdir", "prefix", "exec_prefix",
        "MACHDEP", "ANDROID_API_LEVEL", "ABIFLAGS", "CUSTOMIZED_OSX_COMPILER", "RUNSHARED", "abs_builddir", "SIZEOF_VOID_P",
        "SOABI_PLATFORM", "HAVE_DYNAMIC_LOADING", "DYNLOADFILE",
    },
    declared=frozenset({"setuptools"}),
    compiles=True,
    spans={
        "LDCXXSHARED": Span(first="72.2.0"),
        "Py_GIL_DISABLED": Span(first="69.5.1"),
        "abs_builddir": Span(first="69.5.1"),
        "BINDIR": Span(last="75.6.0"),
        "EXE": Span(last="75.6.0"),
        "SIZEOF_VOID_P": Span(first="84.2.1"),
        "SOABI_PLATFORM": Span(first="84.2.1"),
        "HAVE_DYNAMIC_LOADING": Span(first="84.2.1"),
        "DYNLOADFILE": Span(first="84.2.1"),
    },
)  # fmt: skip
# meson 1.12.1: scripts/python_info.py (which hands all variables on), dependencies/python.py; pkg-config is asked first.
# meson-python 0.22.1: _tags.py.
_MESON = Backend(
    "meson",
    _TAGS
    | {
        "INCLUDEPY", "LIBPC", "LIBPYTHON", "LDVERSION", "ABIFLAGS", "DEBUG_EXT", "SO", "LIBDIR", "LIBRARY", "LDLIBRARY", "ABI3DLLLIBRARY",
        "ABI3LDLIBRARY",
    },
    declared=frozenset({"mesonpy", "meson-python", "meson"}),
    compiles=True,
    families=frozenset({"pkgconfig", "builddetails"}),
)  # fmt: skip
# CMake 3.25 and 4.4: Modules/FindPython/Support.cmake, which runs the interpreter, or python-config where it has found no interpreter.
_CMAKE = Backend(
    "CMake",
    frozenset({
        "SOABI", "EXT_SUFFIX", "SO", "ABIFLAGS", "LIBPL", "LIBS", "INCLUDEPY", "CONFINCLUDEPY", "srcdir", "prefix", "Py_GIL_DISABLED",
    }),
    declared=frozenset({"cmake"}),
    compiles=True,
    families=frozenset({"pythonconfig"}),
)  # fmt: skip
# scikit-build-core 1.1.2: builder/sysconfig.py, builder/generator.py; EXE is what the package `ninja` 1.13 asks for to start itself.
_SCIKIT_BUILD_CORE = Backend(
    "scikit-build-core",
    _TAGS
    | {
        "CC", "CXX", "LIBDIR", "LDLIBRARY", "LIBRARY", "MULTIARCH", "multiarchsubdir", "PYTHONFRAMEWORKPREFIX", "ABIFLAGS", "EXE",
    },
    declared=frozenset({"scikit_build_core", "scikit-build-core"}),
    works_through=("CMake",),
)  # fmt: skip
# scikit-build 0.19.1: skbuild/cmaker.py.
_SCIKIT_BUILD = Backend(
    "scikit-build",
    frozenset({
        "VERSION", "INCLUDEPY", "INCLUDEDIR", "WITH_PYMALLOC", "LIBDIR", "LDLIBRARY", "LIBRARY", "MULTIARCH", "multiarchsubdir",
        "WITH_DYLD", "LIBDEST",
    }),
    declared=frozenset({"skbuild", "scikit-build"}),
    works_through=("CMake", "setuptools"),
)  # fmt: skip
# pyo3-build-config 0.2x: impl_.rs, which asks the interpreter, or reads _sysconfigdata itself when it compiles for another system.
_PYO3 = Backend(
    "PyO3",
    frozenset({
        "PYTHONFRAMEWORK", "PYTHONFRAMEWORKPREFIX", "Py_ENABLE_SHARED", "LDVERSION", "LIBDIR", "EXT_SUFFIX", "Py_GIL_DISABLED", "Py_DEBUG",
        "Py_REF_DEBUG", "Py_TRACE_REFS", "COUNT_ALLOCS", "SOABI", "VERSION", "SIZEOF_VOID_P",
    }),
    declared=frozenset({"pyo3-build-config"}),
)  # fmt: skip
# maturin: src/python_interpreter/get_interpreter_metadata.py.
_MATURIN = Backend(
    "maturin",
    frozenset({"ABIFLAGS", "EXT_SUFFIX", "SOABI", "MACOSX_DEPLOYMENT_TARGET", "Py_GIL_DISABLED"}),
    declared=frozenset({"maturin"}),
    works_through=("PyO3",),
)
# setuptools-rust 1.13.0: build.py, setuptools_ext.py.
_SETUPTOOLS_RUST = Backend(
    "setuptools-rust",
    frozenset({"EXE", "EXT_SUFFIX", "MACOSX_DEPLOYMENT_TARGET"}),
    declared=frozenset({"setuptools-rust"}),
    works_through=("PyO3", "setuptools"),
)
# cffi 2.1.1: recompiler.py, setuptools_ext.py, api.py.
_CFFI = Backend(
    "cffi",
    frozenset({"Py_GIL_DISABLED", "DEBUG_EXT"}),
    declared=frozenset({"cffi"}),
    works_through=("setuptools",),
)
# automake 1.16.5 python.m4 (paths only), autoconf-archive 20220903 ax_python*.m4, and python-config of CPython, which asks sysconfig in its
# Python form and holds the values itself in its shell form.
_AUTOTOOLS = Backend(
    "autotools",
    frozenset({
        "VERSION", "LDVERSION", "LIBDIR", "LIBS", "SYSLIBS", "LINKFORSHARED", "LIBPL", "LDFLAGS", "SHLIBS", "CONFIG_ARGS", "CFLAGSFORSHARED",
        "CONFINCLUDEPY", "PYTHONFRAMEWORKPREFIX", "CFLAGS", "LIBPYTHON", "Py_ENABLE_SHARED", "EXT_SUFFIX", "prefix", "exec_prefix",
    }),
    families=frozenset({"pythonconfig", "pkgconfig"}),
    compiles=True,
)  # fmt: skip
# uWSGI 2.0.31: uwsgiconfig.py, plugins/python/uwsgiplugin.py; its setup.py runs them from within setuptools.
_UWSGI = Backend(
    "uWSGI",
    frozenset({
        "CC", "VERSION", "LIBS", "SYSLIBS", "Py_ENABLE_SHARED", "LIBPL", "MULTIARCH", "LIBRARY", "LDLIBRARY", "LIBDIR", "INCLUDEPY",
        "CONFINCLUDEPY",
    }),
    works_through=("setuptools",),
    compiles=True,
)  # fmt: skip
# Cython 3.3.1 turns Python into C and asks for nothing; who compiles the C is the backend.

# The more particular first: of a package that requires several of them, the first says what the build asks for.
BACKENDS: tuple[Backend, ...] = (
    _UWSGI, _CFFI, _SETUPTOOLS_RUST, _SCIKIT_BUILD_CORE, _SCIKIT_BUILD, _MATURIN, _PYO3, _MESON, _SETUPTOOLS, _CMAKE, _AUTOTOOLS,
)  # fmt: skip
# The order in which readers are named: those that build most packages first.
_COMMON = (
    "setuptools",
    "meson",
    "scikit-build-core",
    "CMake",
    "maturin",
    "PyO3",
    "cffi",
    "setuptools-rust",
    "scikit-build",
    "autotools",
    "uWSGI",
)
_NAMED = {backend.name: backend for backend in BACKENDS}


def backend_names() -> tuple[str, ...]:
    """The most common first."""
    return _COMMON


def works_through(name: str) -> tuple[str, ...]:
    """The backend itself, then those that it hands work on to."""
    return tuple(dict.fromkeys(_all_through(name)))


def variables_of(name: str, version: str = "") -> frozenset[str]:
    """What the backend `name` asks for, and what those ask for that it works through; with its own `version`, where that is known."""
    backend = _NAMED[name]
    spans = backend.spans or {}
    own = {one for one in backend.variables if not version or spans.get(one, Span()).holds(version)}
    return frozenset(own).union(*(variables_of(other) for other in backend.works_through))


@cache
def readers_of(variable: str, family: str = "sysconfig") -> tuple[str, ...]:
    """The backends that ask for a sysconfig variable; of another family, those that read its files.

    Of the family `files`, `variable` is a path with roles, and public headers are what is asked for. The most common first.
    """
    if family == "sysconfig":
        return tuple(name for name in _COMMON if variable in _NAMED[name].variables)
    if family == "files":
        return tuple(name for name in _COMMON if _NAMED[name].compiles) if severity.is_public_header(variable) else ()
    return tuple(name for name in _COMMON if family in _NAMED[name].families)


def declared(build_backend: str, requires: Iterable[str] = (), package: str = "") -> str | None:
    """The backend that a package's [build-system] names, by `build-backend` (`mesonpy`) or by its requirements; None for an unknown one.

    `package` is its own name: uWSGI's build is a script of its own.
    """
    if re.fullmatch(r"(?i)(?:py)?uwsgi", package):
        return "uWSGI"
    module = re.split(r"[.:]", build_backend)[0]
    names = {re.split(r"[^A-Za-z0-9._-]", one.strip())[0].lower().replace("_", "-") for one in requires}
    base = next((one.name for one in BACKENDS if module in one.declared), None)
    # cffi and setuptools-rust are requirements of packages that setuptools builds; beside another backend they say nothing.
    more = (one.name for one in BACKENDS if names & one.declared and (base in _all_through(one.name) or not module))
    return next(more, base)


def ordered(differences: Iterable[Difference], backend: str | None = None) -> list[Difference]:
    """Each difference with the backends that ask for it, and those that are asked for first within their severity.

    What a recorded build read (`read_by`) comes before everything; then what the `backend` that the package declares asks for, then
    what any does. The order is otherwise kept.
    """
    asks = variables_of(backend) if backend else frozenset()
    through = frozenset(_all_through(backend) if backend else ())

    def first(one: Difference) -> bool:
        if one.family == "sysconfig":
            return bool(asks & {one.subject, *one.also})
        return not through.isdisjoint(one.asked_by)

    told = [msgspec.structs.replace(one, asked_by=_asked_by(one)) for one in differences]
    return sorted(
        told, key=lambda one: (SEVERITIES.index(one.severity), not one.read_by, not first(one), not one.asked_by)
    )


def _all_through(name: str) -> tuple[str, ...]:
    return (name, *(other for one in _NAMED[name].works_through for other in _all_through(one)))


def _asked_by(difference: Difference) -> list[str]:
    found = {
        name for subject in (difference.subject, *difference.also) for name in readers_of(subject, difference.family)
    }
    return [name for name in _COMMON if name in found]
