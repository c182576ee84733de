"""A disk that is really full, in a tmpfs of a mount namespace: a clear error, and nothing half-made under a final name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cli import PYDIFF, environment
from support import needs_unshare

# Arguments: the folder to mount over, its size, and the command.
_FULL_DISK = 'mount -t tmpfs -o size="$2" full "$1" && shift 2 && "$@"; code=$?; find "$CACHE" -type f | sed "s/^/left: /"; exit $code'


@pytest.mark.sandbox
@pytest.mark.parametrize(("size", "stage"), [("8m", "packing"), ("60m", "extracting")])
def test_a_full_disk(tmp_path: Path, size: str, stage: str) -> None:
    """8 MB do not hold the repacked archive; 60 MB hold the archive but not the tree."""
    needs_unshare()
    disk = tmp_path / "disk"
    disk.mkdir()
    env = environment(disk, CACHE=str(disk / "cache"))
    namespace = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _FULL_DISK, "sh", str(disk), size]
    command = [PYDIFF, "inspect", f"uv@0.5.5:host-{sys.version_info.major}.{sys.version_info.minor}"]
    done = subprocess.run([*namespace, *command], env=env, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 4, (stage, done.stdout, done.stderr)
    assert "no space left" in done.stderr
    assert "PYDIFF_CACHE_DIR" in done.stderr
    assert "Traceback" not in done.stderr
    left = [line.removeprefix("left: ") for line in done.stdout.splitlines() if line.startswith("left: ")]
    unfinished = [path for path in left if "/installations/" in path or "/tmp/" in path.removeprefix(str(disk))]
    assert unfinished == []
    if stage == "packing":
        assert not [path for path in left if path.endswith(".tar.gz")]
