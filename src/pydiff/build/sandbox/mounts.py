"""The mounts of a sandbox, in the order they are made: first what is emptied, then what is put back."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from pydiff.build.sandbox.interface import View


@dataclass(frozen=True, slots=True)
class Step:
    kind: Literal["empty", "read", "write"]
    """A fresh tmpfs; a read-only bind; a writable bind."""
    target: str
    source: str = ""


def home_folders() -> list[str]:
    """The user's home, from the account and from HOME."""
    found = {os.environ.get("HOME", "")}
    with suppress(KeyError):  # a container may run as a user that has no account
        found.add(pwd.getpwuid(os.getuid()).pw_dir)
    return sorted(path for path in found if PurePosixPath(path).is_absolute() and path != "/")


def emptied(*, network: bool) -> list[str]:
    """Folders that a build must not see. /run holds the sockets of other services, and with a network the name resolver's file."""
    wanted = [*home_folders(), "/tmp", "/var/tmp"]  # noqa: S108 - these are the names that get emptied
    if not network:
        wanted.append("/run")
    real = {os.path.realpath(path) for path in wanted}
    folders = sorted(path for path in real if path != "/" and Path(path).is_dir())
    return [path for path in folders if not any(lies_under(path, other) for other in folders if other != path)]


def lies_under(path: str, folder: str) -> bool:
    return PurePosixPath(path).is_relative_to(folder)


def put_back(exposed: Iterable[str], masks: list[str]) -> Iterator[Step]:
    """Read-only binds for the exposed paths that a mask would hide, outer folders first."""
    wanted: dict[str, str] = {}
    for path in exposed:
        real = os.path.realpath(path)
        for target in (path, real):
            if Path(real).exists() and any(lies_under(target, mask) for mask in masks):
                wanted[target] = real
    for target in sorted(wanted):
        if not any(lies_under(target, other) for other in wanted if other != target):
            yield Step("read", target, wanted[target])


def plan(view: View) -> list[Step]:
    """Every mount of `view`, in order."""
    masks = emptied(network=view.network)
    steps = [Step("empty", mask) for mask in masks]
    steps += put_back(view.exposed, masks)
    for farm in view.farms:
        steps.append(Step("read", farm.place, farm.spine))
        steps.append(Step("read", farm.original, farm.directory))
        steps.append(Step("read", farm.directory, farm.links))
        steps += [Step("read", f"{farm.directory}/{name}", f"{farm.directory}/{name}") for name in farm.mounted]
    steps += [Step("write" if mount.writable else "read", mount.target, mount.source) for mount in view.mounts]
    return steps
