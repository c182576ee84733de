"""A source folder or a checkout as one archive file, the same bytes for the same files, so that it is kept and named like an sdist."""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pydiff.errors import PackageError

_LEFT_OUT = frozenset(
    (".git", ".hg", ".venv", "venv", "__pycache__", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache")
)
"""Folders that are no part of a source tree. Without `.git`, versions that are read from it must be given (SETUPTOOLS_SCM_PRETEND_VERSION)."""
_MOST_BYTES = 2_000_000_000
_GIT_SECONDS = 600
_COMMANDS = frozenset(("clone", "checkout", "submodule", "rev-parse"))


def pack_folder(folder: Path, archive: Path) -> None:
    """Write the files below `folder` into the tar file `archive`, below a folder `source`. Raises PackageError."""
    total = 0
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
        for root, folders, files in os.walk(folder):
            folders[:] = sorted(name for name in folders if name not in _LEFT_OUT and not _is_cache(Path(root, name)))
            links = [name for name in folders if Path(root, name).is_symlink()]
            for name in sorted([*files, *links]):
                path = Path(root, name)
                if not path.is_file() and not path.is_symlink():
                    continue  # sockets and pipes of running programs
                total += path.lstat().st_size
                if total > _MOST_BYTES:
                    raise PackageError(
                        f"{folder} holds more than {_MOST_BYTES // 10**9} GB",
                        hint="name the folder of the package itself, or an sdist made from it",
                    )
                tar.add(path, f"source/{path.relative_to(folder).as_posix()}", recursive=False, filter=_anonymous)


def _is_cache(folder: Path) -> bool:
    """Marked as one, such as pydiff's own in a checkout: https://bford.info/cachedir/."""
    return (folder / "CACHEDIR.TAG").is_file()


def _anonymous(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Neither the owner nor the moment is part of the source."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o755 if info.mode & 0o100 else 0o644
    info.mtime = 0
    return info


def clone(url: str, folder: Path, *, offline: bool = False) -> tuple[Path, str]:
    """Clone `git+URL[@REF][#subdirectory=…]` into `folder`; the folder of the package and the commit. Raises PackageError.

    With `offline`, git uses no protocol but `file`, not for a submodule either.
    """
    parts = urlsplit(url.removeprefix("git+"))
    head, at, ref = parts.path.rpartition("@")
    path, reference = (head, ref) if at and "/" not in ref.rpartition(".git")[2] else (parts.path, "")
    address = parts._replace(path=path, fragment="").geturl()
    if reference.startswith("-") or address.startswith("-"):
        raise PackageError(f"{reference or address} is no name of a commit or repository", hint="check the URL")
    local = ["-c", "protocol.allow=never", "-c", "protocol.file.allow=user"] if offline else []
    _git([*local, "clone", "--quiet", "--no-checkout", "--", address, str(folder)], None, url)
    _git([*local, "checkout", "--quiet", "--detach", reference or "HEAD"], folder, url)
    _git([*local, "submodule", "--quiet", "update", "--init", "--recursive"], folder, url)
    commit = _git(["rev-parse", "HEAD"], folder, url).strip()
    below = parse_qs(parts.fragment).get("subdirectory", [""])[0]
    package = (folder / below).resolve()
    if not package.is_relative_to(folder.resolve()) or not package.is_dir():
        raise PackageError(f"the repository has no folder {below!r}", hint="check the part after #subdirectory=")
    return package, commit


def _git(arguments: list[str], folder: Path | None, url: str) -> str:
    from pydiff.web import printable  # noqa: PLC0415 - only for the message

    shown = f"git+{printable(url.removeprefix('git+'))}"
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_GIT_SECONDS,
        )
    except FileNotFoundError as error:
        raise PackageError(
            f"{shown} needs git, which is not installed", hint="install git, or name an sdist"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise PackageError(
            f"{shown}: git did not end within {_GIT_SECONDS} s", hint="clone it yourself and name the folder"
        ) from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        telling = [line for line in lines if line.startswith("fatal:")][:1] or lines[-1:]
        command = next(word for word in arguments if word in _COMMANDS)
        raise PackageError(
            f"{shown}: git {command} failed: {telling[0] if telling else f'status {done.returncode}'}",
            hint="check the URL and the name after @; git must be able to read the repository without asking for a password",
        )
    return done.stdout
