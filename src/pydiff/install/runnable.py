"""Whether this machine can run a Python that was built for some target."""

from __future__ import annotations

from pathlib import Path

from pydiff.model.target import Target, this_machine

# The flag of /proc/cpuinfo that tells an x86-64 micro-architecture level; each level holds many more, but they come together.
_LEVEL_FLAGS = {"v2": "sse4_2", "v3": "avx2", "v4": "avx512vl"}


def runnable(target: Target) -> bool:
    """True when its interpreter can be run here: same system, architecture and C library, and a processor new enough."""
    here = this_machine()
    if (target.os, target.arch, target.libc) != (here.os, here.arch, here.libc):
        return False
    return not target.variant or target.variant == here.variant or _LEVEL_FLAGS[target.variant] in _processor_flags()


def _processor_flags() -> set[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return set()
    return next((set(line.split()) for line in lines if line.startswith("flags")), set())
