"""Faults one after the other, from one host and from two: the file arrives whole and right, or every host is named with its reason."""

from __future__ import annotations

import gzip
import hashlib
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pbs_archives import QUICK, Answer, Mirror, serving
from pydiff.errors import DownloadError, HashMismatchError
from pydiff.model.settings import Settings
from pydiff.web import Received, stream_to

BODY = random.Random(3).randbytes(200_000)  # what the file holds is no secret
SHA256 = hashlib.sha256(BODY).hexdigest()
IMPATIENT = replace(QUICK, answer=0.3, silence=0.05, slowest=100_000, first_wait=0.001, longest_wait=0.002)
# Of one download with two hosts: every fault costs at most `answer` or `silence`, and the time for all of it is limited.
SECONDS = 3.0

cuts = st.integers(0, len(BODY)).map(lambda size: Answer(cut_after=size))
FAULTS = st.one_of(
    cuts,
    cuts,
    st.builds(replace, cuts, reset=st.just(True)),
    st.builds(replace, cuts, framing=st.sampled_from(["chunked", "close"])),
    st.builds(replace, cuts, ranges=st.just(False)),
    st.builds(replace, cuts, body=st.just(b"!" * len(BODY)), headers=st.sampled_from([{}, {"ETag": '"same"'}])),
    st.builds(replace, cuts, trusting=st.just(True), headers=st.just({"ETag": '"same"'})),
    st.builds(Answer, st.sampled_from([404, 403, 429, 500, 503]), st.just(b"")),
    st.builds(Answer, st.just(429), st.just(b""), st.sampled_from([{"Retry-After": "0"}, {"Retry-After": "99"}])),
    st.builds(Answer, claim=st.sampled_from([-1000, -1, 1, 1000])),
    st.builds(Answer, longest=st.integers(1, len(BODY))),
    st.builds(Answer, body=st.sampled_from([b"", b"<html>", BODY[:-1], BODY + b"!", gzip.compress(BODY, 1)])),
    st.builds(Answer, headers=st.sampled_from([{"Content-Encoding": "gzip"}, {"ETag": 'W/"weak"'}, {"ETag": ""}])),
    st.builds(
        Answer, st.just(302), st.just(b""), st.sampled_from([{"Location": to} for to in ("/one", "file:///x", "")])
    ),
    st.builds(Answer, st.just(206), st.just(BODY[9:99]), st.sampled_from([{}, {"Content-Range": "bytes 9-98/200000"}])),
    st.builds(Answer, st.just(416), st.just(b""), st.sampled_from([{}, {"Content-Range": "bytes */200000"}])),
    st.just(Answer(stall=0.1)),
    st.just(Answer(drip=0.01)),
    st.just(Answer(drip_headers=0.01)),
)


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    root = tmp_path_factory.mktemp("www")
    (root / "one").write_bytes(BODY)
    (root / "two").write_bytes(BODY)
    with serving(root) as server:
        yield server


@hypothesis_settings(
    deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(one=st.lists(FAULTS, max_size=8), two=st.lists(FAULTS, max_size=8), hosts=st.integers(1, 2))
def test_the_file_arrives_or_every_host_is_named(
    mirror: Mirror,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    one: list[Answer],
    two: list[Answer],
    hosts: int,
) -> None:
    monkeypatch.setattr("pydiff.web.patience.PATIENCE", IMPATIENT)
    shutil.rmtree(tmp_path / "out", ignore_errors=True)
    (tmp_path / "out").mkdir()
    destination = tmp_path / "out" / "file"
    urls = [f"{mirror.url}/one", f"{mirror.url}/two"][:hosts]
    limited = replace(settings, download_timeout=SECONDS)
    mirror.scripts = {"/one": list(one), "/two": list(two)}

    def verify(received: Received, path: Path) -> None:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == received.sha256
        assert not destination.exists()
        if received.sha256 != SHA256:
            raise HashMismatchError("another file")

    def outcome() -> Received | DownloadError:
        try:
            return stream_to(urls, limited, destination, check=verify)
        except DownloadError as error:
            return error

    began = time.monotonic()
    match outcome():
        case Received() as received:
            assert received.sha256 == SHA256
            assert destination.read_bytes() == BODY
            assert [path.name for path in destination.parent.iterdir()] == ["file"]
            destination.unlink()
        case error:
            assert not destination.exists()
            alone = isinstance(error, HashMismatchError) and hosts == 1
            assert alone or all(f"{url}: " in str(error) for url in urls), str(error)
    assert time.monotonic() - began < SECONDS + 1

    # Whatever was left behind, it does not stand in the way of the next try.
    mirror.scripts = {}
    assert stream_to(urls, settings, destination, check=verify).sha256 == SHA256
    assert destination.read_bytes() == BODY
