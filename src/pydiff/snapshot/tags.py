"""Which wheels the interpreter accepts, and how one that is built with it is named: from its files, without running it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.snapshot import loading
from pydiff.snapshot.binary.interface import Binary, BinaryFact
from pydiff.snapshot.interface import About

# Machine in an ELF file -> the architecture's name in a tag. Those that installers know a manylinux for.
_ELF = {
    "x86_64-elf64": "x86_64", "i386-elf32": "i686", "aarch64-elf64": "aarch64", "arm-elf32": "armv7l", "ppc64-elf64": "ppc64le",
    "s390-elf64-msb": "s390x", "riscv-elf64": "riscv64", "loongarch-elf64": "loongarch64",
}  # fmt: skip
_PE = {"amd64": "win_amd64", "i386": "win32", "arm64": "win_arm64"}
# PEP 513, 571 and 599 named these before PEP 600 let the glibc version speak for itself.
_LEGACY = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_OLDEST = {"x86_64": 5, "i686": 5}
_OLDEST_ELSEWHERE = 17
ANY_PLATFORM = "{platform}"


@dataclass(frozen=True, slots=True)
class Tags:
    """How the interpreter meets wheels on the oldest machine that it runs on; on a newer one it accepts more of the same kind.

    `builds`: the tag of a wheel that is built with it, before any repair: `cp39-cp39-linux_x86_64`.
    `floor`: what that oldest machine has: `glibc 2.17`, `macOS 11.0`. `platforms`: platform tags in the order of preference.
    `accepts`: tags in the same order, where `{platform}` stands for each of the platforms and dots for each of several.
    """

    name: str = "tags"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (other families have read all that this needs)
        return False

    def collect(self, about: About) -> Facts:
        fact = _interpreter(about)
        version = _version(about.version)
        if fact is None or version is None:
            return {}
        floor, platforms = _platforms(fact, about)
        if not platforms:
            about.problems[about.layout.interpreter] = (
                f"no wheel tags are known for {fact.get('machine', 'its machine')}"
            )
            return {}
        abis = _abis(version, _abi_flags(about))
        local = next(platform for platform in platforms if not platform.startswith(("manylinux", "musllinux")))
        facts: Facts = {
            "builds": f"cp{version[0]}{version[1]}-{abis[0]}-{local}",
            "platforms": platforms,
            "accepts": accepted(version, abis),
        }
        return facts | ({"floor": floor} if floor else {})


def accepted(version: tuple[int, int], abis: Sequence[str]) -> list[str]:
    """The tags as `packaging` has them for an interpreter with these ABIs (the most specific first), best first."""
    from packaging.tags import compatible_tags, cpython_tags  # noqa: PLC0415 (not needed for a kept snapshot)

    plain = [abi for abi in abis if abi not in {"abi3", "none"}]
    sets: dict[tuple[str, str], list[str]] = {}
    for tag in (
        *cpython_tags(version, plain, ["PLATFORM"]),
        *compatible_tags(version, f"cp{version[0]}{version[1]}", ["PLATFORM"]),
    ):
        sets.setdefault((tag.abi, ANY_PLATFORM if tag.platform == "platform" else tag.platform), []).append(
            tag.interpreter
        )
    return [f"{'.'.join(dict.fromkeys(names))}-{abi}-{platform}" for (abi, platform), names in sets.items()]


def manylinux(arch: str, minor: int) -> Iterator[str]:
    """Platform tags of a machine with glibc 2.`minor`, newest first."""
    if arch in _ELF.values():
        for version in range(minor, _OLDEST.get(arch, _OLDEST_ELSEWHERE) - 1, -1):
            yield f"manylinux_2_{version}_{arch}"
            if version in _LEGACY:
                yield f"{_LEGACY[version]}_{arch}"
    yield f"linux_{arch}"


def _interpreter(about: About) -> BinaryFact | None:
    item = about.items.get(loading.real(about, about.layout.interpreter))
    return item.binary.facts if item and isinstance(item.binary, Binary) else None


def _version(text: str) -> tuple[int, int] | None:
    match = re.match(r"(\d{1,3})\.(\d{1,3})", text)
    return (int(match[1]), int(match[2])) if match else None


def _abi_flags(about: About) -> str:
    """`t` and `d`, as they stand in the names of the sysconfigdata module or of the DLL."""
    if match := re.search(r"/_sysconfigdata_([a-z]*)_", about.layout.sysconfigdata):
        return match[1]
    names = [match[1] for path in about.layout.libpython if (match := re.fullmatch(r"python\d+([td_]*)\.dll", path))]
    return names[0].replace("_", "") if names else ""


def _abis(version: tuple[int, int], flags: str) -> list[str]:
    base = f"cp{version[0]}{version[1]}{'t' if 't' in flags else ''}"
    if version < (3, 8):
        return [f"{base}{'d' if 'd' in flags else ''}{'m' if 'm' in flags else ''}"]
    # A debug build loads what was built for a normal one as well.
    return [f"{base}d", base] if "d" in flags else [base]


def _platforms(fact: BinaryFact, about: About) -> tuple[str, list[str]]:
    """(floor, platform tags)"""
    match fact["format"]:
        case "elf":
            return _linux(fact, about)
        case "macho":
            return _macos(fact)
        case _:
            tag = _PE.get(str(fact.get("machine", "")))
            return "", [tag] if tag else []


def _linux(fact: BinaryFact, about: About) -> tuple[str, list[str]]:
    arch = _ELF.get(str(fact.get("machine", "")))
    if arch is None:
        return "", []
    loader = str(fact.get("interpreter", ""))
    if "ld-musl" in loader:
        minor = _musl(about)
        return f"musl 1.{minor}", [*(f"musllinux_1_{one}_{arch}" for one in range(minor, -1, -1)), f"linux_{arch}"]
    # A static executable loads no extension module at all; an arm one without hard floats has no manylinux.
    if not loader or (arch == "armv7l" and "armhf" not in loader):
        return "", [f"linux_{arch}"]
    libraries = [about.items[path].binary for path in about.layout.libpython]
    facts = [fact, *(one.facts for one in libraries if isinstance(one, Binary))]
    minor = max(
        (int(text.split(".")[1]) for one in facts if (text := str(one.get("glibc", ""))).startswith("2.")), default=0
    )
    return f"glibc 2.{minor}" if minor else "", list(manylinux(arch, minor))


def _musl(about: About) -> int:
    """The minor version that the release was built for; 0 where nothing says it, which every musl of today satisfies."""
    features = (about.released or {}).get("crt_features")
    for feature in features if isinstance(features, list) else ():
        if match := re.fullmatch(r"musl-version:1\.(\d{1,2})(?:\.\d+)?", str(feature)):
            return int(match[1])
    return 0


def _macos(fact: BinaryFact) -> tuple[str, list[str]]:
    from packaging.tags import mac_platforms  # noqa: PLC0415 (not needed for a kept snapshot)

    machines = str(fact.get("machine", "")).split()
    minimums = dict(re.findall(r"(\w+) (\d+\.\d+)", str(fact.get("macos", ""))))
    plain = re.match(r"\d+\.\d+", str(fact.get("macos", "")))
    floors: list[str] = []
    tags: list[str] = []
    for machine in machines:
        text = minimums.get(machine) or (plain[0] if plain else "")
        if not text or machine not in {"arm64", "x86_64"}:
            continue
        major, minor = (int(part[:4]) for part in text.split("."))
        floors.append(f"macOS {text} on {machine}")
        tags += mac_platforms((major, minor), machine)
    return ", ".join(floors), list(dict.fromkeys(tags))
