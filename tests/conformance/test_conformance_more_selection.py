"""Which archive hatch, pdm, poetry and pipx choose, asked of their own code for many requests and machines, against `resolve`.

What they look at (system, processor, C library) is replaced, so that one machine answers for all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest

from conformance_more import Real, hatch, pipx
from conformance_plugin import Note
from conformance_table import IDENTICAL
from conformance_tools import wheel
from pydiff import data
from pydiff.errors import NoSuchBuildError
from pydiff.managers import parse_spec, pbs_installer, resolve
from pydiff.managers.archive_manager import Question
from pydiff.managers.pbs_installer import Installer
from pydiff.managers.pdm import treat
from pydiff.model.resolution import ManagerChoice, Prebuilt
from pydiff.model.settings import Settings
from pydiff.model.spec import VersionRequest
from pydiff.model.target import Target

# target -> sys.platform, platform.system(), platform.machine(), platform.libc_ver()
MACHINES: Mapping[str, tuple[str, str, str, str]] = {
    "linux-x86_64-gnu": ("linux", "Linux", "x86_64", "glibc"),
    "linux-x86_64-musl": ("linux", "Linux", "x86_64", ""),
    "linux-aarch64-gnu": ("linux", "Linux", "aarch64", "glibc"),
    "linux-aarch64-musl": ("linux", "Linux", "aarch64", ""),
    "linux-x86-gnu": ("linux", "Linux", "i686", "glibc"),
    "linux-powerpc64le-gnu": ("linux", "Linux", "ppc64le", "glibc"),
    "linux-s390x-gnu": ("linux", "Linux", "s390x", "glibc"),
    "macos-x86_64": ("darwin", "Darwin", "x86_64", ""),
    "macos-aarch64": ("darwin", "Darwin", "arm64", ""),
    "windows-x86_64": ("win32", "Windows", "AMD64", ""),
}
MINORS = ("3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.13t", "3.14", "3.14t", "3.15")
Answers = Mapping[str, str | None]
"""`REQUEST#TARGET` -> URL; None where there is none."""


def asked(python: Path, before: Sequence[Path], script: str, question: object) -> Answers:
    env = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(map(str, before))}
    said = json.dumps(question)
    done = subprocess.run(
        [str(python), "-c", script], input=said, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    answers: Answers = json.loads(done.stdout)
    return answers


def agree(theirs: Answers, ours: Answers) -> None:
    different = {key: (url, ours[key]) for key, url in theirs.items() if url != ours[key]}
    assert not different, f"{len(different)} of {len(theirs)}: {dict(list(different.items())[:5])}"
    assert sum(url is not None for url in theirs.values()) > 10, "the question was not a good one"


def ours(manager: str, keys: Sequence[str], settings: Settings) -> Answers:
    return {key: _ours(f"{manager}:{key}", settings) for key in keys}


def _ours(text: str, settings: Settings) -> str | None:
    try:
        answer = resolve(parse_spec(text), settings)
    except NoSuchBuildError:
        return None
    assert isinstance(answer, Prebuilt)
    return answer.asset.urls[0]


# -------------------------------------------------------------------------------------------------------------- pbs-installer
GET_LINK = """
import json, sys
from pbs_installer import get_download_link
answers = {}
for key, request, platform, arch in json.load(sys.stdin):
    try:
        answers[key] = get_download_link(request, arch=arch, platform=platform)[1][0]
    except ValueError:
        answers[key] = None
print(json.dumps(answers))
"""


# Each changed what it answers or how: full archives alone, install_only alone, either, free-threaded, the list as JSON.
@pytest.mark.parametrize("release", ["2024.3.27", "2024.4.1", "2024.10.8", "2024.10.16", "2025.6.6", "2026.10.25"])
def test_pbs_installer(release: str, settings: Settings, note: Note) -> None:
    question = []
    for minor in data.minors(pbs_installer.TABLE):
        versions = {build.version for build in data.builds(pbs_installer.TABLE, minor)}
        for request in (minor, f"{minor}t", *versions):
            for system in ("linux", "macos", "windows"):
                for arch in ("x86_64", "aarch64", "x86"):
                    libc = "-gnu" if system == "linux" else ""
                    question.append((f"{request}#{system}-{arch}{libc}", request, system, arch))
    theirs = asked(Path(sys.executable), [wheel(f"pbs-installer=={release}")], GET_LINK, question)
    agree(theirs, {key: _by_installer(key, release, settings) for key, *_ in question})
    note("pbs-installer", release, "selection", IDENTICAL)


def _by_installer(key: str, release: str, settings: Settings) -> str | None:
    choice = ManagerChoice("pdm", data.releases("pdm")[-1][0], "given")
    spec = parse_spec(f"pdm:{key}")
    assert isinstance(spec.request, VersionRequest)
    question = Question(spec, spec.request, choice, settings, treat(choice, settings))
    try:
        return pbs_installer.select(question, Installer(release, "")).asset.urls[0]
    except NoSuchBuildError:
        return None


def test_the_installer_of_the_day(settings: Settings) -> None:
    answer = resolve(parse_spec("pdm@2.26.3:3.12#linux-x86_64-gnu"), replace(settings, as_of=date(2025, 12, 24)))
    assert isinstance(answer, Prebuilt)
    assert answer.asset.hash_source == "pbs-installer 2025.12.17's list"


# ---------------------------------------------------------------------------------------------------------------------- hatch
GET_DISTRIBUTION = """
import json, os, platform, sys
from hatch.errors import PythonDistributionResolutionError, PythonDistributionUnknownError
from hatch.python import resolve
answers = {}
for key, request, level, gil, (sys_platform, _, machine, libc) in json.load(sys.stdin):
    sys.platform, platform.machine, platform.libc_ver = sys_platform, lambda: machine, lambda *_: (libc, "")
    os.environ["HATCH_PYTHON_VARIANT_GIL"] = gil
    os.environ["HATCH_PYTHON_VARIANT_CPU"] = os.environ["HATCH_PYTHON_VARIANT_LINUX"] = level
    try:
        answers[key] = resolve.get_distribution(request).source
    except (PythonDistributionResolutionError, PythonDistributionUnknownError):
        answers[key] = None
print(json.dumps(answers))
"""


@pytest.mark.parametrize("release", ["1.8.0", "1.9.7", "1.10.0", "1.12.0", "1.13.0", "1.14.2", "1.15.1", "1.18.2"])
def test_hatch(release: str, settings: Settings, note: Note) -> None:
    question = []
    for target, machine in MACHINES.items():
        levels = ("", "v2", "v3", "v4") if "linux-x86_64" in target else ("",)
        for request in MINORS:
            if request.endswith("t") and release in {"1.8.0", "1.9.7", "1.10.0", "1.12.0"}:
                continue
            gil = "freethreaded" if request.endswith("t") else ""
            for level in levels:
                # pydiff has no name for the plain build where hatch would take another.
                place = str(replace(Target.parse(target), variant=level))
                question.append((f"{request}#{place}", request.removesuffix("t"), level, gil, machine))
    real = hatch(release)
    theirs = asked(real.bin / "python", real.before, GET_DISTRIBUTION, question)
    agree(theirs, ours(f"hatch@{release}", list(theirs), settings))
    note("hatch", release, "selection", IDENTICAL)


# ----------------------------------------------------------------------------------------------------------------------- pipx
RESOLVE_VERSION = """
import json, platform, sys
from pipx import standalone_python as own
from pipx.util import PipxError
question, links = json.load(sys.stdin)
answers = {}
for key, request, (_, system, machine, libc) in question:
    platform.system, platform.machine, platform.libc_ver = lambda: system, lambda: machine, lambda *_: (libc, "")
    for name, each in (("digests", [[link, ""] for link in links]), ("links", links)):
        own.get_or_update_index = lambda *_, **__: {"releases": each}
        try:
            found = own.resolve_python_version(request)[1]
        except (KeyError, PipxError, getattr(own, "NotAvailable", PipxError)):
            answers[key] = None
        except (AttributeError, ValueError):
            continue
        else:
            answers[key] = found if isinstance(found, str) else found[0]
        break
print(json.dumps(answers))
"""


@pytest.mark.parametrize(
    ("release", "day"),
    [
        ("1.5.0", date(2024, 5, 1)),
        ("1.6.0", date(2024, 8, 1)),
        ("1.7.0", date(2024, 12, 20)),
        ("1.8.0", date(2025, 10, 20)),
        ("1.15.0", date(2026, 7, 1)),
        ("1.18.4", date(2026, 8, 20)),
    ],
)
def test_pipx(release: str, day: date, settings: Settings, note: Note) -> None:
    tag = max(
        name.partition("+")[2][:8] for name in data.pbs_assets() if "-x86_64-apple-darwin-" in name and _by(name, day)
    )
    names = [name for name in data.pbs_assets() if f"+{tag}-" in name]
    versions = {name.removeprefix("cpython-").partition("+")[0] for name in names}
    requests = [
        *(minor for minor in MINORS if not minor.endswith("t")),
        *(v for v in versions if v.replace(".", "").isdecimal()),
    ]
    requests += ["3.10.1", "3.12.1"]  # as text, the beginning of 3.12.10
    question = [
        (f"{request}#{target}", request, machine) for target, machine in MACHINES.items() for request in requests
    ]
    real: Real = pipx(release)
    links = [
        f"https://github.com/astral-sh/python-build-standalone/releases/download/{tag}/{name.replace('+', '%2B')}"
        for name in names
    ]
    theirs = asked(real.bin / "python", real.before, RESOLVE_VERSION, (question, links))
    assert len(theirs) == len(question)
    found = ours(f"pipx@{release}", list(theirs), replace(settings, as_of=day))
    agree(
        {key: url and unquote(url) for key, url in theirs.items()},
        {key: url and unquote(url) for key, url in found.items()},
    )
    note("pipx", release, "selection", IDENTICAL)


def _by(name: str, day: date) -> bool:
    return name.partition("+")[2][:8] <= day.strftime("%Y%m%d")
