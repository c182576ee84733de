"""The platform a Python was built for, in the words uv uses for it and in the triple that PBS uses."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

# (os, libc) -> the tail of the PBS triple. Source: RELEASE_TRIPLES of python-build-standalone.
_TAILS = {
    ("linux", "gnu"): "unknown-linux-gnu",
    ("linux", "musl"): "unknown-linux-musl",
    ("linux", "gnueabi"): "unknown-linux-gnueabi",
    ("linux", "gnueabihf"): "unknown-linux-gnueabihf",
    ("macos", "none"): "apple-darwin",
    ("windows", "none"): "pc-windows-msvc",
}
# uv's architecture names -> the first word of the PBS triple, where they differ.
_TRIPLE_ARCH = {"x86": "i686", "powerpc64le": "ppc64le"}
_UV_ARCH = {triple: arch for arch, triple in _TRIPLE_ARCH.items()}
ARCHITECTURES = ("aarch64", "armv7", "loongarch64", "powerpc64le", "riscv64", "s390x", "x86", "x86_64")
_MACHINES = {
    "amd64": "x86_64",
    "arm64": "aarch64",
    "i386": "x86",
    "i686": "x86",
    "armv7l": "armv7",
    "ppc64le": "powerpc64le",
}

# Every platform PBS has released for, current ones first.
RELEASED = (
    "linux-x86_64-gnu",
    "linux-x86_64_v2-gnu",
    "linux-x86_64_v3-gnu",
    "linux-x86_64_v4-gnu",
    "linux-x86_64-musl",
    "linux-x86_64_v2-musl",
    "linux-x86_64_v3-musl",
    "linux-x86_64_v4-musl",
    "linux-aarch64-gnu",
    "linux-aarch64-musl",
    "linux-armv7-gnueabi",
    "linux-armv7-gnueabihf",
    "linux-powerpc64le-gnu",
    "linux-riscv64-gnu",
    "linux-s390x-gnu",
    "linux-x86-gnu",
    "macos-aarch64",
    "macos-x86_64",
    "windows-aarch64",
    "windows-x86",
    "windows-x86_64",
)


@dataclass(frozen=True, slots=True)
class Target:
    """`linux-x86_64-gnu`, `macos-aarch64`, `windows-x86`, `linux-x86_64_v3-musl`, ..."""

    os: str
    """linux, macos or windows."""
    arch: str
    """uv's name: x86_64, aarch64, x86, powerpc64le, ..."""
    libc: str
    """gnu, musl, gnueabi, gnueabihf; `none` on macOS and Windows."""
    variant: str = ""
    """Micro-architecture level: "", "v2", "v3" or "v4" (x86_64 only)."""

    @property
    def triple(self) -> str:
        """The Rust-style triple in PBS file names, such as `x86_64_v3-unknown-linux-gnu`."""
        arch = _TRIPLE_ARCH.get(self.arch, self.arch)
        level = f"_{self.variant}" if self.variant else ""
        return f"{arch}{level}-{_TAILS[self.os, self.libc]}"

    @classmethod
    def from_triple(cls, triple: str) -> Target:
        """Raises ValueError for a triple that no PBS release ever had."""
        arch, _, tail = triple.partition("-")
        # Windows names of 2022-2024 carry the link mode in the triple.
        tail = tail.removesuffix("-shared").removesuffix("-static")
        for (os_name, libc), known in _TAILS.items():
            base, _, variant = arch.partition("_v")
            base = _UV_ARCH.get(base, base)
            if tail == known and base in ARCHITECTURES and variant in {"", "2", "3", "4"}:
                return cls(os_name, base, libc, f"v{variant}" if variant else "")
        raise ValueError(f"not a python-build-standalone triple: {triple!r}")

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read `os-arch[-libc]`; raises ValueError naming what is not known."""
        os_name, _, rest = text.partition("-")
        arch, _, libc = rest.partition("-")
        libc = libc or ("gnu" if os_name == "linux" else "none")
        base, _, variant = arch.partition("_v")
        if (os_name, libc) not in _TAILS:
            raise ValueError(f"unknown platform {text!r}")
        if base not in ARCHITECTURES or (variant and (base != "x86_64" or variant not in {"2", "3", "4"})):
            raise ValueError(f"unknown architecture {arch!r} in {text!r}")
        return cls(os_name, base, libc, f"v{variant}" if variant else "")

    def __str__(self) -> str:
        level = f"_{self.variant}" if self.variant else ""
        libc = "" if self.libc == "none" else f"-{self.libc}"
        return f"{self.os}-{self.arch}{level}{libc}"


def this_machine() -> Target:
    """The target of the interpreter that runs pydiff."""
    machine = platform.machine().lower()
    arch = _MACHINES.get(machine, machine)
    if sys.platform == "darwin":
        return Target("macos", arch, "none")
    if sys.platform == "win32":
        return Target("windows", arch, "none")
    if arch == "armv7":
        return Target("linux", arch, "gnueabihf")
    return Target("linux", arch, "gnu" if platform.libc_ver()[0] == "glibc" else "musl")
