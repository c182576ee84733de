"""The tables of what build backends ask for, against what real ones read while they build a small extension."""

from __future__ import annotations

from pathlib import Path

import pytest

from building import installation
from pydiff.build import build_one
from pydiff.compare import declared
from pydiff.compare.backends import variables_of
from pydiff.model.build import Built, SingleBuild
from pydiff.model.settings import Settings
from pydiff.snapshot import snapshot
from support import needs_compiler, needs_index, needs_interpreter

pytestmark = [pytest.mark.compiler, pytest.mark.index, pytest.mark.interpreters]

MODULE = """
#define PY_SSIZE_T_CLEAN
#include <Python.h>
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "tiny", NULL, -1, NULL};
PyMODINIT_FUNC PyInit_tiny(void) { return PyModule_Create(&definition); }
"""
PROJECT = '\n[project]\nname = "tiny"\nversion = "1.0"\n'
PACKAGES: dict[str, dict[str, str]] = {
    "setuptools": {
        "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        + PROJECT,
        "setup.py": 'from setuptools import Extension, setup\nsetup(ext_modules=[Extension("tiny", ["tiny.c"])])\n',
    },
    "setuptools 68.2.2": {
        "pyproject.toml": '[build-system]\nrequires = ["setuptools==68.2.2", "wheel"]\nbuild-backend = "setuptools.build_meta"\n'
        + PROJECT,
        "setup.py": 'from setuptools import Extension, setup\nsetup(ext_modules=[Extension("tiny", ["tiny.c"], language="c++")])\n',
    },
    "meson": {
        "pyproject.toml": '[build-system]\nrequires = ["meson-python", "ninja"]\nbuild-backend = "mesonpy"\n' + PROJECT,
        "meson.build": "project('tiny', 'c', version: '1.0')\npy = import('python').find_installation(pure: false)\n"
        "py.extension_module('tiny', 'tiny.c', dependencies: py.dependency(), install: true)\n",
    },
    "scikit-build-core": {
        "pyproject.toml": '[build-system]\nrequires = ["scikit-build-core", "cmake", "ninja"]\nbuild-backend = "scikit_build_core.build"\n'
        + PROJECT,
        "CMakeLists.txt": "cmake_minimum_required(VERSION 3.18)\nproject(tiny LANGUAGES C)\n"
        "find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)\n"
        "Python_add_library(tiny MODULE WITH_SOABI tiny.c)\ninstall(TARGETS tiny DESTINATION .)\n",
    },
    "cffi": {
        "pyproject.toml": '[build-system]\nrequires = ["setuptools", "cffi"]\nbuild-backend = "setuptools.build_meta"\n'
        + PROJECT,
        "setup.py": 'from setuptools import setup\nsetup(cffi_modules=["recipe.py:ffi"])\n',
        "recipe.py": 'from cffi import FFI\nffi = FFI()\nffi.cdef("int add(int, int);")\n'
        'ffi.set_source("_tiny", "static int add(int a, int b) { return a + b; }")\n',
    },
}


def built(name: str, minor: str, settings: Settings, folder: Path) -> tuple[SingleBuild, set[str]]:
    """The build, and the variables of sysconfig's file that it read by name."""
    package = folder / "package"
    package.mkdir()
    for path, text in {"tiny.c": MODULE, **PACKAGES[name]}.items():
        (package / path).write_text(text)
    python = installation(needs_interpreter(minor))
    single = build_one(str(package), python, settings, folder / "run")
    assert isinstance(single.record.outcome, Built), single.record.log
    return single, {read.name for read in single.record.reads} & snapshot(python, settings).families["sysconfig"].keys()


@pytest.mark.parametrize(
    ("name", "minor", "least"),
    [
        ("setuptools", "3.11", {"CC", "LDSHARED", "LDCXXSHARED", "EXT_SUFFIX", "Py_ENABLE_SHARED"}),
        ("setuptools", "3.13", {"CC", "LDSHARED", "Py_GIL_DISABLED"}),
        ("setuptools 68.2.2", "3.9", {"CC", "LDSHARED", "AR", "INCLUDEPY"}),
        ("meson", "3.11", {"LIBPYTHON", "EXT_SUFFIX"}),
        ("scikit-build-core", "3.11", {"CC", "LIBDIR", "LDLIBRARY", "EXT_SUFFIX"}),
        ("cffi", "3.11", {"CC", "Py_GIL_DISABLED"}),
    ],
)
def test_what_was_read_is_in_the_table(
    name: str, minor: str, least: set[str], settings: Settings, tmp_path: Path
) -> None:
    needs_compiler()
    needs_index()
    single, read = built(name, minor, settings, tmp_path)
    backend, _, version = name.partition(" ")
    assert declared(single.backend, [one.name for one in single.requirements]) == backend
    assert read <= variables_of(backend, version)
    # Py_GIL_DISABLED is in the file from 3.13 on; asking for it before is reading nothing.
    assert least - {one for one in least if one == "Py_GIL_DISABLED" and minor < "3.13"} <= read


def test_uwsgi_reads_what_its_table_says(settings: Settings, tmp_path: Path) -> None:
    needs_compiler()
    needs_index()
    python = installation(needs_interpreter("3.11"))
    single = build_one("uwsgi==2.0.31", python, settings, tmp_path / "run")
    assert isinstance(single.record.outcome, Built), single.record.log
    read = {one.name for one in single.record.reads} & snapshot(python, settings).families["sysconfig"].keys()
    assert declared(single.backend, [], single.package.partition("==")[0]) == "uWSGI"
    assert {"LIBDIR", "LIBS", "CC"} <= read <= variables_of("uWSGI")
