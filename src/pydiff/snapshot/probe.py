"""What an interpreter says of itself when it is run. Opt-in, and only where its platform is this machine's."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from pydiff.model.resolution import InPlace, Installation
from pydiff.model.snapshot import Facts
from pydiff.model.target import this_machine

TIME_LIMIT = 20.0
"""Seconds."""
# Python 3.8 must understand it. Lists are written as JSON lists, everything else as text.
_QUESTIONS = """
import json, sys, sysconfig
facts = {
    "sys.version": sys.version, "sys.prefix": sys.prefix, "sys.base_prefix": sys.base_prefix, "sys.exec_prefix": sys.exec_prefix,
    "sys.abiflags": getattr(sys, "abiflags", ""), "sys.platform": sys.platform, "sys.byteorder": sys.byteorder, "sys.maxsize": str(sys.maxsize),
    "sys.implementation.cache_tag": sys.implementation.cache_tag, "sys.builtin_module_names": sorted(sys.builtin_module_names),
    "sys.path": sys.path, "sysconfig.get_platform()": sysconfig.get_platform(),
}
facts.update(("sysconfig.get_path(%r)" % name, path) for name, path in sorted(sysconfig.get_paths().items()))
for name in ("EXT_SUFFIX", "SOABI", "LIBDIR", "INCLUDEPY", "Py_ENABLE_SHARED", "Py_GIL_DISABLED"):
    facts["sysconfig.get_config_var(%r)" % name] = str(sysconfig.get_config_var(name))
for module, attribute in (("ssl", "OPENSSL_VERSION"), ("zlib", "ZLIB_RUNTIME_VERSION"), ("sqlite3", "sqlite_version"), ("pyexpat", "EXPAT_VERSION")):
    try:
        facts["%s.%s" % (module, attribute)] = getattr(__import__(module), attribute)
    except Exception as error:
        facts["%s.%s" % (module, attribute)] = "%s: %s" % (type(error).__name__, error)
json.dump(facts, sys.stdout)
"""


class ProbeError(Exception):
    """The interpreter could not be asked; the text says why. Ends in `Snapshot.errors`, never at the user."""


def runnable(installation: Installation) -> bool:
    """Whether this machine can run the interpreter at all. One that is used in place was found here."""
    target, here = installation.resolution.spec.target, this_machine()
    same = (target.os, target.arch, target.libc) == (here.os, here.arch, here.libc)
    return same or isinstance(installation.resolution, InPlace)


def probe(python: str) -> Facts:
    """Run `python -I` with nothing in its environment and ask. Raises ProbeError."""
    # Windows cannot load its own libraries without this one.
    environment = {"SYSTEMROOT": os.environ["SYSTEMROOT"]} if sys.platform == "win32" else {}
    try:
        done = subprocess.run(
            [python, "-I", "-B", "-c", _QUESTIONS],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired as error:
        raise ProbeError(f"no answer within {TIME_LIMIT:g} s") from error
    except OSError as error:
        raise ProbeError(f"cannot be started: {error.strerror}") from error
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise ProbeError(f"exit status {done.returncode}: {last[:500]}")
    try:
        facts: Facts = json.loads(done.stdout)
    except ValueError as error:
        raise ProbeError("its answer is not JSON") from error
    return facts
