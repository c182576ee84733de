"""Archives from a mirror over real HTTP, from a path and from the cache; verified, or clearly said not to be."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbs_archives import Answer, Mirror, prebuilt, release_asset, serving
from pydiff.errors import ArchiveError, CacheError, DownloadError, HashMismatchError
from pydiff.events import DownloadProgress, Event, Notice, listening
from pydiff.fetch import fetch
from pydiff.fetch.sums import parse
from pydiff.model.asset import Asset
from pydiff.model.settings import Settings

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    (tmp_path / "www").mkdir()
    with serving(tmp_path / "www") as server:
        yield server


@pytest.fixture
def asset(mirror: Mirror) -> Asset:
    return release_asset(mirror.root)


@pytest.fixture
def mirrored(settings: Settings, mirror: Mirror) -> Settings:
    return replace(settings, mirror=mirror.url)


def _kept(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.cache_dir.glob("archives/*/*"))


def test_fetched_from_the_mirror_alone_and_verified(asset: Asset, mirror: Mirror, mirrored: Settings) -> None:
    heard: list[Event] = []
    with listening(heard.append):
        archive = fetch(prebuilt(asset), mirrored)
    assert mirror.paths() == [f"/{asset.tag}/{asset.name.replace('+', '%2B')}"]
    assert archive.sha256 == asset.sha256 == hashlib.sha256(Path(archive.path).read_bytes()).hexdigest()
    assert archive.verified == "the test's list"
    assert archive.asset.urls == (f"{mirror.url}/{asset.tag}/{asset.name.replace('+', '%2B')}",)
    last = heard[-1]
    assert isinstance(last, DownloadProgress)
    assert last.name == asset.name
    assert last.received == last.total == Path(archive.path).stat().st_size


def test_the_second_time_nobody_is_asked(asset: Asset, mirror: Mirror, mirrored: Settings) -> None:
    first = fetch(prebuilt(asset), mirrored)
    assert fetch(prebuilt(asset), mirrored) == first
    offline = replace(mirrored, offline=True, mirror="")
    assert fetch(prebuilt(asset), offline).path == first.path
    assert len(mirror.asked) == 1


@pytest.mark.parametrize("mirror_form", ["folder", "file"])
def test_a_mirror_may_be_a_folder(asset: Asset, mirror: Mirror, settings: Settings, mirror_form: str) -> None:
    base = str(mirror.root) if mirror_form == "folder" else mirror.root.as_uri()
    archive = fetch(prebuilt(asset), replace(settings, mirror=base, offline=True))
    assert archive.sha256 == asset.sha256
    assert mirror.asked == []


def test_a_mirror_is_exclusive(asset: Asset, mirror: Mirror, mirrored: Settings) -> None:
    absent = replace(asset, name=asset.name.replace("3.9.20", "3.9.21"), urls=(), sha256="0" * 64)
    with pytest.raises(DownloadError, match="HTTP 404") as caught:
        fetch(prebuilt(absent), mirrored)
    assert "github.com" not in str(caught.value)
    assert "--mirror" in caught.value.hint


def test_the_wrong_file_is_refused_and_kept_nowhere(asset: Asset, mirror: Mirror, mirrored: Settings) -> None:
    path = mirror.root / asset.tag / asset.name
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    for _ in range(2):
        with pytest.raises(HashMismatchError) as caught:
            fetch(prebuilt(asset), mirrored)
        text = str(caught.value)
        assert str(asset.sha256) in text
        assert hashlib.sha256(path.read_bytes()).hexdigest() in text
        assert "the test's list" in text
        assert _kept(mirrored) == []
    assert len(mirror.asked) == 2


def test_without_a_known_hash_the_releases_sums_decide(asset: Asset, mirror: Mirror, mirrored: Settings) -> None:
    unhashed = replace(asset, sha256=None, hash_source="")
    archive = fetch(prebuilt(unhashed), mirrored)
    assert archive.verified == f"SHA256SUMS of the release ({mirror.url}/{asset.tag}/SHA256SUMS)"
    assert mirror.paths()[0] == f"/{asset.tag}/SHA256SUMS"
    again = fetch(prebuilt(unhashed), replace(mirrored, offline=True))
    assert again.verified == archive.verified
    assert len(mirror.asked) == 2


def test_sums_in_a_folder_are_read_offline(asset: Asset, mirror: Mirror, settings: Settings) -> None:
    unhashed = replace(asset, sha256=None, hash_source="")
    archive = fetch(prebuilt(unhashed), replace(settings, mirror=str(mirror.root), offline=True))
    assert archive.verified.startswith("SHA256SUMS of the release")


def test_sums_that_disagree(asset: Asset, mirror: Mirror, mirrored: Settings) -> None:
    (mirror.root / asset.tag / "SHA256SUMS").write_text(f"{'0' * 64}  {asset.name}\n")
    with pytest.raises(HashMismatchError, match="SHA256SUMS of the release"):
        fetch(prebuilt(replace(asset, sha256=None, hash_source="")), mirrored)
    assert _kept(mirrored) == []


@pytest.mark.parametrize("sums", [None, "", "<html>not found</html>", f"{'0' * 64}  another.tar.gz\n"])
def test_no_published_hash_is_said_so(asset: Asset, mirror: Mirror, mirrored: Settings, sums: str | None) -> None:
    path = mirror.root / asset.tag / "SHA256SUMS"
    path.unlink() if sums is None else path.write_text(sums)
    heard: list[Event] = []
    with listening(heard.append):
        archive = fetch(prebuilt(replace(asset, sha256=None, hash_source="")), mirrored)
    assert archive.verified == ""
    assert archive.sha256 == asset.sha256
    assert any(isinstance(event, Notice) and "cannot be verified" in event.text for event in heard)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(body=b"<html>please log in</html>"), "it begins with b'<html>please log in</html>'"),
        (Answer(framing="close"), "the server did not say where it ends"),
    ],
)
def test_without_a_hash_it_must_at_least_look_like_an_archive(
    asset: Asset, mirror: Mirror, mirrored: Settings, answer: Answer, why: str
) -> None:
    (mirror.root / asset.tag / "SHA256SUMS").unlink()
    mirror.script(f"/{asset.tag}/{asset.name}", answer)
    unhashed = replace(asset, sha256=None, hash_source="")
    with pytest.raises(DownloadError) as caught:
        fetch(prebuilt(unhashed), mirrored)
    assert why in str(caught.value)
    assert _kept(mirrored) == []
    assert fetch(prebuilt(unhashed), mirrored).sha256 == asset.sha256


def test_the_next_host_is_asked_aloud_when_one_gives_another_file(
    asset: Asset, mirror: Mirror, settings: Settings
) -> None:
    both = replace(asset, urls=(f"{mirror.url}/old.tar.gz", f"{mirror.url}/{asset.tag}/{asset.name}"))
    (mirror.root / "old.tar.gz").write_bytes(b"another file")
    heard: list[Event] = []
    with listening(heard.append):
        archive = fetch(prebuilt(both), settings)
    assert archive.sha256 == asset.sha256
    [loud] = [event for event in heard if isinstance(event, Notice) and event.loud]
    assert f"{asset.name} from {mirror.url}/old.tar.gz is not the file that was published" in loud.text


def test_an_encoding_that_nobody_asked_for_is_named(asset: Asset, mirror: Mirror, mirrored: Settings) -> None:
    answer = Answer(body=b"twice", headers={"Content-Encoding": "gzip"})
    mirror.script(f"/{asset.tag}/{asset.name}", answer)
    with pytest.raises(HashMismatchError, match="sent with Content-Encoding: gzip"):
        fetch(prebuilt(asset), mirrored)


def test_sums_out_of_reach_are_not_no_sums(asset: Asset, mirror: Mirror, mirrored: Settings) -> None:
    mirror.script(f"/{asset.tag}/SHA256SUMS", *[Answer(503)] * 10)
    with pytest.raises(DownloadError, match="HTTP 503"):
        fetch(prebuilt(replace(asset, sha256=None, hash_source="")), mirrored)
    assert _kept(mirrored) == []


def test_releases_before_the_first_sums_are_not_asked_for_them(mirror: Mirror, mirrored: Settings) -> None:
    old = release_asset(mirror.root, tag="20211017", sums=False)
    assert fetch(prebuilt(replace(old, sha256=None, hash_source="")), mirrored).verified == ""
    assert len(mirror.asked) == 1


def test_offline_without_it_says_what_there_is(asset: Asset, mirrored: Settings) -> None:
    fetch(prebuilt(asset), mirrored)
    other = replace(asset, sha256="1" * 64)
    with pytest.raises(DownloadError, match="not asked: --offline") as caught:
        fetch(prebuilt(other), replace(mirrored, offline=True))
    assert asset.name in caught.value.hint


def test_a_cached_archive_that_was_touched_is_hashed_again(asset: Asset, mirror: Mirror, mirrored: Settings) -> None:
    path = Path(fetch(prebuilt(asset), mirrored).path)
    path.touch()
    assert fetch(prebuilt(asset), mirrored).sha256 == asset.sha256
    assert len(mirror.asked) == 1
    note = json.loads(path.with_name(f"{path.name}.json").read_text())
    assert note["mtime_ns"] == path.stat().st_mtime_ns


def test_a_cached_archive_that_was_damaged_is_fetched_again(asset: Asset, mirror: Mirror, mirrored: Settings) -> None:
    path = Path(fetch(prebuilt(asset), mirrored).path)
    path.write_bytes(b"damaged")
    heard: list[Event] = []
    with listening(heard.append):
        assert fetch(prebuilt(asset), mirrored).sha256 == asset.sha256
    assert len(mirror.asked) == 2
    assert any(isinstance(event, Notice) and "thrown away" in event.text for event in heard)


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"sha256": 1}'])
def test_a_broken_note_means_fetching_again(asset: Asset, mirror: Mirror, mirrored: Settings, note: str) -> None:
    path = Path(fetch(prebuilt(asset), mirrored).path)
    path.with_name(f"{path.name}.json").write_text(note)
    assert fetch(prebuilt(asset), mirrored).sha256 == asset.sha256


def test_a_local_archive(asset: Asset, mirror: Mirror, settings: Settings, tmp_path: Path) -> None:
    path = mirror.root / asset.tag / asset.name
    unknown = replace(asset, path=str(path), sha256=None, hash_source="", urls=())
    archive = fetch(prebuilt(unknown), settings)
    assert (archive.path, archive.sha256, archive.verified) == (str(path), asset.sha256, "")
    assert fetch(prebuilt(replace(unknown, sha256=asset.sha256, hash_source="a list")), settings).verified == "a list"
    with pytest.raises(HashMismatchError, match="a list"):
        fetch(prebuilt(replace(unknown, sha256="0" * 64, hash_source="a list")), settings)
    assert path.is_file()
    for absent in (tmp_path / "absent.tar.gz", tmp_path):
        with pytest.raises(DownloadError, match="cannot read the archive"):
            fetch(prebuilt(replace(unknown, path=str(absent))), settings)


WORKER = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from pbs_archives import prebuilt
from pydiff.fetch import fetch
from pydiff.model.asset import Asset
from pydiff.model.settings import Settings
cache = Path(sys.argv[3])
asset = Asset(sys.argv[4], "3.9.20", "20241016", "x86_64-unknown-linux-gnu", (), "install_only", sha256=sys.argv[5])
print(fetch(prebuilt(asset), Settings(cache, cache, mirror=sys.argv[2])).sha256)
"""


def test_of_two_processes_one_downloads(asset: Asset, mirror: Mirror, mirrored: Settings) -> None:
    mirror.script(f"/{asset.tag}/{asset.name}", Answer(seconds=0.5), Answer(seconds=0.5))
    tests = str(Path(__file__).parent.parent)
    arguments = [tests, mirror.url, str(mirrored.cache_dir), asset.name, str(asset.sha256)]
    command = [sys.executable, "-c", WORKER, *arguments]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as second,
    ):
        said = {first.communicate(timeout=60)[0].strip(), second.communicate(timeout=60)[0].strip()}
    assert said == {asset.sha256}
    assert len(mirror.asked) == 1


def test_a_cache_that_cannot_be_written(asset: Asset, mirrored: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CacheError, match="cannot write") as caught:
        fetch(prebuilt(asset), replace(mirrored, cache_dir=tmp_path / "file"))
    assert "PYDIFF_CACHE_DIR" in caught.value.hint


@pytest.mark.parametrize("name", ["", "..", "../evil", "a/b", "a\0b"])
def test_a_name_from_a_hostile_list(asset: Asset, mirrored: Settings, name: str) -> None:
    with pytest.raises(ArchiveError, match="cannot be the name of an archive"):
        fetch(prebuilt(replace(asset, name=name)), mirrored)


def test_sums_are_read_as_sha256sum_prints_them() -> None:
    a, b = "a" * 64, "B" * 64
    text = f"{a}  one+x.tar.gz\n{b} *two.tar.zst\r\nnonsense\n{a[:-1]}  short\n\n{a}  with space\n"
    assert parse(text) == {"one+x.tar.gz": a, "two.tar.zst": b.lower()}


@given(st.dictionaries(st.from_regex(r"\A[\w.+-]{1,30}\Z"), st.binary(min_size=32, max_size=32), max_size=5))
def test_sums_round_trip(sums: dict[str, bytes]) -> None:
    text = "".join(f"{digest.hex()}  {name}\n" for name, digest in sums.items())
    assert parse(text) == {name: digest.hex() for name, digest in sums.items()}
