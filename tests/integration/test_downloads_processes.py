"""One download wanted by several processes, some of which are killed: it is made once, goes on where it stopped, and is never half."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli import PYDIFF, Done, environment, pydiff
from pbs_archives import Answer, Mirror, asset_name, serving
from releases import sha256

TAG = "20270101"
NAME = asset_name(tag=TAG)
SIZE = 4_000_000
PATH = f"/{TAG}/{NAME}"


@dataclass(frozen=True)
class Place:
    """A server with one archive, and a cache of our own."""

    mirror: Mirror
    folder: Path

    @property
    def spec(self) -> str:
        return f"pbs:{self.mirror.url}{PATH}"

    @property
    def part(self) -> int:
        """Bytes under the temporary name."""
        return sum(path.stat().st_size for path in self.folder.glob("cache/archives/*/*.part"))

    def start(self) -> subprocess.Popen[str]:
        command, env = [PYDIFF, "fetch", self.spec], environment(self.folder)
        return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self) -> Done:
        return pydiff("fetch", self.spec, env=environment(self.folder), timeout=60)

    def finished(self) -> list[Path]:
        return list(self.folder.glob("cache/archives/*/*.tar.gz"))

    def ranges(self) -> list[str]:
        """Of the requests for the archive itself."""
        asked = [one for one in self.mirror.asked if one.path.endswith(".tar.gz")]
        return [one.headers.get("Range", "") for one in asked]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    file = tmp_path / "www" / TAG / NAME
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\x1f\x8b" + bytes(range(250)) * (SIZE // 250))
    (file.parent / "SHA256SUMS").write_text(f"{sha256(file)}  {NAME}\n")
    with serving(tmp_path / "www") as mirror:
        yield Place(mirror, tmp_path)


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"no {what} within {seconds:.0f} s")
        time.sleep(0.02)


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_download_that_was_killed_is_resumed(place: Place, sent: signal.Signals) -> None:
    place.mirror.script(PATH, Answer(stall=60))
    process = place.start()
    wait_for(lambda: place.part > SIZE // 3, "half of the file")
    process.send_signal(sent)
    process.communicate(timeout=30)
    assert place.finished() == []
    kept = place.part
    done = place.run()
    assert done.code == 0, done.err
    assert place.ranges() == ["", f"bytes={kept}-"]
    assert len(place.finished()) == 1
    assert place.part == 0


def test_who_waited_for_a_download_that_was_killed_goes_on_with_it(place: Place) -> None:
    place.mirror.script(PATH, Answer(stall=60))
    first = place.start()
    wait_for(lambda: place.part > SIZE // 3, "half of the file")
    second = place.start()
    # The second asks for the sums, then waits for the lock: it must not touch the file meanwhile.
    time.sleep(1.5)
    assert second.poll() is None
    assert len(place.ranges()) == 1
    kept = place.part
    first.kill()
    first.communicate(timeout=30)
    out, err = second.communicate(timeout=60)
    assert second.returncode == 0, err
    assert sha256(place.folder / "www" / TAG / NAME) in out
    assert place.ranges() == ["", f"bytes={kept}-"]


def test_who_waited_for_a_download_that_failed_tries_again(place: Place) -> None:
    (place.folder / "www" / TAG / NAME).write_bytes(b"\x1f\x8b another file")
    place.mirror.script(PATH, Answer(seconds=1.5))
    processes = [place.start(), place.start()]
    for process in processes:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 4
        assert "is not the file that was published" in err
    assert place.ranges() == ["", ""]
    assert place.finished() == []


def test_four_processes_and_a_faulty_server_make_one_download(place: Place) -> None:
    tenth = SIZE // 10
    place.mirror.script(PATH, *[Answer(cut_after=tenth)] * 5, Answer(503), Answer(cut_after=tenth, reset=True))
    processes = [place.start() for _ in range(4)]
    said = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, said
    assert len({out for out, _ in said}) == 1
    assert len(place.ranges()) == 8
    assert place.ranges()[1:5] == [f"bytes={number * tenth}-" for number in range(1, 5)]


def test_the_time_is_limited_by_an_option_and_a_variable(place: Place) -> None:
    for option, variable in ((["--download-timeout", "0.03"], ""), ([], "0.03")):
        place.mirror.script(PATH, Answer(stall=60))
        env = environment(place.folder, PYDIFF_DOWNLOAD_TIMEOUT=variable)
        began = time.monotonic()
        done = pydiff("fetch", place.spec, *option, env=env, timeout=30)
        assert time.monotonic() - began < 15
        assert done.code == 4
        assert "within 0.03 minutes (--download-timeout)" in done.err
        assert f"{place.mirror.url}{PATH}" in done.err.replace("%2B", "+")
        assert "bytes of it are kept, and the same command goes on from there" in done.err
    assert place.run().code == 0
