"""A call in another process: it answers, tells and fails as if it had been made here, and never outlives its block."""

from __future__ import annotations

import os
import pickle
import time
from pathlib import Path

import pytest

import aside_calls
from pydiff import errors
from pydiff.aside import aside
from pydiff.errors import HashMismatchError, PydiffError
from pydiff.events import Event, Notice, listening


def subclasses(of: type[PydiffError]) -> list[type[PydiffError]]:
    return [of, *(deeper for one in of.__subclasses__() for deeper in subclasses(one))]


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_the_answer_comes_from_elsewhere() -> None:
    with aside(aside_calls.process_and_words, "two", "words", end="!") as other:
        here = os.getpid()
        process, words = other()
    assert words == "two words!"
    assert process != here


def test_events_are_told_here() -> None:
    heard: list[Event] = []
    with listening(heard.append), aside(aside_calls.told, "the list is old") as other:
        assert other() is None
    assert heard == [Notice("the list is old", loud=True)]


def test_what_is_printed_there_is_no_answer(capfd: pytest.CaptureFixture[str]) -> None:
    with aside(aside_calls.printed) as other:
        assert other() == "answer"
    assert capfd.readouterr().out == ""


def test_its_error_is_raised_here_after_what_it_told() -> None:
    heard: list[Event] = []
    with (
        listening(heard.append),
        aside(aside_calls.refused) as other,
        pytest.raises(HashMismatchError, match=r"^the hash is another$") as raised,
    ):
        other()
    assert raised.value.hint == "fetch it again"
    assert heard == [Notice("before it failed")]


@pytest.mark.parametrize("kind", subclasses(errors.PydiffError))
def test_every_error_can_be_sent(kind: type[PydiffError]) -> None:
    sent = pickle.loads(pickle.dumps(kind("what happened", hint="what to do")))
    assert (type(sent), str(sent), sent.hint) == (kind, "what happened", "what to do")


@pytest.mark.parametrize("call", [aside_calls.broken, aside_calls.killed])
def test_without_an_answer_the_call_is_made_here(call: object, capfd: pytest.CaptureFixture[str]) -> None:
    assert callable(call)
    with aside(call) as other:
        assert other() == os.getpid()
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_one_processor_makes_the_call_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with aside(aside_calls.process_and_words, "x") as other:
        assert other() == (os.getpid(), "x")


def test_nothing_outlives_the_block() -> None:
    before = children()
    began = time.monotonic()
    with aside(aside_calls.endless):
        assert children() - before, "the other process runs"
    assert children() == before
    assert time.monotonic() - began < 60


def test_nothing_is_imported_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is often that of the package in question."""
    mark = tmp_path / "ran"
    for name in ("pickle.py", "pydiff/__init__.py", "aside_calls.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"open({str(mark)!r}, 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    with aside(aside_calls.process_and_words, "x") as other:
        assert other() != (os.getpid(), "x")
    assert not mark.exists()
