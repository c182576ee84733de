"""The cache: rooms, locks over processes, scratch folders, one-step writes, and its errors."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pydiff.cache import LEFTOVER_SECONDS, TAG_NAME, Cache, explained, remove_tree
from pydiff.errors import CacheError
from pydiff.events import Event, Notice, listening


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def test_a_room_is_made_with_the_tag(cache: Cache) -> None:
    assert cache.room("archives").is_dir()
    assert (cache.root / TAG_NAME).read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def test_write_is_one_step(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    path = cache.room("lists") / "x"
    cache.write(path, b"one")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        cache.write(path, b"two")
    assert path.read_bytes() == b"one"
    assert [child.name for child in path.parent.iterdir()] == ["x"]


def test_scratch_goes_whatever_happens(cache: Cache) -> None:
    def interrupted() -> None:
        with cache.scratch("x") as folder:
            (folder / "deep").mkdir()
            (folder / "deep" / "file").touch()
            (folder / "deep").chmod(0o500)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(cache.room("tmp").iterdir())


def test_old_leftovers_are_swept_and_young_ones_kept(cache: Cache) -> None:
    old, young = cache.room("tmp") / "old", cache.room("tmp") / "young"
    for folder in (old, young):
        folder.mkdir()
        (folder / "file").touch()
    os.utime(old, (time.time() - LEFTOVER_SECONDS - 60,) * 2)
    with cache.scratch("x"):
        assert not old.exists()
        assert young.exists()


def test_one_holder_among_threads(cache: Cache) -> None:
    inside: list[str] = []
    heard: list[Event] = []

    def other() -> None:
        with listening(heard.append), cache.lock("k"):
            inside.append("other")

    with cache.lock("k"):
        thread = threading.Thread(target=other)
        thread.start()
        time.sleep(0.2)
        assert inside == []
    thread.join(10)
    assert inside == ["other"]
    assert [type(event) for event in heard] == [Notice]


def test_a_lock_dies_with_its_process(cache: Cache) -> None:
    code = (
        "import sys, time; from pathlib import Path; from pydiff.cache import Cache\n"
        "with Cache(Path(sys.argv[1])).lock('k'): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(cache.root)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.kill()
    with cache.lock("k"):
        pass


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_no_space(code: int) -> None:
    with (
        pytest.raises(CacheError, match=r"no space left while testing in /x") as caught,
        explained("testing", Path("/x")),
    ):
        raise OSError(code, "full")
    assert "pydiff cache clean" in caught.value.hint


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR])
def test_unwritable(code: int) -> None:
    with (
        pytest.raises(CacheError, match=r"cannot write while testing: /x \(no\)") as caught,
        explained("testing", Path("/x")),
    ):
        raise OSError(code, "no")
    assert "PYDIFF_CACHE_DIR" in caught.value.hint


def test_other_errors_pass() -> None:
    with pytest.raises(FileNotFoundError), explained("testing", Path("/x")):
        raise FileNotFoundError(errno.ENOENT, "absent")


def test_a_file_in_the_place_of_a_room(cache: Cache) -> None:
    cache.root.mkdir()
    (cache.root / "locks").touch()
    with pytest.raises(CacheError, match="cannot write while making the cache"), cache.lock("k"):
        pass


def test_remove_tree_takes_files_links_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to("kept")
    (tmp_path / "file").touch()
    for name in ("link", "file", "absent"):
        remove_tree(tmp_path / name)
    assert [child.name for child in tmp_path.iterdir()] == ["kept"]
