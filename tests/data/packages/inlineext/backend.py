"""A build backend without requirements: compiles an archive and an extension with what sysconfig says, and zips a wheel."""

# ruff: noqa: T201 - what a backend prints is the build's log

from __future__ import annotations

import os
import shlex
import subprocess
import sysconfig
import zipfile
from pathlib import Path

NAME = "inlineext-1.0"
WHEEL = "Wheel-Version: 1.0\nGenerator: inlineext\nRoot-Is-Purelib: false\nTag: {tag}\n"


def run(*words: str) -> None:
    print("+", " ".join(words), flush=True)
    subprocess.run(words, check=True)


def get_requires_for_build_wheel(_settings: object = None) -> list[str]:
    return []


def build_wheel(wheel_directory: str, _settings: object = None, _metadata: object = None) -> str:
    compiler = shlex.split(os.environ.get("TINY_CC") or str(sysconfig.get_config_var("CC")))
    include = sysconfig.get_path("include")
    suffix = str(sysconfig.get_config_vars("EXT_SUFFIX", "LIBDIR")[0])
    run(*compiler, "-fPIC", "-c", "part.c", "-o", "part.o")
    run("ar", "rc", "libpart.a", "part.o")
    run(*compiler, "-fPIC", f"-I{include}", "-c", "tiny.c", "-o", "tiny.o")
    run(
        *compiler,
        "-shared",
        "tiny.o",
        "-L.",
        "-lpart",
        *shlex.split(os.environ.get("TINY_LIBS", "")),
        "-o",
        f"tiny{suffix}",
    )
    version = str(sysconfig.get_config_vars()["py_version_nodot"])
    tag = f"cp{version}-cp{version}-linux_x86_64"
    name = f"{NAME}-{tag}.whl"
    with zipfile.ZipFile(Path(wheel_directory, name), "w") as wheel:
        wheel.write(f"tiny{suffix}")
        wheel.writestr(f"{NAME}.dist-info/METADATA", "Metadata-Version: 2.1\nName: inlineext\nVersion: 1.0\n")
        wheel.writestr(f"{NAME}.dist-info/WHEEL", WHEEL.format(tag=tag))
        wheel.writestr(f"{NAME}.dist-info/RECORD", "")
    return name
