"""A run is kept as it happens: whole, interrupted, killed, or damaged, it is read back or refused with a reason."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pydiff.errors import CacheError, ExitCode, RunRecordError
from pydiff.events import DownloadProgress, Notice, PartDone, emit, listening
from pydiff.model.record import ErrorRecord, Run
from pydiff.runs import RunFolder, assemble, load

SIDE = {
    "spec": "uv:3.9",
    "label": "uv 0.5.5",
    "asset": None,
    "manager": {"name": "uv", "version": "0.5.5", "why": "given", "changes": []},
    "python": {"version": "3.9.20", "prefix": "/p"},
    "build": {"outcome": "not-run"},
}


def start(folder: RunFolder) -> PartDone:
    request = {"python": "3.9", "package": "demo==1"}
    return PartDone("start", {"id": folder.id, "pydiff": "0", "created": folder.created, "request": request})


def test_a_whole_run_is_saved_and_loaded(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "demo==1")
    with listening(folder.listen):
        emit(start(folder))
        emit(PartDone("sides.left", SIDE))
        emit(PartDone("sides.right", SIDE))
        emit(PartDone("verdict", {"verdict": "same", "headline": "alike"}))
    run = folder.finish()
    assert (run.verdict, run.headline, run.partial) == ("same", "alike", False)
    assert run.sides.left is not None
    assert run.sides.left.label == "uv 0.5.5"
    for name in (folder.id, str(folder.path), str(folder.path / "run.json"), "last", folder.id[:-3]):
        assert load(name, tmp_path) == (run, folder.path)


def test_notes_of_several_stages_come_together(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "demo==1")
    folder.listen(start(folder))
    for part, note in (("notes.builds", "two"), ("notes.trees", "one"), ("notes.builds", "three")):
        folder.listen(PartDone(part, [note]))
    assert folder.finish().notes == ["one", "three"]


def test_a_killed_run_is_read_from_its_events(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "demo")
    folder.listen(start(folder))
    folder.listen(PartDone("sides.left", SIDE))
    with (folder.path / "run.jsonl").open("ab") as events:
        events.write(b'{"event": "PartDone", "part": "sides.ri')  # killed in the middle of a line
    run, _ = load(folder.id, tmp_path)
    assert run.partial
    assert run.verdict == "inconclusive"
    assert run.sides.left is not None
    assert run.sides.right is None


def test_a_stopped_run_says_why(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "demo")
    folder.listen(start(folder))
    folder.listen(PartDone("verdict", {"verdict": "same", "headline": "alike"}))
    run = folder.finish(ErrorRecord(message="disk full", hint="", exit_code=ExitCode.ENVIRONMENT))
    assert run.partial
    assert run.error is not None
    assert "disk full" in run.headline


def test_parts_are_written_as_they_come_and_download_progress_is_not(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "demo")
    folder.listen(DownloadProgress("a.tar.gz", 1, 2))
    folder.listen(Notice("hello"))
    lines = [msgspec.json.decode(line) for line in (folder.path / "run.jsonl").read_bytes().splitlines()]
    assert lines == [{"event": "Notice", "text": "hello", "loud": False}]


def test_a_run_that_never_began_cannot_be_reported() -> None:
    with pytest.raises(RunRecordError, match="before it began"):
        assemble({})


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"schema": 1}', b"\xff\xfe"])
def test_a_damaged_record_is_refused_with_its_path(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "run.json"
    file.write_bytes(content)
    with pytest.raises(RunRecordError, match=r"run\.json is not a run record"):
        load(str(file), tmp_path)


def test_an_unknown_run_names_the_newest(tmp_path: Path) -> None:
    with pytest.raises(RunRecordError) as empty:
        load("last", tmp_path)
    assert "no run is saved" in empty.value.hint
    folder = RunFolder(tmp_path, "demo")
    with pytest.raises(RunRecordError) as unknown:
        load("nonsense", tmp_path)
    assert folder.id in unknown.value.hint


def test_a_state_folder_that_cannot_be_made_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError, match="cannot write while making the run folder"):
        RunFolder(tmp_path / "file", "demo")


def test_the_folder_name_is_safe_whatever_the_package(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "git+https://user:secret@host/../x y")
    assert folder.path.parent == tmp_path / "runs"
    assert "/" not in folder.id
    assert "secret" not in folder.id


def test_the_record_survives_a_round_trip(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "demo")
    folder.listen(start(folder))
    run = folder.finish()
    assert msgspec.json.decode(msgspec.json.encode(run), type=Run) == run
