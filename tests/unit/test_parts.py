"""Parts of the run record that are more than a field handed on."""

from __future__ import annotations

from pydiff import parts
from pydiff.events import Event, PartDone, listening
from pydiff.model.snapshot import Snapshot


def test_what_could_not_be_read_is_said_for_each_side() -> None:
    whole = Snapshot("/opt/a", "3.9.18", {"files": {}}, {})
    broken = Snapshot("/opt/b", "3.9.18", {"files": {}}, {"binaries": "lib/x.so: not a readable elf file"})
    heard: list[Event] = []
    with listening(heard.append):
        parts.unread(("uv 0.5.5", "mise 2024.9.0"), (whole, broken))
    assert heard == [
        PartDone(
            "notes.trees",
            [
                "mise 2024.9.0: of binaries, this could not be read and is not compared: lib/x.so: not a readable elf file"
            ],
        )
    ]
